"""The ledger on file: entries are appended inside the transaction of what they tell of, and read back in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from service.ledger import Draft, entry_bytes
from service.store.blobs import pack, put_blobs
from service.store.models import LedgerEntry

__all__ = ["append", "size_of"]


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
