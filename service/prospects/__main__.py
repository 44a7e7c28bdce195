"""The process that makes one list of leads: `python -m service.prospects NUMBER`, started by the service and by nobody else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from service.clock import Clock, system_clock
from service.config import settings_from
from service.errand import run_errand
from service.prospects.jobs import LEADS, show_leads
from service.prospects.work import work_on
from service.store import Store

__all__ = ["main"]


def main(arguments: Sequence[str], *, clock: Clock = system_clock, leave: Callable[[int], None] = os._exit) -> int:
    """Work on the job of this number; 0 when it ended as done, 1 otherwise."""
    (job_id,) = arguments
    settings = settings_from()

    def work(store: Store) -> bool:
        return work_on(show_leads(store, clock, job_id), store, settings, clock).found is not None

    return run_errand(LEADS, job_id, settings, clock, work, leave=leave)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
