"""Measures of one firm on Polars, for the request path: the same terms as the builder's, written in Polars' own words once.

A Narwhals expression is rewritten on every use, which one firm pays dearly for and a province does not notice.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from features.algebra import as_column
from features.errors import EvidenceError
from features.frames import polars_column
from features.measures import READINGS, Reading
from features.tables import TABLES

__all__ = ["firm_measures", "known_name", "sole_row"]

AGGREGATES = {"sum": pl.Expr.sum, "max": pl.Expr.max, "any": pl.Expr.max}
SchemaItems = tuple[tuple[str, pl.DataType], ...]


@dataclass(frozen=True, slots=True)
class _Recipe:
    """A reading in Polars expressions."""

    visible: pl.Expr
    marks: tuple[pl.Expr, ...]
    newest: pl.Expr | None
    anchors: tuple[pl.Expr, ...]
    totals: tuple[pl.Expr, ...]


def known_name(table: str) -> str:
    """Name the measure that is the day number of a table's newest visible fact."""
    return READINGS[table].newest_fact.name


@functools.cache
def _recipe(table: str) -> _Recipe:
    reading = READINGS[table]
    known = pl.col(reading.known)
    totals = (AGGREGATES[m.how](as_column(m.value, pl)).alias(m.name) for m in (*reading.measures, reading.newest_fact))
    anchors = (AGGREGATES[a.how](as_column(a.value, pl)).alias(a.name) for a in reading.anchors)
    newest = known == known.max().over(reading.period) if reading.period else None
    marks = (as_column(mark.value, pl).alias(mark.name) for mark in reading.marks)
    return _Recipe(as_column(reading.visible, pl), tuple(marks), newest, tuple(anchors), tuple(totals))


@functools.lru_cache(maxsize=256)
def _casts(table: str, schema: SchemaItems) -> tuple[pl.Expr, ...]:
    """Cast the columns a reading needs, for frames of this schema."""
    there = dict(schema)
    reading = READINGS[table]
    kinds = {name: TABLES[table].column(name) for name in reading.columns_for(reading.measures) if name != "firm_id"}
    lacking = [name for name, column in kinds.items() if column.required and name not in there]
    if lacking:
        raise EvidenceError(f"{table} has no column {', '.join(lacking)}; it has {', '.join(there)}")
    return tuple(polars_column(name, column.kind, there.get(name)) for name, column in kinds.items())


def _rows(reading: Reading, frame: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Give the rows that count on this date, with the anchors of the reading."""
    recipe = _recipe(reading.table)
    casts = _casts(reading.table, tuple(frame.schema.items()))
    rows = frame.select(*casts, pl.lit(as_of, dtype=pl.Int64).alias("as_of")).filter(recipe.visible)
    if recipe.marks:
        rows = rows.with_columns(recipe.marks)
    if recipe.newest is not None:
        rows = rows.filter(recipe.newest)
    for anchor in recipe.anchors:
        rows = rows.with_columns(anchor)
    return rows


def firm_measures(table: str, frame: pl.DataFrame | None, *, firm_id: str, as_of: int) -> Mapping[str, int | None]:
    """Add up one firm's visible rows of a table; empty where it has none."""
    if frame is None or frame.is_empty():
        return {}
    _refuse_strangers(table, frame, firm_id)
    rows = _rows(READINGS[table], frame, as_of)
    return {} if rows.is_empty() else rows.select(_recipe(table).totals).row(0, named=True)


def _refuse_strangers(table: str, frame: pl.DataFrame, firm_id: str) -> None:
    """Rows of another firm are a mix-up that no number would show; a table without `firm_id` is taken at its word."""
    if "firm_id" in frame.columns and not (frame.get_column("firm_id") == firm_id).all():
        raise EvidenceError(f"{table} holds rows of another firm than {firm_id}; give one firm's evidence")


def sole_row(firms: pl.DataFrame) -> Mapping[str, object]:
    """Give the one row of `firms` with dates as they are; none or several are an `EvidenceError`."""
    if firms.height != 1:
        raise EvidenceError(f"firms has {firms.height} rows where one firm has one; build many firms with build_features")
    return firms.row(0, named=True)
