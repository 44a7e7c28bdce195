"""The dossier: all that is kept about one firm, as canonical bytes.

A dossier is the JSON `{table: {column: [values]}}`. Days are day numbers since 1970-01-01; other values are integers, texts,
booleans or null. Rows are in the order of the table's key, keys of the JSON are sorted, there is no white space: the bytes are
canonical in the sense of RFC 8785, so equal evidence has equal bytes and one hash. Left out are tables that were not supplied,
tables without rows, columns without any value, and `firm_id`, which stands once, in `firms`. That a register was searched and
holds nothing is said by `firms.searched`; reading a dossier gives such a register as a table without rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import orjson
import polars as pl

from features.errors import EvidenceError
from features.tables import TABLES, Table

__all__ = [
    "Rows",
    "canonical_dossier",
    "dossier_frames",
    "dossier_json",
    "evidence_hash",
    "gathered_frames",
    "merge_dossiers",
    "read_dossier",
]

Columns = dict[str, list[Any]]
Rows = list[dict[str, Any]]
EPOCH = date(1970, 1, 1)
ENGINE_TYPES: Mapping[str, type[pl.DataType]] = {
    "integer": pl.Int64,
    "date": pl.Int64,
    "boolean": pl.Boolean,
    "text": pl.String,
    "word": pl.String,
}


def canonical_dossier(tables: Mapping[str, Columns]) -> bytes:
    """Write the columns of one firm's tables, whose rows are in key order already, as a dossier."""
    kept = {name: {c: v for c, v in columns.items() if _is_kept(name, c, v)} for name, columns in tables.items()}
    return orjson.dumps({name: columns for name, columns in kept.items() if columns}, option=orjson.OPT_SORT_KEYS)


def _is_kept(table: str, column: str, values: Sequence[Any]) -> bool:
    if column == "firm_id" and table != "firms":
        return False
    return values.count(None) < len(values)


def evidence_hash(dossier: bytes) -> str:
    """Give the content address of a dossier: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(dossier).hexdigest()}"


def read_dossier(dossier: bytes) -> dict[str, Columns]:
    """Give the tables of a dossier with every column of the model, `firm_id` included; days stay day numbers.

    Bytes that are not a dossier are an `EvidenceError`.
    """
    try:
        kept: dict[str, Columns] = orjson.loads(dossier)
        (firm_id,) = kept["firms"]["firm_id"]
        searched = dict.fromkeys(_registers(kept["firms"].get("searched")), Columns())
        return {name: _filled(TABLES[name], columns, firm_id) for name, columns in {**searched, **kept}.items()}
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as broken:
        raise EvidenceError(f"the stored evidence is not a dossier ({broken!r}); restore it from its source") from broken


def _registers(searched: list[str] | None) -> list[str]:
    return searched[0].split(";") if searched else []


def _filled(spec: Table, kept: Columns, firm_id: str) -> Columns:
    height = max(map(len, kept.values()), default=0)
    nothing = [None] * height
    filled = {column.name: kept.get(column.name, nothing) for column in spec.columns}
    return {**filled, "firm_id": [firm_id] * height}


def dossier_frames(dossier: bytes) -> dict[str, pl.DataFrame]:
    """Give a dossier's tables as frames for the indicators: every column of the model, days as Int64 day numbers."""
    return {name: _frame(_engine_types(name), columns) for name, columns in read_dossier(dossier).items()}


def gathered_frames(dossiers: Iterable[bytes]) -> dict[str, pl.DataFrame]:
    """Give the tables of many dossiers, one a firm, as frames for a batch: as `dossier_frames`, with the firms one below the other."""
    gathered: dict[str, Columns] = {}
    for dossier in dossiers:
        for name, columns in read_dossier(dossier).items():
            below = gathered.setdefault(name, {column: [] for column in _engine_types(name)})
            for column, values in columns.items():
                below[column] += values
    return {name: _frame(_engine_types(name), columns) for name, columns in gathered.items()}


def _frame(types: Mapping[str, type[pl.DataType]], columns: Columns) -> pl.DataFrame:
    return pl.DataFrame([pl.Series(name, values, types[name]) for name, values in columns.items()])


@cache
def _engine_types(name: str) -> Mapping[str, type[pl.DataType]]:
    return {column.name: ENGINE_TYPES[column.kind] for column in TABLES[name].columns}


def merge_dossiers(old: bytes, new: bytes) -> bytes:
    """Put newly supplied evidence on top of what is kept; neither input changes.

    Rows of a key that both have come from `new` (a correction); other rows are kept from both; tables that only one
    has are kept. The firm's own row is the new one, and registers once searched stay searched. Dossiers of two
    different firms are an `EvidenceError`.
    """
    before, after = read_dossier(old), read_dossier(new)
    ids = before["firms"]["firm_id"][0], after["firms"]["firm_id"][0]
    if ids[0] != ids[1]:
        raise EvidenceError(f"evidence of firm {ids[1]} cannot be merged into that of firm {ids[0]}; send it under its own firm_id")
    searched = [before["firms"]["searched"][0], after["firms"]["searched"][0]]
    after["firms"]["searched"] = [joined_registers(searched)]
    return canonical_dossier({name: _merged(TABLES[name], before.get(name, {}), after.get(name, {})) for name in {**before, **after}})


def _merged(spec: Table, before: Columns, after: Columns) -> Columns:
    by_key = {tuple(row[k] for k in spec.key): row for row in (*_rows(before), *_rows(after))}
    rows = [by_key[key] for key in sorted(by_key)]
    return {column.name: [row[column.name] for row in rows] for column in spec.columns}


def _rows(columns: Columns) -> Rows:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def joined_registers(parts: Iterable[str | None]) -> str | None:
    """Join lists of searched registers into one, sorted and without repetition; None when there is none."""
    names = {name for part in parts if part for name in part.split(";") if name}
    return ";".join(sorted(names)) or None


def dossier_json(dossier: bytes) -> dict[str, Rows]:
    """Give a dossier as rows for people and clients: `{table: [{column: value}]}`, days in ISO form, in the model's column order."""
    return {name: _rows({c.name: _shown(c.kind, read[name][c.name]) for c in spec.columns}) for name, spec, read in _tables(dossier)}


def _tables(dossier: bytes) -> Iterable[tuple[str, Table, dict[str, Columns]]]:
    read = read_dossier(dossier)
    return ((name, spec, read) for name, spec in TABLES.items() if name in read)


def _shown(kind: str, values: list[Any]) -> list[Any]:
    if kind != "date":
        return values
    return [None if value is None else (EPOCH + timedelta(days=value)).isoformat() for value in values]
