"""Firms' indicators on the request path: from memory, else from the database, else built from the evidence."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

from features.evidence import dossier_frames
from features.firm_row import FirmRow, build_firm
from features.indicators import catalogue_hash
from service.errors import UnknownFirm
from service.store.blobs import get_blob
from service.store.engine import Store
from service.store.evidence import latest_hash
from service.store.firm_rows import RowKey, as_entry, find_row

__all__ = ["FirmRows", "Found", "build_row", "day_number"]

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Give days since 1970-01-01."""
    return (day - EPOCH).days


def build_row(dossier: bytes, as_of: int) -> FirmRow:
    """Compute a firm's indicators from its dossier, from facts known by day number `as_of`."""
    return build_firm(dossier_frames(dossier), as_of)


@dataclass(frozen=True, slots=True)
class Found:
    """A firm's indicators, the hash of the evidence they come from, and what to keep of them: None when it is kept already."""

    row: FirmRow
    evidence_sha: str
    entry: Mapping[str, Any] | None = None


class FirmRows:
    """Remembers the indicators of the firms asked for last; a new day or new evidence is a new row, never an old one reused."""

    def __init__(self, store: Store, *, capacity: int, counted: Callable[[str], None] = lambda _: None) -> None:
        self._store, self._capacity, self._counted = store, capacity, counted
        self._rows: OrderedDict[RowKey, FirmRow] = OrderedDict()
        self._lock = Lock()
        self._catalogue = catalogue_hash()

    def of_firm(self, firm_id: str, as_of: date) -> Found:
        """Give the indicators of a firm on file; `UnknownFirm` when no evidence of it is."""
        with self._store.reading() as unit:
            sha256 = latest_hash(unit, firm_id)
        if sha256 is None:
            raise UnknownFirm(f"no evidence of firm {firm_id} is on file; send it with POST /v1/firms, or in the request itself")
        key = RowKey(firm_id, day_number(as_of), sha256, self._catalogue)
        row = self._remembered(key)
        return Found(row, sha256) if row else self._read(key)

    def dossier(self, sha256: str) -> bytes:
        """Read the evidence behind a firm's indicators."""
        with self._store.reading() as unit:
            return get_blob(unit, sha256)

    def of_dossier(self, dossier: bytes, sha256: str, as_of: date) -> Found:
        """Give the indicators of evidence that came with a request; they are not kept."""
        self._counted("request")
        return Found(build_row(dossier, day_number(as_of)), sha256)

    def _remembered(self, key: RowKey) -> FirmRow | None:
        with self._lock:
            row = self._rows.get(key)
            if row is not None:
                self._rows.move_to_end(key)
        if row is not None:
            self._counted("memory")
        return row

    def _remember(self, key: RowKey, row: FirmRow) -> None:
        with self._lock:
            self._rows[key] = row
            if len(self._rows) > self._capacity:
                self._rows.popitem(last=False)

    def _read(self, key: RowKey) -> Found:
        with self._store.reading() as unit:
            payload = find_row(unit, key)
            dossier = b"" if payload else get_blob(unit, key.evidence_sha)
        row = FirmRow.from_json(payload) if payload else build_row(dossier, key.as_of)
        self._counted("database" if payload else "built")
        self._remember(key, row)
        return Found(row, key.evidence_sha, None if payload else as_entry(key, row.to_json()))
