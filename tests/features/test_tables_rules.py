"""Rules between columns: each says the same of a row of values, of a frame, and in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.tables import TABLES
from features.tables.rules import FirstOfMonth, Needs, NotAhead, NotBefore, NotBeforeMonthEnd, NotBeforeYearEnd, OnlyWhen, Rule, Within

DAY = date(2024, 2, 29)

CASES: list[tuple[Rule, dict[str, Any], bool]] = [
    (NotBefore("b", "a"), {"a": DAY, "b": DAY}, False),
    (NotBefore("b", "a"), {"a": DAY, "b": date(2024, 2, 28)}, True),
    (NotBefore("b", "a"), {"a": None, "b": DAY}, False),
    (NotBeforeYearEnd("b", "a"), {"a": 2024, "b": date(2024, 12, 30)}, True),
    (NotBeforeYearEnd("b", "a"), {"a": 2024, "b": date(2024, 12, 31)}, False),
    (NotBeforeYearEnd("b", "a"), {"a": 2025, "b": date(2024, 12, 31)}, True),
    (NotBeforeYearEnd("b", "a"), {"a": None, "b": DAY}, False),
    (NotBeforeMonthEnd("b", "a"), {"a": date(2024, 2, 1), "b": DAY}, False),
    (NotBeforeMonthEnd("b", "a"), {"a": date(2024, 2, 1), "b": date(2024, 2, 28)}, True),
    (NotBeforeMonthEnd("b", "a"), {"a": date(2024, 2, 1), "b": None}, False),
    (Within("b", "a"), {"a": 5, "b": 5}, False),
    (Within("b", "a"), {"a": 5, "b": 6}, True),
    (Within("b", "a"), {"a": None, "b": 6}, False),
    (Within("b", "a"), {"a": 0, "b": -1}, False),
    (Needs("b", "a"), {"a": 1, "b": 1}, False),
    (Needs("b", "a"), {"a": None, "b": 1}, True),
    (Needs("b", "a"), {"a": None, "b": None}, False),
    (Needs("b", "a"), {"a": 1, "b": None}, False),
    (OnlyWhen("b", "a", "yes"), {"a": "yes", "b": 1}, False),
    (OnlyWhen("b", "a", "yes"), {"a": "no", "b": 1}, True),
    (OnlyWhen("b", "a", "yes"), {"a": "no", "b": None}, False),
    (OnlyWhen("b", "a", "yes"), {"a": None, "b": 1}, False),
    (FirstOfMonth("b"), {"b": date(2024, 2, 1)}, False),
    (FirstOfMonth("b"), {"b": DAY}, True),
    (FirstOfMonth("b"), {"b": None}, False),
    (NotAhead("b", DAY), {"b": DAY}, False),
    (NotAhead("b", DAY), {"b": date(2024, 3, 1)}, True),
    (NotAhead("b", DAY), {"b": None}, False),
]
DTYPES = {date: pl.Date, int: pl.Int64, str: pl.String}


def frame(row: dict[str, Any], rule: Rule) -> pl.DataFrame:
    """The row as a frame; a missing value has the type that its rule reads."""
    missing = pl.Date if isinstance(rule, NotBefore | NotBeforeMonthEnd | FirstOfMonth | NotAhead) else pl.Int64
    types = {name: missing if value is None else DTYPES[type(value)] for name, value in row.items()}
    if isinstance(rule, OnlyWhen):
        types["a"] = pl.String
    return pl.DataFrame({name: [value] for name, value in row.items()}, schema=types)


@pytest.mark.parametrize(("rule", "row", "broken"), CASES, ids=[f"{type(c[0]).__name__}-{n}" for n, c in enumerate(CASES)])
def test_a_rule_reads_a_row_and_a_frame_alike(rule: Rule, row: dict[str, Any], broken: bool) -> None:  # noqa: FBT001 - the answer
    """Both readings give the same answer, and a missing value is silence."""
    assert rule.breaks(row) is broken
    assert frame(row, rule).select(rule.broken().fill_null(value=False).alias("broken")).item() is broken


def test_a_rule_says_its_statement() -> None:
    """The dictionary's sentence names the columns, the word and the day."""
    assert NotBefore("b", "a").statement == "`b` is on or after `a`"
    assert OnlyWhen("b", "a", "yes").statement == "`b` only where `a` is `yes`"
    assert NotAhead("b", DAY).statement == "`b` is not after 2024-02-29"


@pytest.mark.parametrize("rule", [(t, r) for t in TABLES.values() for r in t.rules], ids=lambda p: f"{p[0].name}-{p[1].statement}")
def test_a_declared_rule_speaks_of_columns_of_its_table(rule: tuple[Any, Rule]) -> None:
    """Every rule reads columns that its table has, and none compares a column with itself."""
    table, declared = rule
    assert set(declared.columns) <= {column.name for column in table.columns}
    assert len(set(declared.columns)) == len(declared.columns)
