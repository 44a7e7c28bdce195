"""Tombstones on file: what the ledger says of a subject whose payload was deleted."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, select

from service.ledger import Kind
from service.store.blobs import get_blob
from service.store.models import LedgerEntry

__all__ = ["tombstone_of"]


def tombstone_of(unit: Connection, subject: str) -> dict[str, Any] | None:
    """Give the newest tombstone of a subject with who set it and when, or None when it has none."""
    query = select(LedgerEntry.content, LedgerEntry.actor, LedgerEntry.at, LedgerEntry.seq)
    query = query.where(LedgerEntry.subject == subject, LedgerEntry.kind == Kind.TOMBSTONE.value)
    found = unit.execute(query.order_by(LedgerEntry.seq.desc()).limit(1)).one_or_none()
    if found is None:
        return None
    said: dict[str, Any] = orjson.loads(get_blob(unit, found.content))
    return {**said, "by": found.actor, "at": found.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "entry": found.seq}
