"""A kind of work that has processes of its own: started apart from the service, of low priority, watched until they end, ended in time."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread, Timer
from typing import Final

from service.clock import Clock
from service.config import Settings
from service.logs import write_logs
from service.sealer import open_sealer
from service.serving import MULTIPROCESS, environment_of
from service.store.engine import Store, open_store

__all__ = ["FIRST_TO_GO", "NICENESS", "Errand", "Launcher", "run_errand"]

log = logging.getLogger(__name__)

NICENESS: Final = 15
"""Officers' requests go first on a busy processor."""
FIRST_TO_GO: Final = "500"
"""Of 1,000: when memory runs out, the kernel ends this process before one that serves."""
OWN_SCORE = Path("/proc/self/oom_score_adj")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A kind of work: where its program is, and what is done when a process of it is gone."""

    module: str
    """`python -m MODULE NUMBER` works on the job of that number."""
    name: str
    """What a job is, in logs."""
    log_of: Callable[[Path, str], Path]
    """The file below JIFEN_HOME that gets what the process of a job prints."""
    mark_gone: Callable[[Store, str, datetime, str], bool]
    """Marks a job failed and says why; False where it had ended already."""
    minutes: Callable[[Settings], float]
    """How long a job may take."""
    setting: str
    """The setting that says so."""

    def command(self, job_id: str) -> list[str]:
        """Give the command line that works on a job."""
        return [sys.executable, "-m", self.module, job_id]


class Launcher:
    """Starts the process of a job. It outlives a restart of the service; should it die, whoever started it marks the job failed."""

    def __init__(self, errand: Errand, store: Store, settings: Settings, clock: Clock) -> None:
        self._errand, self._store, self._settings, self._clock = errand, store, settings, clock

    def start(self, job_id: str) -> Thread | None:
        """Start it; gives the thread that waits for its end. A process that cannot be started leaves the job failed, and no thread."""
        output = self._errand.log_of(self._settings.home, job_id)
        output.parent.mkdir(parents=True, exist_ok=True)
        environment = {key: value for key, value in {**os.environ, **environment_of(self._settings)}.items() if key != MULTIPROCESS}
        line = self._errand.command(job_id)
        try:
            with output.open("ab") as sink:
                process = subprocess.Popen(  # noqa: S603 our own interpreter and module, and a number of our own making
                    line, env=environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
                )
        except OSError as error:
            self._gone(job_id, f"its process could not be started ({error})")
            return None
        watch = Thread(target=self._watch, args=(job_id, process), name=f"{self._errand.module}-{job_id}", daemon=True)
        watch.start()
        return watch

    def _watch(self, job_id: str, process: subprocess.Popen[bytes]) -> None:
        """Wait for the process, which also clears it away, and see that its job has ended with it."""
        code = process.wait()
        try:
            if self._gone(job_id, f"its process {process.pid} ended with code {code}"):
                log.warning("the process of a %s died", self._errand.name, extra={"job": job_id, "exit_code": code})
        except Exception:
            log.exception("a %s could not be marked failed; whoever looks at it next will", self._errand.name, extra={"job": job_id})

    def _gone(self, job_id: str, what: str) -> bool:
        return self._errand.mark_gone(self._store, job_id, self._clock(), what)


def run_errand(
    errand: Errand,
    job_id: str,
    settings: Settings,
    clock: Clock,
    work: Callable[[Store], bool],
    *,
    leave: Callable[[int], None] = os._exit,
) -> int:
    """Work on a job in this process: politely, sealing what it enters, and no longer than it may; 0 when it ended as done, 1 otherwise."""
    write_logs(settings.log_level)
    yield_to_others()
    store = open_store(settings.database, connections=3, lock_seconds=settings.lock_seconds)
    sealer = open_sealer(store, settings, clock)
    store.committed = sealer.poke

    def late() -> None:
        minutes = errand.minutes(settings)
        errand.mark_gone(store, job_id, clock(), f"it was not done within {minutes:g} minutes ({errand.setting})")
        leave(1)

    timer = Timer(errand.minutes(settings) * 60, late)
    timer.daemon = True
    timer.start()
    try:
        return 0 if work(store) else 1
    finally:
        timer.cancel()
        sealer.close()
        store.close()


def yield_to_others() -> None:
    """Let officers' requests go first on a busy processor, and this process first when memory runs out."""
    os.nice(NICENESS)
    with suppress(OSError):  # not Linux, or not allowed: then the kernel chooses
        OWN_SCORE.write_text(FIRST_TO_GO, encoding="ascii")
