"""A value that is read again and again: how old it may be, who reads it, and what a failure means."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from builders_service import wait_until

from service.watched import Watched


class Clockwork:
    """Seconds the test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_is_read_once_within_its_seconds() -> None:
    """However often it is asked for."""
    reads, clock = [], Clockwork()
    watched = Watched(lambda: reads.append(1) or len(reads), seconds=1, clock=clock)
    assert [watched(), watched()] == [1, 1]
    clock.now = 1.0
    assert [watched(), watched()] == [2, 2]
    watched.forget()
    assert watched() == 3


def test_others_go_on_while_one_reads_but_not_for_ever() -> None:
    """Up to twice its seconds the old value serves beside a slow reading; after that everybody waits for the new one."""
    clock, slow, go = Clockwork(), Event(), Event()
    values = iter(range(10))

    def read() -> int:
        value = next(values)
        if value == 1:
            slow.set()
            assert go.wait(60)
        return value

    watched = Watched(read, seconds=1, clock=clock)
    assert watched() == 0
    clock.now = 1.5
    first = Thread(target=watched)
    first.start()
    assert slow.wait(60)
    assert watched() == 0
    clock.now = 2.5
    said: list[int] = []
    late = Thread(target=lambda: said.append(watched()))
    late.start()
    late.join(0.2)
    assert said == []
    go.set()
    wait_until(lambda: said != [])
    first.join()
    late.join()
    assert said[0] >= 1


def test_a_failure_is_raised_and_not_remembered() -> None:
    """Fail closed, and try again with the next request."""
    clock, broken = Clockwork(), [True]

    def read() -> str:
        if broken[0]:
            raise OSError("gone")
        return "there"

    watched = Watched(read, seconds=1, clock=clock)
    for _ in range(2):
        with pytest.raises(OSError, match="gone"):
            watched()
    broken[0] = False
    assert watched() == "there"
    broken[0] = True
    clock.now = 1.5
    with pytest.raises(OSError, match="gone"):
        watched()
    clock.now = 5.0
    with pytest.raises(OSError, match="gone"):
        watched()
