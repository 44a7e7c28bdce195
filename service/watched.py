"""A value read from the database again and again, cheap to ask for and never older than it may be."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Watched"]

Value = TypeVar("Value")


class Watched(Generic[Value]):
    """Reads a value again once it is `seconds` old; nobody is given one that is twice as old.

    One request reads while the others go on with what is known, unless the reading itself takes so long that they must wait for it. A
    reading that fails is raised to whoever asked, and nothing is remembered of it: fail closed, try again with the next request.
    """

    def __init__(self, read: Callable[[], Value], *, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._seconds, self._clock = read, seconds, clock
        self._lock = Lock()
        self._known: tuple[Value, float] | None = None

    def __call__(self) -> Value:
        """Give the value; raises whatever reading it raises."""
        known = self._known
        age = None if known is None else self._clock() - known[1]
        if known is not None and age is not None and age < self._seconds:
            return known[0]
        is_usable = known is not None and age is not None and age < 2 * self._seconds
        if not self._lock.acquire(blocking=not is_usable):
            assert known is not None  # usable
            return known[0]
        try:
            if self._known is not known and self._known is not None:  # another request read it meanwhile
                return self._known[0]
            began = self._clock()
            self._known = None if not is_usable else known
            value = self._read()
            self._known = (value, began)
            return value
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Read anew when next asked: this process has just changed it."""
        self._known = None
