"""Back-pressure: so many requests are worked on at once, so many more may wait a moment, and the others are told so at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from service.outages import Overloaded

__all__ = ["Crowd"]


class Crowd:
    """The requests of one process: at most `room` inside, at most `waiting` at the door and none of them longer than `seconds`.

    `long` is how many of those inside may take long (exports, loadings, impact runs), so that they never fill the room.
    Work in the background gives way while somebody is inside, but never stands still.
    """

    def __init__(self, *, room: int, waiting: int, long: int, seconds: float, refused: Callable[[], None] = lambda: None) -> None:
        self._room, self._most_waiting, self._most_long, self._seconds, self._refused = room, waiting, long, seconds, refused
        self._changed = Condition()
        self._inside = self._at_door = self._long = 0

    @property
    def inside(self) -> int:
        """How many are worked on."""
        return self._inside

    @property
    def at_door(self) -> int:
        """How many wait."""
        return self._at_door

    @contextmanager
    def admitted(self, *, takes_long: bool = False) -> Iterator[None]:
        """Be inside for a block."""
        self.enter()
        try:
            if takes_long:
                with self.taking_long():
                    yield
            else:
                yield
        finally:
            self.leave()

    def enter(self) -> None:
        """Come in, at once or after a short wait; `Overloaded` when too many wait already or it takes too long."""
        with self._changed:
            if self._inside < self._room and not self._at_door:
                self._inside += 1
                return
            if self._at_door >= self._most_waiting:
                self._refuse()
            self._at_door += 1
            try:
                if not self._changed.wait_for(lambda: self._inside < self._room, self._seconds):
                    self._refuse()
                self._inside += 1
            finally:
                self._at_door -= 1

    def leave(self) -> None:
        """Go, and let the next one in."""
        with self._changed:
            self._inside -= 1
            self._changed.notify()

    @contextmanager
    def taking_long(self) -> Iterator[None]:
        """Do what takes long, inside; `Overloaded` when as many as may do so already."""
        with self._changed:
            if self._long >= self._most_long:
                self._refuse()
            self._long += 1
        try:
            yield
        finally:
            with self._changed:
                self._long -= 1

    def give_way(self, *, seconds: float = 0.1, nap: float = 0.002) -> None:
        """Wait while somebody is inside, but at most `seconds`: called by work in the background between two of its steps."""
        end = time.monotonic() + seconds
        while self._inside and time.monotonic() < end:
            time.sleep(nap)

    def _refuse(self) -> None:
        self._refused()
        raise Overloaded
