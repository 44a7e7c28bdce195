"""The process of a monitoring run: apart from the service, so that no officer waits for it, and ended when it takes too long."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from threading import Thread

from service.clock import Clock
from service.config import Settings
from service.serving import MULTIPROCESS, environment_of
from service.store.engine import Store
from service.store.monitoring_runs import fail_run
from service.use_cases.monitoring_runs import LONGEST

__all__ = ["Monitor", "command"]

log = logging.getLogger(__name__)


def command(run_id: str) -> list[str]:
    """Give the command line that works on a run."""
    return [sys.executable, "-m", "service.cli.monitoring_job", run_id]


class Monitor:
    """Starts the process of a run and sees that the run has ended with it."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store, self._settings, self._clock = store, settings, clock

    def start(self, run_id: str) -> Thread:
        """Start it; gives the thread that waits for its end."""
        told = {**os.environ, **environment_of(self._settings)}
        environment = {name: value for name, value in told.items() if name != MULTIPROCESS}
        watch = Thread(target=self._watch, args=(run_id, environment), name=f"monitoring-{run_id}", daemon=True)
        watch.start()
        return watch

    def _watch(self, run_id: str, environment: dict[str, str]) -> None:
        try:
            done = subprocess.run(  # noqa: S603 our own interpreter and module, and a number of our own making
                command(run_id),
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LONGEST.total_seconds(),
                check=False,
            )
            why = f"its process ended with code {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}"
        except (OSError, subprocess.TimeoutExpired) as error:
            why = f"its process could not be run to its end: {error}"
        try:
            with self._store.writing() as unit:
                is_failed = fail_run(unit, run_id, self._clock(), why)
            if is_failed:
                log.warning("a monitoring run came to nothing", extra={"run": run_id, "reason": why})
        except Exception:
            log.exception("a monitoring run could not be marked failed; whoever looks at it later will", extra={"run": run_id})
