"""The process that works on one retraining: `python -m service.retraining NUMBER`, started by the service and by nobody else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import Final

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
OWN_SCORE = Path("/proc/self/oom_score_adj")
FIRST_TO_GO: Final = "500"
"""Of 1,000: when memory runs out, the kernel ends this process before one that serves."""


def main(arguments: Sequence[str], *, leave: Callable[[int], None] = os._exit) -> int:
    """Work on the job of this number; 0 when it ended as done, 1 otherwise."""
    (job_id,) = arguments
    settings = settings_from()
    write_logs(settings.log_level)
    _yield_to_others()
    store = open_store(settings.database, connections=3, lock_seconds=settings.lock_seconds)
    sealer = open_sealer(store, settings, system_clock)
    store.committed = sealer.poke
    alarm = _alarm(store, job_id, settings.retrain_minutes, leave)
    try:
        job = show_retraining(store, system_clock, job_id).job
        ended = work_on(job, bench_of(store, settings, system_clock))
    finally:
        alarm.cancel()
        sealer.close()
        store.close()
    return 0 if ended.outcome is not None else 1


def _yield_to_others() -> None:
    os.nice(NICENESS)
    with suppress(OSError):  # not Linux, or not allowed: then the kernel chooses
        OWN_SCORE.write_text(FIRST_TO_GO, encoding="ascii")


def _alarm(store: Store, job_id: str, minutes: float, leave: Callable[[int], None]) -> Timer:
    """End it all when its time is up: no step may run for ever."""

    def late() -> None:
        mark_gone(store, job_id, system_clock(), f"it was not done within {minutes:g} minutes (JIFEN_RETRAIN_MINUTES)")
        leave(1)

    alarm = Timer(minutes * 60, late)
    alarm.daemon = True
    alarm.start()
    return alarm


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
