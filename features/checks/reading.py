"""One column of a bulk file read as its kind, whatever engine type it came in: text (CSV) or typed (Parquet)."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from features.tables import Column
from features.tables.written import CONTROL, DAY, INTEGER, TRUTHS

__all__ = ["POLARS_TYPES", "Reading", "read_column"]

POLARS_TYPES: dict[str, type[pl.DataType]] = {
    "integer": pl.Int64,
    "date": pl.Date,
    "boolean": pl.Boolean,
    "text": pl.String,
    "word": pl.String,
}
WIDEST = {"low": -(2**63), "high": 2**63 - 1}


class Reading(NamedTuple):
    """The typed values; where `blank`, none was written; where `misfit`, it was not of the kind's form. Never both."""

    values: pl.Series
    blank: pl.Series
    misfit: pl.Series


def read_column(column: Column, series: pl.Series) -> Reading:
    """Read `series` as the column's kind; values that cannot be read are null in `values`."""
    if isinstance(series.dtype, pl.Categorical | pl.Enum):
        series = series.cast(pl.String)
    blank = _blank(series)
    values = _typed(column.kind, series)
    return Reading(values.set(blank, None) if values.dtype == pl.String else values, blank, values.is_null() & ~blank)


def _blank(series: pl.Series) -> pl.Series:
    if series.dtype != pl.String:
        return series.is_null()
    return series.is_null() | (series.str.strip_chars() == "").fill_null(value=False)


def _typed(kind: str, series: pl.Series) -> pl.Series:
    frame = series.to_frame("cell")
    return frame.select(_expression(kind, series.dtype).alias(series.name)).to_series()


def _expression(kind: str, dtype: pl.DataType) -> pl.Expr:
    cell = pl.col("cell")
    nothing = pl.lit(None, POLARS_TYPES[kind])
    if kind == "integer":
        return _integer(cell, dtype)
    if kind == "date":
        return _day(cell, dtype)
    if dtype == pl.String:
        return {"boolean": _truth(cell), "text": _text(cell), "word": cell}[kind]
    return cell if dtype == POLARS_TYPES[kind] else pl.when(cell.is_null()).then(nothing).otherwise(nothing)


def _integer(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.String:
        whole = pl.when(cell.str.contains(INTEGER)).then(cell)
        widest = pl.when(whole.str.starts_with("-")).then(WIDEST["low"]).when(whole.is_not_null()).then(WIDEST["high"])
        return pl.coalesce(whole.cast(pl.Int64, strict=False), widest.cast(pl.Int64))
    if dtype.is_float() or dtype.is_decimal():
        return pl.when(cell.is_finite() if dtype.is_float() else cell.is_not_null(), cell == cell.floor()).then(_saturated(cell))
    return _saturated(cell) if dtype.is_integer() else pl.when(cell.is_null()).then(pl.lit(None, pl.Int64))


def _saturated(cell: pl.Expr) -> pl.Expr:
    """A typed number as Int64, numbers beyond it as its ends: the range check then refuses them by name."""
    low, high = pl.lit(WIDEST["low"]), pl.lit(WIDEST["high"])
    return pl.coalesce(cell.cast(pl.Int64, strict=False), pl.when(cell < 0).then(low).when(cell > 0).then(high))


def _day(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.String:
        return pl.when(cell.str.contains(DAY)).then(cell).str.to_date("%Y-%m-%d", strict=False)
    if dtype == pl.Date:
        return cell
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is None:
        return pl.when(cell.dt.truncate("1d") == cell).then(cell.dt.date())
    return pl.when(cell.is_null()).then(pl.lit(None, pl.Date))


def _truth(cell: pl.Expr) -> pl.Expr:
    return cell.str.to_lowercase().replace_strict(TRUTHS, default=None, return_dtype=pl.Boolean)


def _text(cell: pl.Expr) -> pl.Expr:
    plain = cell.str.strip_chars()
    return pl.when(~plain.str.contains(CONTROL)).then(plain)
