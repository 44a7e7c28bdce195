"""The ledger on file: entries are appended inside the transaction of what they tell of, and read back in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from service.ledger import Draft, entry_bytes
from service.ledger.tree import leaf_hash
from service.store.blobs import pack, put_blobs
from service.store.models import CheckpointRow, LedgerEntry, TreeTile

__all__ = [
    "KeptNodes",
    "append",
    "checkpoint_notes",
    "checkpoint_of_size",
    "count_tiles",
    "entries_between",
    "entries_found",
    "entries_of_kinds",
    "entries_of_subjects",
    "entry_at",
    "entry_of",
    "keep_checkpoint",
    "keep_tiles",
    "newest_checkpoint",
    "replace_tiles",
    "rows_after",
    "sealed_size",
    "size_of",
    "size_sealing",
]

PAGE = 2_000
"""Rows read at once when the whole log is walked."""
SUBJECTS = 500
"""Subjects asked for in one statement."""


def size_of(unit: Connection) -> int:
    """Count the entries; inside a write transaction this is the place of the next one."""
    last = unit.scalar(select(func.max(LedgerEntry.seq)))
    return 0 if last is None else int(last) + 1


def append(unit: Connection, drafts: Sequence[Draft]) -> list[int]:
    """Enter acts in their order and give their places; call it inside `Store.writing`, with what the acts change."""
    if not drafts:
        return []
    put_blobs(unit, [pack("record", draft.content) for draft in drafts if draft.content is not None])
    first = size_of(unit)
    rows = [_row(seq, draft) for seq, draft in enumerate(drafts, start=first)]
    unit.execute(insert(LedgerEntry), rows)
    return [row["seq"] for row in rows]


def _row(seq: int, draft: Draft) -> dict[str, Any]:
    return {
        "seq": seq,
        "kind": draft.kind.value,
        "subject": draft.subject,
        "actor": draft.actor.id,
        "at": draft.at,
        "content": draft.content_hash,
        "entry": entry_bytes(seq, draft),
    }


def entries_between(unit: Connection, start: int, stop: int) -> Iterator[bytes]:
    """Read the entries from place `start` up to `stop`, in order."""
    for low in range(start, stop, PAGE):
        high = min(stop, low + PAGE)
        query = select(LedgerEntry.entry).where(LedgerEntry.seq >= low, LedgerEntry.seq < high).order_by(LedgerEntry.seq)
        yield from unit.scalars(query).all()


def rows_after(unit: Connection, after: int = -1) -> Iterator[Any]:
    """Read every row of the ledger behind a place, in order, page by page."""
    columns = (LedgerEntry.seq, LedgerEntry.kind, LedgerEntry.subject, LedgerEntry.actor, LedgerEntry.at, LedgerEntry.content)
    query = select(*columns, LedgerEntry.entry).order_by(LedgerEntry.seq).limit(PAGE)
    while page := unit.execute(query.where(LedgerEntry.seq > after)).all():
        yield from page
        after = page[-1].seq


def entry_at(unit: Connection, seq: int) -> bytes | None:
    """Read the entry at a place, or None."""
    return unit.scalar(select(LedgerEntry.entry).where(LedgerEntry.seq == seq))


def entry_of(unit: Connection, kind: str, subject: str) -> tuple[int, bytes] | None:
    """Find the first entry of a kind about a subject: its place and bytes."""
    query = select(LedgerEntry.seq, LedgerEntry.entry).where(LedgerEntry.subject == subject, LedgerEntry.kind == kind)
    found = unit.execute(query.order_by(LedgerEntry.seq).limit(1)).one_or_none()
    return (found.seq, found.entry) if found else None


class KeptNodes:
    """Hashes of the tree from the database: leaves from their entries, full subtrees from the kept tiles."""

    def __init__(self, unit: Connection) -> None:
        self._unit = unit

    def full(self, height: int, start: int, stop: int) -> Sequence[bytes]:
        """Give the roots of the full subtrees (height, start) up to (height, stop)."""
        if height == 0:
            return [leaf_hash(entry) for entry in entries_between(self._unit, start, stop)]
        query = select(TreeTile.root).where(TreeTile.level == height, TreeTile.place >= start, TreeTile.place < stop)
        return list(self._unit.scalars(query.order_by(TreeTile.place)))


def keep_tiles(unit: Connection, tiles: Sequence[tuple[int, int, bytes]]) -> None:
    """Write full subtrees: height, place, root."""
    if tiles:
        unit.execute(insert(TreeTile), [{"level": level, "place": place, "root": root} for level, place, root in tiles])


def replace_tiles(unit: Connection, tiles: Sequence[tuple[int, int, bytes]]) -> None:
    """Write all full subtrees anew."""
    unit.execute(delete(TreeTile))
    keep_tiles(unit, tiles)


def count_tiles(unit: Connection) -> int:
    """Count the full subtrees that are kept."""
    return unit.scalar(select(func.count()).select_from(TreeTile)) or 0


def keep_checkpoint(unit: Connection, size: int, note: str, at: datetime) -> None:
    """Write a signed checkpoint."""
    unit.execute(insert(CheckpointRow).values(size=size, note=note, at=at))


def newest_checkpoint(unit: Connection) -> tuple[int, str] | None:
    """Give size and note of the newest checkpoint, or None when nothing was signed yet."""
    found = unit.execute(select(CheckpointRow.size, CheckpointRow.note).order_by(CheckpointRow.size.desc()).limit(1)).one_or_none()
    return (found.size, found.note) if found else None


def sealed_size(unit: Connection) -> int:
    """Count the entries that the newest checkpoint covers."""
    return unit.scalar(select(func.max(CheckpointRow.size))) or 0


def checkpoint_notes(unit: Connection) -> list[tuple[int, str]]:
    """Read every checkpoint's size and note, oldest first."""
    return [(row.size, row.note) for row in unit.execute(select(CheckpointRow.size, CheckpointRow.note).order_by(CheckpointRow.size))]


