"""Work that outlasts its request: one thread a process takes it up in order."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread

__all__ = ["Background"]

log = logging.getLogger(__name__)
Work = Callable[[], None]


class Background:
    """Runs named pieces of work one after another; a name that waits or runs already is not taken twice.

    The thread starts with the first piece of a process, so a fork before that is harmless and one after it gets its own.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._process = 0
        self._names: set[str] = set()
        self._waiting: SimpleQueue[tuple[str, Work]] = SimpleQueue()

    def take_up(self, name: str, work: Work) -> None:
        """Queue a piece of work; what it raises is logged and forgotten, so that it can be taken up again."""
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
            try:
                work()
            except Exception:
                log.exception("background work failed", extra={"work": name})
            finally:
                with self._lock:
                    self._names.discard(name)
