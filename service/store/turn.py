"""Taking turns to write on SQLite: processes queue for a lock file, instead of sleeping and asking again as SQLite's own waiting does."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

__all__ = ["Turn"]


class Turn:
    """A queue for one database file. The operating system frees the lock of a process that dies.

    Only speed depends on it: a writer from outside, which does not queue, still meets SQLite's own lock.
    """

    def __init__(self, database: str) -> None:
        self._path = Path(f"{database}-turn")
        self._threads = Lock()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, hold it for the block."""
        with self._threads:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
            finally:
                os.close(file)
