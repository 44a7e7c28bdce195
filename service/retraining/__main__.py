"""The process that works on one retraining: `python -m service.retraining NUMBER`, started by the service and by nobody else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from threading import Timer
from typing import Final

from service.apart import OWN_SCORE, alarm, yield_to_others
from service.clock import system_clock
from service.config import settings_from
from service.logs import write_logs
from service.retraining.jobs import mark_gone, show_retraining
from service.retraining.work import bench_of, work_on
from service.sealer import open_sealer
from service.store import Store, open_store

__all__ = ["main"]

NICENESS: Final = 15
"""Officers' requests go first on a busy processor."""


def main(arguments: Sequence[str], *, leave: Callable[[int], None] = os._exit) -> int:
    """Work on the job of this number; 0 when it ended as done, 1 otherwise."""
    (job_id,) = arguments
    settings = settings_from()
    write_logs(settings.log_level)
    yield_to_others(NICENESS, OWN_SCORE)
    store = open_store(settings.database, connections=3, lock_seconds=settings.lock_seconds)
    sealer = open_sealer(store, settings, system_clock)
    store.committed = sealer.poke
    timer = _alarm(store, job_id, settings.retrain_minutes, leave)
    try:
        job = show_retraining(store, system_clock, job_id).job
        ended = work_on(job, bench_of(store, settings, system_clock))
    finally:
        timer.cancel()
        sealer.close()
        store.close()
    return 0 if ended.outcome is not None else 1


def _alarm(store: Store, job_id: str, minutes: float, leave: Callable[[int], None]) -> Timer:
    """End it all when its time is up: no step may run for ever."""

    def late() -> None:
        mark_gone(store, job_id, system_clock(), f"it was not done within {minutes:g} minutes (JIFEN_RETRAIN_MINUTES)")
        leave(1)

    return alarm(minutes, late)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
