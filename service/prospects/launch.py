"""The process of a list of leads: started apart from the service, of low priority, and watched until it ends."""

from __future__ import annotations

import sys
from threading import Thread

from service.apart import start_apart
from service.clock import Clock
from service.config import Settings
from service.prospects.jobs import log_of, mark_gone
from service.store.engine import Store

__all__ = ["LeadsLauncher", "command"]


def command(job_id: str) -> list[str]:
    """Give the command line that works on a job."""
    return [sys.executable, "-m", "service.prospects", job_id]


class LeadsLauncher:
    """Starts the process of a job. It outlives a restart of the service; should it die, whoever started it marks the job failed."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store, self._settings, self._clock = store, settings, clock

    def start(self, job_id: str) -> Thread | None:
        """Start it; gives the thread that waits for its end. A process that cannot be started leaves the job failed, and no thread."""
        return start_apart(
            command(job_id),
            job_id,
            output=log_of(self._settings.home, job_id),
            settings=self._settings,
            name="list of leads",
            gone=lambda what: mark_gone(self._store, job_id, self._clock(), what),
        )
