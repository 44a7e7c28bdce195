"""Indicators of many applications at their as-of dates, on Polars, pandas or Spark: the same expressions everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw

from features.algebra import as_column, divided
from features.errors import EvidenceError
from features.frames import KEY, Engine, engine_of
from features.indicators import Indicator, chosen
from features.measures import FIRM_COLUMNS, READINGS, Measure, Reading, measures_of
from features.tables import TABLES

__all__ = ["CONTEXT", "build_features", "kept_name"]

CONTEXT = ("field", "region", "industry", "ownership")
"""Texts of the firm's own row that travel with its indicators."""
APPLICATION_KINDS = {"application_id": "text", "firm_id": "text", "as_of": "date", "amount": "integer", "term_months": "integer"}
NEWEST, PERIOD = "_newest", "_period"
PERIODS = 100_000
"""Years and day numbers of 1949 to 2199 span less than this, so application and period fit into one whole number, which
engines group faster than two columns."""
AGGREGATES = {"sum": "sum", "max": "max", "any": "max"}


def build_features(
    applications: Any, evidence: Mapping[str, Any], *, indicators: Sequence[str] | None = None, keep: Sequence[str] = ()
) -> Any:
    """Give one row an application with what was known on its as-of date, in the engine and row order of `applications`.

    `applications` has `application_id` (unique), `firm_id`, `as_of` (a date or a day number) and may have `amount` (yuan) and
    `term_months`; `evidence` maps table names to frames of the same engine, `firms` among them; any other table that is not
    there is like one without rows. The result has application_id, firm_id, as_of (day number), field, region, industry,
    ownership, the chosen indicators (default: the whole catalogue; Float64, null = unknown), `known_<table>` (day number of
    the newest visible fact of each table read) and `coverage` (the share of the chosen firm indicators that are known).
    `keep` names measures of the chosen indicators that stay, each as a column `measure_<name>`. Spark frames have no row order. Pandas
    frames give unknown numbers as NaN.

    Raises `EvidenceError` for an unknown table or indicator, a missing column, or frames of two engines.
    """
    picked = chosen(None if indicators is None else tuple(indicators))
    engine = engine_of(applications, evidence)
    _refuse_tables(evidence)
    frame = _with_firms(_applications(engine, applications), engine, evidence["firms"])
    spine = frame.select(KEY, "firm_id", "as_of")
    needed = measures_of(i.formula for i in picked)
    for table, measures in needed.items():
        frame = _with_measures(frame, spine, engine, READINGS[table], measures, evidence.get(table))
    numbers = [*(i.id for i in picked), *map(kept_name, keep), "coverage"]
    return engine.given(_formulated(frame, picked, needed, keep), numbers, applications)


def kept_name(measure: str) -> str:
    """Name the column of a measure that is kept; an indicator may have the measure's own name."""
    return f"measure_{measure}"


def _refuse_tables(evidence: Mapping[str, Any]) -> None:
    unknown = sorted(set(evidence) - set(TABLES))
    if unknown:
        raise EvidenceError(f"evidence has the tables {', '.join(unknown)}; the eleven are {', '.join(TABLES)}")
    if "firms" not in evidence:
        raise EvidenceError("evidence has no table firms; every other table may be missing, this one says who the firms are")


def _refuse_lacking(table: str, frame: Any, required: Iterable[str]) -> None:
    there = nw.from_native(frame).collect_schema().names()
    lacking = [name for name in required if name not in there]
    if lacking:
        raise EvidenceError(f"{table} has no column {', '.join(lacking)}; it has {', '.join(there)}")


def _applications(engine: Engine, applications: Any) -> Any:
    _refuse_lacking("applications", applications, ("application_id", "firm_id", "as_of"))
    return engine.taken(engine.keyed(applications), APPLICATION_KINDS)


def _table(engine: Engine, name: str, frame: Any, columns: Iterable[str]) -> Any:
    kinds = {column: TABLES[name].column(column) for column in columns}
    _refuse_lacking(name, frame, (column for column, spec in kinds.items() if spec.required))
    return engine.taken(frame, {column: spec.kind for column, spec in kinds.items()})


