"""Which raw rows of a dossier count at an as-of date: those that were known by then, the restated ones told from the ones that stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from features.algebra import as_column
from features.evidence.dossier import EPOCH, dossier_frames, dossier_json
from features.measures import READINGS
from features.tables import TABLES, Clock, Column

__all__ = ["VisibleRow", "visible_rows"]


@dataclass(frozen=True, slots=True)
class VisibleRow:
    """A raw row as it stands in the dossier, and as it was known at the date.

    `known` leaves out events of the row that lay ahead then (a grant, a repayment). `stands` is False for a statement that a
    later one of the same period had replaced by then. Days are ISO texts.
    """

    table: str
    raw: Mapping[str, Any]
    known: Mapping[str, Any]
    happened_on: str | None
    known_on: str | None
    stands: bool


def visible_rows(dossier: bytes, as_of: int) -> dict[str, list[VisibleRow]]:
    """Give by table the rows that were known by day number `as_of`, in the order of the dossier."""
    frames = dossier_frames(dossier)
    day = (EPOCH + timedelta(days=as_of)).isoformat()
    return {name: _visible(name, frames[name], rows, as_of, day) for name, rows in dossier_json(dossier).items()}


def _visible(table: str, frame: pl.DataFrame, rows: list[dict[str, Any]], as_of: int, day: str) -> list[VisibleRow]:
    if table not in READINGS:  # the firm's own row
        return [_row(table, row, day, stands=True) for row in rows]
    reading = READINGS[table]
    known = pl.col(reading.known)
    newest = known == known.max().over(reading.period) if reading.period else pl.lit(value=True)
    there = frame.with_row_index("place").with_columns(pl.lit(as_of, dtype=pl.Int64).alias("as_of"))
    seen = there.filter(as_column(reading.visible, pl)).with_columns(newest.alias("stands"))
    return [_row(table, rows[place], day, stands=stands) for place, stands in seen.select("place", "stands").iter_rows()]


def _row(table: str, raw: dict[str, Any], day: str, *, stands: bool) -> VisibleRow:
    spec = TABLES[table]
    known = {c.name: None if _lies_ahead(c, raw[c.name], day) else raw[c.name] for c in spec.columns}
    happened = next((raw[c.name] for c in spec.columns if c.clock is Clock.HAPPENED), None)
    return VisibleRow(table, raw, known, happened, raw[spec.known], stands)


def _lies_ahead(column: Column, value: Any, day: str) -> bool:
    return column.clock is Clock.LATER and value is not None and str(value) > day
