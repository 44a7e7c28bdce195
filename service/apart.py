"""Work in a process of its own gives signs of life, and is found out when it is gone."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic
from typing import Final, Protocol

__all__ = ["BEAT", "LATE", "Worked", "is_gone", "signs_of_life", "where_of"]

log = logging.getLogger(__name__)

BEAT: Final = 5.0
"""Seconds between signs of life."""
LATE: Final = timedelta(seconds=90)
"""Without a sign of life for so long, whoever works on a job counts as dead; a living one gives one every few seconds."""


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
