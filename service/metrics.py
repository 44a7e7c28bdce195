"""What operations watch: counts and times for Prometheus, summed over all worker processes."""

from __future__ import annotations

import os

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

__all__ = ["METRICS_TYPE", "MULTIPROCESS", "Metrics"]

METRICS_TYPE = CONTENT_TYPE_LATEST
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which worker processes share their numbers; read by the library when it is first imported."""

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
RECORDS = (1, 2, 4, 8, 16, 32, 64, 128)


class Metrics:
    """The numbers of one process; no label ever holds a firm, a person or a token."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Histogram(
            "jifen_request_seconds", "Time to answer a request", ["method", "route", "status"], registry=self._registry, buckets=SECONDS
        )
        self.decisions = Counter("jifen_decisions", "Decisions recorded", ["product", "outcome"], registry=self._registry)
        self.batches = Histogram("jifen_commit_records", "Records made durable by one commit", registry=self._registry, buckets=RECORDS)
        self.shadows = Counter("jifen_shadows", "Challengers asked about decisions", ["result"], registry=self._registry)
        self.rows = Counter("jifen_firm_rows", "Firms' indicators by where they came from", ["source"], registry=self._registry)

    def exposition(self) -> bytes:
        """Give all numbers as Prometheus reads them: of every worker where they share a folder, else of this process."""
        if MULTIPROCESS not in os.environ:
            return generate_latest(self._registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # the library does not type it
        return generate_latest(shared)
