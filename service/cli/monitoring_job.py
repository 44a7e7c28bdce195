"""Works on one monitoring run that the service has asked for: `python -m service.cli.monitoring_job RUN`."""

from __future__ import annotations

import os
import sys

from service.artefacts import Shelf
from service.cli.serve import opened_store
from service.clock import system_clock
from service.config import settings_from
from service.use_cases.monitor import look_at
from service.use_cases.monitoring_runs import keep_found, noted_failure
from training.label import label_loans

__all__ = ["NEWEST", "RATE", "work"]

NEWEST, RATE = 5_000, 0.05
"""What `jifen monitor` looks at unless told otherwise."""


def work(run_id: str) -> None:
    """Look, and keep what was found; an error is noted with the run and raised."""
    with opened_store() as store, noted_failure(store, system_clock, run_id):
        found = look_at(store, Shelf(store, settings_from().home), newest=NEWEST, rate=RATE, label=label_loans)
        keep_found(store, system_clock, run_id, found, newest=NEWEST, rate=RATE)


if __name__ == "__main__":
    os.nice(10)
    work(sys.argv[1])
