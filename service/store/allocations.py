"""Allocations on record: what was asked is written once, and so is what came of it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from service.errors import KeyReused
from service.store.blobs import hash_of
from service.store.insertion import insert_new, new_or_nothing
from service.store.models import AllocationResult, AllocationRow

__all__ = [
    "KeptAllocation",
    "KeptResult",
    "find_allocation",
    "find_result",
    "keep_allocation",
    "keep_result",
    "list_allocations",
    "unfinished_allocations",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAllocation:
    """What was asked: the request's canonical JSON, by the holder of which token and role (and which person), under which key."""

    allocation_id: str
    token_id: str
    role: str
    key: str | None
    request: bytes
    recorded_at: datetime
    person: str | None = None


@dataclass(frozen=True, slots=True)
class KeptResult:
    """What came of it, byte for byte as it is answered."""

    finished_at: datetime
    sha256: str
    body: bytes


_COLUMNS = (
    AllocationRow.allocation_id,
    AllocationRow.token_id,
    AllocationRow.role,
    AllocationRow.key,
    AllocationRow.request,
    AllocationRow.recorded_at,
    AllocationRow.person,
    AllocationRow.request_sha,
)


def keep_allocation(unit: Connection, asked: KeptAllocation) -> tuple[KeptAllocation, bool]:
    """Write what is asked; gives what is on record, and whether this is it (not the earlier one of the same key).

    A key that belongs to another request is `KeyReused`.
    """
    row = {name: getattr(asked, name) for name in KeptAllocation.__slots__}
    row |= {"request": zlib.compress(asked.request, 6), "request_sha": hash_of(asked.request)}
    if unit.execute(new_or_nothing(unit, AllocationRow).returning(AllocationRow.allocation_id), [row]).first():
        return asked, True
    query = select(*_COLUMNS).where(AllocationRow.token_id == asked.token_id, AllocationRow.key == asked.key)
    earlier = unit.execute(query).one()
    if earlier.request_sha != row["request_sha"]:
        raise KeyReused(f"Idempotency-Key {asked.key!r} was used for another request; send a new key with a new request")
    return _kept(earlier), False


def _kept(row: Any) -> KeptAllocation:
    said = {name: getattr(row, name) for name in KeptAllocation.__slots__}
    return KeptAllocation(**(said | {"request": zlib.decompress(row.request)}))


def find_allocation(unit: Connection, allocation_id: str) -> KeptAllocation | None:
    """Read what was asked, or None."""
    found = unit.execute(select(*_COLUMNS).where(AllocationRow.allocation_id == allocation_id)).one_or_none()
    return _kept(found) if found else None


def list_allocations(unit: Connection, limit: int) -> list[tuple[KeptAllocation, bool]]:
    """List the newest allocations, and whether each is finished."""
    done = select(AllocationResult.allocation_id).where(AllocationResult.allocation_id == AllocationRow.allocation_id).exists()
    query = select(*_COLUMNS, done.label("done")).order_by(AllocationRow.allocation_id.desc()).limit(limit)
    return [(_kept(row), bool(row.done)) for row in unit.execute(query)]


def unfinished_allocations(unit: Connection) -> list[KeptAllocation]:
    """Read every allocation that has no result yet, oldest first."""
    done = select(AllocationResult.allocation_id).where(AllocationResult.allocation_id == AllocationRow.allocation_id).exists()
    return [_kept(row) for row in unit.execute(select(*_COLUMNS).where(~done).order_by(AllocationRow.allocation_id))]


def keep_result(unit: Connection, allocation_id: str, result: KeptResult) -> None:
    """Write what came of it, unless somebody was faster."""
    row = {"finished_at": result.finished_at, "sha256": result.sha256, "body": zlib.compress(result.body, 6)}
    insert_new(unit, AllocationResult, [{"allocation_id": allocation_id, **row}])


def find_result(unit: Connection, allocation_id: str) -> KeptResult | None:
    """Read what came of it, or None while it is being worked on."""
    query = select(AllocationResult.finished_at, AllocationResult.sha256, AllocationResult.body)
    found = unit.execute(query.where(AllocationResult.allocation_id == allocation_id)).one_or_none()
    return KeptResult(found.finished_at, found.sha256, zlib.decompress(found.body)) if found else None
