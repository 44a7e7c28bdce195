"""Work that outlasts its request."""

from __future__ import annotations

from threading import Event

import pytest
from builders_service import wait_until

from service.background import Background


def test_a_name_is_taken_once_until_its_work_is_over() -> None:
    """Work that waits or runs is not taken again; once over, its name is free."""
    background, go, done = Background(), Event(), []

    def work() -> None:
        assert go.wait(60)
        done.append(1)

    background.take_up("a", work)
    background.take_up("a", work)
    go.set()
    background.take_up("b", lambda: done.append(2))
    wait_until(lambda: done == [1, 2])
    wait_until(lambda: not background._names)
    background.take_up("a", lambda: done.append(3))
    wait_until(lambda: done == [1, 2, 3])


def test_what_fails_is_logged_and_may_be_taken_up_again(service_log: pytest.LogCaptureFixture) -> None:
    """A failure stops neither the thread nor a second attempt."""
    background, done = Background(), []

    def fail() -> None:
        raise RuntimeError("no disk")

    background.take_up("a", fail)
    wait_until(lambda: bool(service_log.records) and not background._names)
    background.take_up("a", lambda: done.append(1))
    wait_until(lambda: done == [1])
