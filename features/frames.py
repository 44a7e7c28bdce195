"""The edge between callers' frames and the expressions: pandas, Polars and Spark frames go in, the same kind comes out.

Inside, every date is a day number (days since 1970-01-01, Int64), every whole number Int64, and unknown is null: pandas
columns take nullable types on the way in and plain `float64` (NaN = unknown) on the way out.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import narwhals as nw
import polars as pl

from features.errors import EvidenceError

__all__ = ["KEY", "POLARS_TYPES", "Engine", "engine_of", "polars_column"]

KEY = "_application"
"""Tells applications apart inside a build; it never leaves."""

POLARS_TYPES: Mapping[str, Any] = {"integer": pl.Int64, "date": pl.Int64, "text": pl.String, "word": pl.String, "boolean": pl.Boolean}
PANDAS_TYPES: Mapping[str, str] = {"integer": "Int64", "date": "Int64", "text": "string", "word": "string", "boolean": "boolean"}
SPARK_TYPES: Mapping[str, str] = {"integer": "bigint", "date": "bigint", "text": "string", "word": "string", "boolean": "boolean"}


class Engine(Protocol):
    """What a build needs of a dataframe library; a frame is a Narwhals frame once taken in."""

    numbers_keys: bool
    """Is `KEY` a whole number from zero up?"""

    def taken(self, frame: Any, columns: Mapping[str, str]) -> Any:
        """Take `columns` (name -> kind) and the key, if it is there, of a native frame; a column the frame lacks becomes null."""

    def keyed(self, frame: Any) -> Any:
        """Add `KEY` to a native frame of applications."""

    def given(self, frame: Any, numbers: Sequence[str], like: Any) -> Any:
        """Give a built frame back in the kind and row order of `like`, without the key."""


def polars_column(name: str, kind: str, dtype: pl.DataType | None) -> pl.Expr:
    """Cast one Polars column (None: not there) to the type it has inside; a date or a time becomes its day number."""
    if dtype is None:
        return pl.lit(None, POLARS_TYPES[kind]).alias(name)
    if kind == "date" and isinstance(dtype, pl.Datetime):
        return pl.col(name).cast(pl.Date).cast(pl.Int64)
    return pl.col(name).cast(POLARS_TYPES[kind])


class PolarsEngine:
    """Polars frames, eager or lazy; the embedded default."""

    numbers_keys = True

    def taken(self, frame: Any, columns: Mapping[str, str]) -> Any:
        """Cast the columns lazily."""
        schema = frame.collect_schema()
        key = [KEY] if KEY in schema else []
        return nw.from_native(frame.lazy().select(*key, *(polars_column(name, kind, schema.get(name)) for name, kind in columns.items())))

    def keyed(self, frame: Any) -> Any:
        """Number the rows."""
        return frame.with_row_index(KEY).with_columns(pl.col(KEY).cast(pl.Int64))

    def given(self, frame: Any, numbers: Sequence[str], like: Any) -> Any:  # noqa: ARG002 - already Float64
        """Put the rows back into order; eager where the applications were."""
        ordered = nw.to_native(frame).sort(KEY).drop(KEY)
        return ordered.collect() if isinstance(like, pl.DataFrame) else ordered


class PandasEngine:
    """pandas frames."""

    numbers_keys = True

    def taken(self, frame: Any, columns: Mapping[str, str]) -> Any:
        """Copy the columns into nullable types."""
        pandas = sys.modules["pandas"]
        series = {KEY: frame[KEY]} if KEY in frame.columns else {}
        for name, kind in columns.items():
            here = name in frame.columns
            series[name] = self._cast(frame[name], kind) if here else pandas.Series(pandas.NA, frame.index, PANDAS_TYPES[kind])
        return nw.from_native(pandas.DataFrame(series, index=frame.index).reset_index(drop=True))

    def _cast(self, series: Any, kind: str) -> Any:
        pandas = sys.modules["pandas"]
        if kind == "date" and not pandas.api.types.is_numeric_dtype(series.dtype):
            days = pandas.to_datetime(series).astype("datetime64[s]")
            return (days.astype("int64") // 86_400).astype("Int64").mask(days.isna())
        return series.astype(PANDAS_TYPES[kind])

    def keyed(self, frame: Any) -> Any:
        """Number the rows."""
        return frame.assign(**{KEY: range(len(frame))})

    def given(self, frame: Any, numbers: Sequence[str], like: Any) -> Any:
        """Put the rows back into order, with the caller's index, and the numbers into plain `float64`."""
        native = nw.to_native(frame).sort_values(KEY, kind="stable").drop(columns=KEY).set_index(like.index)
        return native.assign(**{name: native[name].to_numpy(dtype="float64", na_value=float("nan")) for name in numbers})


class SparkEngine:
    """PySpark frames; their rows have no order, so `application_id` is the key and must be unique."""

    numbers_keys = False

    def taken(self, frame: Any, columns: Mapping[str, str]) -> Any:
        """Cast the columns lazily."""
        types = dict(frame.dtypes)
        key = [KEY] if KEY in types else []
        return nw.from_native(frame.select(*key, *(self._cast(name, kind, types.get(name)) for name, kind in columns.items())))

    def _cast(self, name: str, kind: str, dtype: str | None) -> Any:
        functions = sys.modules["pyspark.sql.functions"]
        if dtype is None:
            return functions.lit(None).cast(SPARK_TYPES[kind]).alias(name)
        if kind == "date" and dtype not in {"int", "bigint"}:
            return functions.unix_date(functions.col(name).cast("date")).cast("bigint").alias(name)
        return functions.col(name).cast(SPARK_TYPES[kind]).alias(name)

    def keyed(self, frame: Any) -> Any:
        """Copy the application's own key."""
        return frame.withColumn(KEY, frame["application_id"])

    def given(self, frame: Any, numbers: Sequence[str], like: Any) -> Any:  # noqa: ARG002 - already double and lazy
        """Drop the key."""
        return nw.to_native(frame).drop(KEY)


ENGINES: Mapping[str, Engine] = {"polars": PolarsEngine(), "pandas": PandasEngine(), "pyspark": SparkEngine()}


def engine_of(applications: Any, evidence: Mapping[str, Any]) -> Engine:
    """Tell the engine of the frames; frames of two engines, or of one we do not read, are an `EvidenceError`."""
    name = _engine_name("applications", applications)
    for table, frame in evidence.items():
        if _engine_name(table, frame) != name:
            raise EvidenceError(f"table {table} is a {_engine_name(table, frame)} frame where applications is {name}; convert one of them")
    return ENGINES[name]


def _engine_name(table: str, frame: Any) -> str:
    try:
        name = nw.from_native(frame).implementation.value
    except TypeError as error:
        raise EvidenceError(f"{table} is a {type(frame).__name__}; give a Polars, pandas or Spark frame") from error
    if name not in ENGINES:
        raise EvidenceError(f"{table} is a {name} frame; jifen reads {', '.join(ENGINES)}")
    return str(name)
