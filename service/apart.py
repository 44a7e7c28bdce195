"""Work in a process of its own: started apart from the service, of low priority, giving signs of life, and found out when it is gone."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread, Timer
from time import monotonic
from typing import Final, Protocol

from service.config import Settings
from service.serving import MULTIPROCESS, environment_of

__all__ = [
    "BEAT",
    "FIRST_TO_GO",
    "LATE",
    "OWN_SCORE",
    "Worked",
    "alarm",
    "is_gone",
    "signs_of_life",
    "start_apart",
    "where_of",
    "yield_to_others",
]

log = logging.getLogger(__name__)

BEAT: Final = 5.0
"""Seconds between signs of life."""
LATE: Final = timedelta(seconds=90)
"""Without a sign of life for so long, whoever works on a job counts as dead; a living one gives one every few seconds."""
OWN_SCORE = Path("/proc/self/oom_score_adj")
FIRST_TO_GO: Final = "500"
"""Of 1,000: when memory runs out, the kernel ends this process before one that serves."""


class Worked(Protocol):
    """A job by who works on it."""

    @property
    def seen_at(self) -> datetime:
        """The last sign of life."""

    @property
    def host(self) -> str | None:
        """The machine, None before it was taken up."""

    @property
    def pid(self) -> int | None:
        """The process there."""


def is_gone(job: Worked, now: datetime) -> bool:
    """Is nobody working on it any more? On this machine the process tells, on another one its silence."""
    if now - job.seen_at > LATE:
        return True
    return job.pid is not None and job.host == socket.gethostname() and not _lives(job.pid)


def where_of(job: Worked) -> str:
    """Say who was working on a job, and when that was last seen."""
    where = f"process {job.pid} on {job.host}" if job.pid is not None else "the process that was to take it up"
    return f"{where} ended or hung without a word, last seen at {job.seen_at.isoformat(timespec='seconds')}"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it is there, and another user's
    return True


def start_apart(
    line: Sequence[str], job_id: str, *, output: Path, settings: Settings, name: str, gone: Callable[[str], bool]
) -> Thread | None:
    """Start a job's process, which outlives a restart of the service, and give the thread that waits for its end.

    `gone` is told what happened once it has ended, or could not be started (then there is no thread), and marks the job failed; it
    answers False where the job had ended already.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    environment = {key: value for key, value in {**os.environ, **environment_of(settings)}.items() if key != MULTIPROCESS}
    try:
        with output.open("ab") as sink:
            process = subprocess.Popen(  # noqa: S603 our own interpreter and module, and a number of our own making
                line, env=environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
            )
    except OSError as error:
        gone(f"its process could not be started ({error})")
        return None
    watch = Thread(target=_watch, args=(name, job_id, process, gone), name=f"{name}-{job_id}", daemon=True)
    watch.start()
    return watch


def _watch(name: str, job_id: str, process: subprocess.Popen[bytes], gone: Callable[[str], bool]) -> None:
    """Wait for the process, which also clears it away, and see that its job has ended with it."""
    code = process.wait()
    try:
        if gone(f"its process {process.pid} ended with code {code}"):
            log.warning("the process of a %s died", name, extra={"job": job_id, "exit_code": code})
    except Exception:
        log.exception("a %s could not be marked failed; whoever looks at it next will", name, extra={"job": job_id})


def yield_to_others(niceness: int, own_score: Path) -> None:
    """Let officers' requests go first on a busy processor, and this process first when memory runs out."""
    os.nice(niceness)
    with suppress(OSError):  # not Linux, or not allowed: then the kernel chooses
        own_score.write_text(FIRST_TO_GO, encoding="ascii")


def alarm(minutes: float, late: Callable[[], object]) -> Timer:
    """Call `late` once the time is up, unless it is cancelled before: no step may run for ever."""
    timer = Timer(minutes * 60, late)
    timer.daemon = True
    timer.start()
    return timer


@contextmanager
def signs_of_life(see: Callable[[], object], *, seconds: float, name: str) -> Iterator[None]:
    """Call `see` every few seconds while the block runs; one that fails is logged, and the next one is tried."""
    done = Event()

    def beat() -> None:
        while not done.wait(seconds):
            begun = monotonic()
            try:
                see()
            except Exception:
                log.exception("no sign of life could be given", extra={"seconds": monotonic() - begun})

    thread = Thread(target=beat, name=f"{name}-beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
