"""The process that works on one retraining: `python -m service.retraining NUMBER`, started by the service and by nobody else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from service.clock import Clock, system_clock
from service.config import settings_from
from service.errand import run_errand
from service.retraining.jobs import RETRAINING, show_retraining
from service.retraining.work import bench_of, work_on
from service.store import Store

__all__ = ["main"]


def main(arguments: Sequence[str], *, clock: Clock = system_clock, leave: Callable[[int], None] = os._exit) -> int:
    """Work on the job of this number; 0 when it ended as done, 1 otherwise."""
    (job_id,) = arguments
    settings = settings_from()

    def work(store: Store) -> bool:
        return work_on(show_retraining(store, clock, job_id).job, bench_of(store, settings, clock)).outcome is not None

    return run_errand(RETRAINING, job_id, settings, clock, work, leave=leave)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
