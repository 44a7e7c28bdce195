"""Indicators of firms at a date, computed once: a cache beside the evidence, never the truth."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, select

from service.store.insertion import insert_new
from service.store.models import FirmRowEntry

__all__ = ["RowKey", "as_entry", "drop_rows_before", "find_row", "kept_keys", "put_rows"]


@dataclass(frozen=True, slots=True)
class RowKey:
    """What a firm's indicators depend on: never reused for another day, other evidence or another catalogue."""

    firm_id: str
    as_of: int
    evidence_sha: str
    catalogue_hash: str


def as_entry(key: RowKey, payload: bytes) -> Mapping[str, Any]:
    """Give the database row of a firm's indicators."""
    return {**asdict(key), "packed": zlib.compress(payload, 1)}


def find_row(unit: Connection, key: RowKey) -> bytes | None:
    """Read a firm's indicators, or None when nobody has computed them yet."""
    packed = unit.scalar(
        select(FirmRowEntry.packed).where(
            FirmRowEntry.firm_id == key.firm_id,
            FirmRowEntry.as_of == key.as_of,
            FirmRowEntry.evidence_sha == key.evidence_sha,
            FirmRowEntry.catalogue_hash == key.catalogue_hash,
        )
    )
    return None if packed is None else zlib.decompress(packed)


def kept_keys(unit: Connection, as_of: int, catalogue_hash: str) -> set[tuple[str, str]]:
    """Give (firm, evidence hash) of every firm whose indicators at that date are there."""
    query = select(FirmRowEntry.firm_id, FirmRowEntry.evidence_sha).where(
        FirmRowEntry.as_of == as_of, FirmRowEntry.catalogue_hash == catalogue_hash
    )
    return {(row.firm_id, row.evidence_sha) for row in unit.execute(query)}


def put_rows(unit: Connection, entries: Iterable[Mapping[str, Any]]) -> None:
    """Keep indicators; those already there stay as they are."""
    insert_new(unit, FirmRowEntry, entries)


def drop_rows_before(unit: Connection, as_of: int) -> int:
    """Forget indicators of earlier days (they can be computed again) and say how many."""
    return unit.execute(delete(FirmRowEntry).where(FirmRowEntry.as_of < as_of)).rowcount