def _with_firms(frame: Any, engine: Engine, firms: Any) -> Any:
    """Join each application's firm; a firm founded after the as-of date is not known yet."""
    names = (*CONTEXT, *FIRM_COLUMNS, "searched")
    joined = frame.join(_table(engine, "firms", firms, ("firm_id", *names)), on="firm_id", how="left")
    founded = nw.col("founded_on") <= nw.col("as_of")
    return joined.with_columns(*(nw.when(founded).then(nw.col(name)).alias(name) for name in names))


def _with_measures(frame: Any, spine: Any, engine: Engine, reading: Reading, measures: Sequence[Measure], rows: Any | None) -> Any:
    """Join one table's measures, unknown where an application has no visible row, and zero where that means none."""
    if rows is None:
        names = (m.name for m in (*measures, reading.newest_fact))
        return frame.with_columns(*(nw.lit(None, dtype=nw.Int64).alias(name) for name in names))
    table = _table(engine, reading.table, rows, reading.columns_for(measures))
    return frame.join(_measured(spine.join(table, on="firm_id", how="inner"), reading, measures, engine), on=KEY, how="left")


def _measured(rows: Any, reading: Reading, measures: Sequence[Measure], engine: Engine) -> Any:
    """Add up the visible rows of each application."""
    rows = rows.filter(as_column(reading.visible, nw))
    marks = [as_column(mark.value, nw).alias(mark.name) for mark in reading.marks_for(measures)]
    rows = rows.with_columns(*marks) if marks else rows
    if reading.period:
        rows = _unrestated(rows, reading, reading.period, engine)
    for anchor in reading.anchors_for(measures):
        rows = rows.with_columns(as_column(anchor.value, nw).alias(anchor.name))
        rows = rows.with_columns(getattr(nw.col(anchor.name), anchor.how)().over(KEY).alias(anchor.name))
    measures = (*measures, reading.newest_fact)
    values = rows.select(KEY, *(as_column(m.value, nw).alias(m.name) for m in measures))
    return values.group_by(KEY).agg(*(getattr(nw.col(m.name), AGGREGATES[m.how])() for m in measures))


def _unrestated(rows: Any, reading: Reading, period: str, engine: Engine) -> Any:
    """Keep of each application's period the version known last."""
    within = [KEY, period]
    if engine.numbers_keys:
        within = [PERIOD]
        rows = rows.with_columns((nw.col(KEY) * PERIODS + nw.col(period)).alias(PERIOD))
    rows = rows.with_columns(nw.col(reading.known).max().over(*within).alias(NEWEST))
    return rows.filter(nw.col(reading.known) == nw.col(NEWEST))


def _formulated(frame: Any, picked: Sequence[Indicator], needed: Mapping[str, Sequence[Measure]], keep: Sequence[str]) -> Any:
    """Turn measures into indicators: zero-fill what was searched, go over to floats, apply each formula."""
    numbers = [_number(READINGS[table], m).alias(m.name) for table, measures in needed.items() for m in measures]
    own = [nw.col(name).cast(nw.Float64) for name in (*FIRM_COLUMNS, "amount", "term_months")]
    frame = frame.with_columns(*numbers, *own)
    known = [f"known_{table}" for table in needed]
    formulas = [as_column(i.formula, nw).cast(nw.Float64).alias(i.id) for i in picked]
    result = frame.select(
        KEY, "application_id", "firm_id", "as_of", *CONTEXT, *formulas, *(nw.col(name).alias(kept_name(name)) for name in keep), *known
    )
    return result.with_columns(_coverage([i.id for i in picked if not i.is_request]).alias("coverage"))


def _number(reading: Reading, measure: Measure) -> Any:
    value = nw.col(measure.name)
    if reading.register and measure.zero_when_searched:
        searched = nw.col("searched").str.contains(reading.table, literal=True)
        value = nw.when(value.is_null() & searched).then(nw.lit(0, dtype=nw.Int64)).otherwise(value)
    return value.cast(nw.Float64)


def _coverage(names: Sequence[str]) -> Any:
    if not names:
        return nw.lit(None, dtype=nw.Float64)
    known = (nw.when(nw.col(name).is_null()).then(nw.lit(0.0)).otherwise(nw.lit(1.0)) for name in names)
    return divided(nw.sum_horizontal(*known), float(len(names)))
