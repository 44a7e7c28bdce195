"""Work that outlasts its request: one thread a process takes it up in order."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from time import sleep

from service.errors import NotReady, NotRecorded
from service.outages import outage_of

__all__ = ["Background"]

log = logging.getLogger(__name__)
Work = Callable[[], None]
PAUSE = 5.0
"""Seconds until work is tried again that met an outage."""


class Background:
    """Runs named pieces of work one after another; a name that waits or runs already is not taken twice.

    Work that meets an outage (a full disk, a database that is gone, nothing in force) is tried again after `pause` seconds, behind whatever
    else waits: it was taken, so it is not given up.

    The thread starts with the first piece of a process, so a fork before that is harmless and one after it gets its own.
    """

    def __init__(self, *, pause: float = PAUSE) -> None:
        self._pause = pause
        self._lock = Lock()
        self._process = 0
        self._names: set[str] = set()
        self._waiting: SimpleQueue[tuple[str, Work]] = SimpleQueue()

    def take_up(self, name: str, work: Work) -> None:
        """Queue a piece of work; any other failure of it is logged and forgotten, so that it can be taken up again."""
        with self._lock:
            if self._process != os.getpid():
                self._start()
            if name not in self._names:
                self._names.add(name)
                self._waiting.put((name, work))

    def _start(self) -> None:
        self._names, self._waiting = set(), SimpleQueue()
        Thread(target=self._work, args=(self._waiting,), name="background", daemon=True).start()
        self._process = os.getpid()

    def _work(self, waiting: SimpleQueue[tuple[str, Work]]) -> None:
        while True:
            name, work = waiting.get()
            if self._is_settled(name, work):
                with self._lock:
                    self._names.discard(name)
            else:
                sleep(self._pause)
                waiting.put((name, work))

    @staticmethod
    def _is_settled(name: str, work: Work) -> bool:
        """Do the work; False when it must be tried again."""
        try:
            work()
        except Exception as error:
            known = outage_of(error)
            if known is not None or isinstance(error, NotReady | NotRecorded):
                log.warning("background work waits: %s", known or error, extra={"work": name})
                return False
            log.exception("background work failed", extra={"work": name})
        return True

    @property
    def waiting(self) -> int:
        """How many pieces wait or run."""
        return len(self._names)
