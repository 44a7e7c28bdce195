"""What a service costs before it decides anything: seconds from start to ready, and the memory of each worker.

Started as in production, through gunicorn with the workers of the settings, on a prepared home with a release in force. Ready is the first
answer of `/readyz` that says so. A worker's memory is its proportional share (PSS: what it holds of its own, and its part of what
it shares with the others), after it has decided.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.decisions import FIRMS, SEED, UNTIL, asked_decisions
from benchmarks.load import run
from benchmarks.report import Result, write_result
from service.cli.demo import free_port
from service.cli.province import prepare_province
from service.config import Settings, settings_from
from trials.processes import proportional_bytes
from trials.supervised import Supervised, is_ready

__all__ = ["main"]

STARTS, LONGEST = 5, 60.0
CONNECTIONS, SECONDS = 8, 5.0
MB = 2**20


def main() -> None:
    """Measure and write `benchmarks/results/starting.json`."""
    home = Path(os.environ.get("JIFEN_HOME", "var")) / "bench"
    settings = replace(settings_from(), home=home.resolve(), database_url="", port=free_port(8000), log_level="ERROR")
    prepare_province(settings, firms=FIRMS, seed=SEED, until=UNTIL, fresh=False)
    seconds = [_start(settings) for _ in range(STARTS)]
    memory = _memory(settings)
    ratios = {"start to ready, s": median(seconds), "memory of the largest worker, MB": max(memory)}
    aims = {"start to ready, s": (2.0, "at most"), "memory of the largest worker, MB": (300.0, "at most")}
    results = [
        Result(f"{STARTS} starts", {"median_s": median(seconds), "min_s": min(seconds), "max_s": max(seconds)}),
        Result(f"{len(memory)} workers after {SECONDS:.0f} s of decisions", {"least_mb": min(memory), "most_mb": max(memory)}),
    ]
    write_result("starting", "Starting and resting", __doc__ or "", results, ratios, aims)


def _start(settings: Settings) -> float:
    """Give the seconds from the start of the process to the first answer that it is ready."""
    began = time.perf_counter()
    with Supervised(settings):
        _await_ready(settings, began)
        return time.perf_counter() - began


def _await_ready(settings: Settings, began: float) -> None:
    while not is_ready(settings.port, timeout=LONGEST):
        if time.perf_counter() - began > LONGEST:
            raise RuntimeError(f"the service was not ready within {LONGEST:.0f} s; its log is {settings.home / 'service.log'}")
        time.sleep(0.01)


def _memory(settings: Settings) -> list[float]:
    """Give the MB of each worker once all have decided."""
    requests = asked_decisions(settings, plans=True)
    with Supervised(settings) as service:
        _await_ready(settings, time.perf_counter())
        load = run(settings.port, requests, connections=CONNECTIONS, seconds=SECONDS)
        if load.failed:
            raise RuntimeError(f"{load.failed} of {load.ok + load.failed} decisions failed: {load.first_failure}")
        return [(proportional_bytes(worker) or 0) / MB for worker in service.workers]


if __name__ == "__main__":
    main()
