"""Taking turns to write on SQLite: processes queue for a lock file, instead of sleeping and asking again as SQLite's own waiting does."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread

from service.outages import DatabaseUnavailable

__all__ = ["Turn"]


class Turn:
    """A queue for one database file, in which nobody waits longer than `seconds`. The system frees the lock of a process that dies.

    Only speed depends on it: a writer from outside, which does not queue, still meets SQLite's own lock.
    """

    def __init__(self, database: str, *, seconds: float = 30) -> None:
        self._path = Path(f"{database}-turn")
        self._seconds = seconds
        self._threads = Lock()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, hold it for the block. `DatabaseUnavailable` when others hold it too long."""
        end = time.monotonic() + self._seconds
        if not self._threads.acquire(timeout=self._seconds):
            raise self._refusal()
        try:
            file = self._locked(end - time.monotonic())
            try:
                yield
            finally:
                os.close(file)
        finally:
            self._threads.release()

    def _locked(self, seconds: float) -> int:
        """Give the lock file, locked. Only a process that must wait for another one pays for a thread that can be left behind."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting = _Waiting(file)
            if not waiting.is_locked_within(seconds):
                raise self._refusal() from None
        except OSError:
            os.close(file)
            raise
        return file

    def _refusal(self) -> DatabaseUnavailable:
        return DatabaseUnavailable(
            f"others have been writing to the database for {self._seconds:.0f} s; nothing was written, send it again in a moment"
        )


class _Waiting:
    """Waits for a lock in a thread of its own; when nobody wants it any more, the lock is let go as soon as it comes."""

    def __init__(self, file: int) -> None:
        self._file, self._lock = file, Lock()
        self._is_locked = self._is_left = False
        self._thread = Thread(target=self._wait, name="turn", daemon=True)
        self._thread.start()

    def is_locked_within(self, seconds: float) -> bool:
        """Was the lock got in time? If not, its file is closed by and by."""
        self._thread.join(max(0.0, seconds))
        with self._lock:
            self._is_left = not self._is_locked
            return self._is_locked

    def _wait(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        with self._lock:
            if self._is_left:
                os.close(self._file)
            self._is_locked = True
