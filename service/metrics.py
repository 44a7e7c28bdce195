"""What operations watch: counts and times for Prometheus, summed over all worker processes, and the state of the service when asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

__all__ = ["METRICS_TYPE", "MULTIPROCESS", "Metrics", "Reading"]

METRICS_TYPE = CONTENT_TYPE_LATEST
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which worker processes share their numbers; read by the library when it is first imported."""

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
RECORDS = (1, 2, 4, 8, 16, 32, 64, 128)


@dataclass(frozen=True, slots=True)
class Reading:
    """A number of the service as a whole, read when it is asked for: `samples` by the values of `labels`."""

    name: str
    meaning: str
    samples: tuple[tuple[tuple[str, ...], float], ...]
    labels: tuple[str, ...] = field(default=())


class Metrics:
    """The numbers of one process; no label ever holds a firm, a person or a token."""

    def __init__(self) -> None:
        self._registry = it = CollectorRegistry()
        self.requests = Histogram(
            "jifen_request_seconds", "Time to answer a request", ["method", "route", "status"], registry=it, buckets=SECONDS
        )
        self.decisions = Counter("jifen_decisions", "Decisions recorded", ["product", "outcome"], registry=it)
        self.decision_seconds = Histogram(
            "jifen_decision_seconds", "Time to decide and record an application", ["product"], registry=it, buckets=SECONDS
        )
        self.batches = Histogram("jifen_commit_records", "Records made durable by one commit", registry=it, buckets=RECORDS)
        self.shadows = Counter("jifen_shadows", "Challengers asked about decisions", ["result"], registry=it)
        self.rows = Counter("jifen_firm_rows", "Firms' indicators by where they came from", ["source"], registry=it)
        self.problems = Counter("jifen_problems", "Requests answered with a problem", ["code"], registry=it)
        self.inside = Gauge("jifen_requests_inside", "Requests worked on now", registry=it, multiprocess_mode="livesum")
        self.at_door = Gauge("jifen_requests_waiting", "Requests that wait for a thread", registry=it, multiprocess_mode="livesum")
        self.recording = Gauge("jifen_records_waiting", "Records that wait to be durable", registry=it, multiprocess_mode="livesum")
        self.background = Gauge("jifen_background_work", "Pieces of work waiting or running", registry=it, multiprocess_mode="livesum")
        self.unsealed_for = Gauge(
            "jifen_sealing_failing_seconds",
            "Seconds since sealing first failed, 0 while it works",
            registry=it,
            multiprocess_mode="livemax",
        )
        _reserve()

    def exposition(self, readings: Callable[[], Iterable[Reading]] = tuple) -> bytes:
        """Give all numbers as Prometheus reads them: of every worker where they share a folder, else of this process."""
        if MULTIPROCESS in os.environ:
            shared = CollectorRegistry()
            MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # the library does not type it
        else:
            shared = self._registry
        apart = CollectorRegistry()
        apart.register(_State(list(readings())))  # read first: to read them sets this process's gauges
        return generate_latest(shared) + generate_latest(apart)


class _State(Collector):
    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name nothing beforehand: to register must not ask the database."""
        yield from ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the readings of now."""
        for one in self._readings:
            family = GaugeMetricFamily(one.name, one.meaning, labels=one.labels)
            for labels, value in one.samples:
                family.add_metric(labels, value)
            yield family


def _reserve() -> None:
    """Give this process's shared files their room on disk now: a page that finds none later would end the process (SIGBUS)."""
    folder = os.environ.get(MULTIPROCESS)
    for path in Path(folder).glob(f"*_{os.getpid()}.db") if folder else ():
        with suppress(OSError), path.open("r+b") as file:  # a disk that is full now is told by readiness
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