def size_sealing(unit: Connection, seq: int) -> int | None:
    """Give the size of the first checkpoint that covers the entry at a place, or None while none does."""
    return unit.scalar(select(func.min(CheckpointRow.size)).where(CheckpointRow.size > seq))


def checkpoint_of_size(unit: Connection, size: int) -> str | None:
    """Read the note of the checkpoint over so many entries, or None."""
    return unit.scalar(select(CheckpointRow.note).where(CheckpointRow.size == size))


def entries_found(
    unit: Connection, *, after: int, limit: int, kind: str | None = None, subject: str | None = None, actor: str | None = None
) -> list[bytes]:
    """Read at most `limit` entries behind place `after`, oldest first; of a kind, about a subject, by an actor where one is given."""
    query = select(LedgerEntry.entry).where(LedgerEntry.seq > after).order_by(LedgerEntry.seq).limit(limit)
    for column, wanted in ((LedgerEntry.kind, kind), (LedgerEntry.subject, subject), (LedgerEntry.actor, actor)):
        if wanted is not None:
            query = query.where(column == wanted)
    return list(unit.scalars(query))


def entries_of_kinds(unit: Connection, kinds: Sequence[str]) -> list[bytes]:
    """Read every entry of these kinds, oldest first."""
    return list(unit.scalars(select(LedgerEntry.entry).where(LedgerEntry.kind.in_(kinds)).order_by(LedgerEntry.seq)))


def entries_of_subjects(unit: Connection, subjects: Sequence[str]) -> list[bytes]:
    """Read every entry about these subjects, in no order."""
    found: list[bytes] = []
    for start in range(0, len(subjects), SUBJECTS):
        found += unit.scalars(select(LedgerEntry.entry).where(LedgerEntry.subject.in_(subjects[start : start + SUBJECTS])))
    return found
