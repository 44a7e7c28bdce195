"""The process of a retraining: started apart from the service, of low priority, and watched until it ends."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from threading import Thread

from service.clock import Clock
from service.config import Settings
from service.retraining.jobs import log_of, mark_gone
from service.serving import environment_of
from service.store.engine import Store

__all__ = ["Launcher", "command"]

log = logging.getLogger(__name__)


def command(job_id: str) -> list[str]:
    """Give the command line that works on a job."""
    return [sys.executable, "-m", "service.retraining", job_id]


class Launcher:
    """Starts the process of a job. It outlives a restart of the service; should it die, whoever started it marks the job failed."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store, self._settings, self._clock = store, settings, clock

    def start(self, job_id: str) -> Thread | None:
        """Start it; gives the thread that waits for its end. A process that cannot be started leaves the job failed, and no thread."""
        path = log_of(self._settings.home, job_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        told = environment_of(self._settings)
        environment = {name: value for name, value in {**os.environ, **told}.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
        try:
            with path.open("ab") as sink:
                process = subprocess.Popen(  # noqa: S603 our own interpreter and module, and a number of our own making
                    command(job_id), env=environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
                )
        except OSError as error:
            mark_gone(self._store, job_id, self._clock(), f"its process could not be started ({error})")
            return None
        watch = Thread(target=self._watch, args=(job_id, process), name=f"retraining-{job_id}", daemon=True)
        watch.start()
        return watch

    def _watch(self, job_id: str, process: subprocess.Popen[bytes]) -> None:
        """Wait for the process, which also clears it away, and see that its job has ended with it."""
        code = process.wait()
        try:
            if mark_gone(self._store, job_id, self._clock(), f"its process {process.pid} ended with code {code}"):
                log.warning("the process of a retraining died", extra={"job": job_id, "exit_code": code})
        except Exception:
            log.exception("a retraining could not be marked failed; whoever looks at it next will", extra={"job": job_id})
