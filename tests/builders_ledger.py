"""Logs in memory: leaves, their tree, and signed notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from service.ledger import Actor, Draft, Kind, entry_bytes
from service.ledger.tree import fold, leaf_hash

AT = datetime(2026, 11, 23, 2, 2, 11, 482_000, tzinfo=UTC)
OFFICER = Actor(kind="person", id="li.wei", role="officer")


class Leaves:
    """The nodes of a tree whose leaves are in memory."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = list(leaves)

    def full(self, height: int, start: int, stop: int) -> Sequence[bytes]:
        return [fold(self.leaves[place << height : (place + 1) << height]) for place in range(start, stop)]


def draft(number: int = 0, **said: object) -> Draft:
    usual: dict[str, object] = {"kind": Kind.AUDIT, "subject": f"subject-{number}", "actor": OFFICER, "at": AT, "content": b"%d" % number}
    return Draft(**(usual | said))  # type: ignore[arg-type]


def entries(count: int) -> list[bytes]:
    return [entry_bytes(seq, draft(seq)) for seq in range(count)]


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(entry) for entry in entries(count)]
