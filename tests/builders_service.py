"""Collaborators of the service under the test's control."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from io import BytesIO

from builders_evidence import texts, written

from service.access import Gate
from service.tokens import Holder, Role


class Clock:
    """Stands still until it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Reception:
    """Admits whoever says `Person NAME:ROLE` as that person, and machines by their tokens as usual."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def admit(self, header: str | None) -> Holder:
        kind, _, said = (header or "").partition(" ")
        if kind != "Person":
            return self._gate.admit(header)
        name, _, role = said.rpartition(":")
        return Holder("0" * 12, Role(role), name)


def csv_file(table: str, rows: Sequence[Mapping[str, str]]) -> tuple[BytesIO, str]:
    """Give rows (changes of the table's usual one) as an uploaded CSV file."""
    frame = texts(table, [written(table, **row) for row in rows])
    return BytesIO(frame.write_csv().encode()), f"{table}.csv"


def wait_until(holds: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait for something another thread or process does; fail when it does not happen in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
