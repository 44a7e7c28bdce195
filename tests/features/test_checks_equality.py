"""A bulk file and a request refuse the same rows: the vectorised checks and the pydantic models are held together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from builders_evidence import ROWS, texts, written
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from features.checks import check_table
from features.tables import TABLES, Table

TODAY = date(2026, 11, 23)
NUMBERS = [
    "0",
    "1",
    "-1",
    "007",
    "-0",
    "+5",
    " 12 ",
    "12\n",
    "1,000",
    "1e6",
    "3.5",
    "12.0",
    "９９",
    "1_000",
    "nan",
    "inf",
    "1" * 19,
    "9" * 30,
]
MORE_NUMBERS = ["-" + "9" * 30, "10000000000000", "10000000000001", "-10000000000001", "10000", "10001", "0x1F", "½", "--1"]
DAYS = ["2024-01-01", "2024/1/3", "2024-1-3", "20240103", "2024-02-30", "0000-01-01", "1949-09-30", "2200-01-01", "2024-01-01T00:00:00"]
MORE_DAYS = ["2026-11-23", "2026-11-24", "2019-01-01", "2025-06-30", "1704240000", "2024年1月3日", " 2024-01-01", "２０２４-01-01"]
TRUTHS = ["true", "False", "TRUE", "yes", "no", "t", " true", "1"]
WORDS = ["invention", "Invention", " invention", "发明专利", "approved", "declined", "provincial", "energy", "seller", "a", "A", "other"]
CODES = ["H01L", "h01l", "H01L\n", "340100", "C39", "Z39", "91340100MA2XXXXX0C", "\u300091340100MA2XXXXX0C", "91340100ma2xxxxx0c"]
MORE_CODES = ["91340100MA2XXXXX0D", "91340100MA2XXXXX0", "９1340100MA2XXXXX0C", "IIIIIIIIIIIIIIIIII", "patents;loans", "patents;foo", ";"]
LENGTHS = [
    "",
    " ",
    "\u3000",
    "\x1c",
    "\u200b",
    "\x00",
    "a\nb",
    "x" * 64,
    "x" * 65,
    "汉" * 200,
    "汉" * 201,
    " " + "x" * 200 + " ",
    "😀" * 200,
]
TEXTS = [*NUMBERS, *MORE_NUMBERS, *DAYS, *MORE_DAYS, *TRUTHS, *WORDS, *CODES, *MORE_CODES, *LENGTHS]


def accepts(table: Table, row: dict[str, Any]) -> bool:
    try:
        table.model.model_validate(row, context={"today": TODAY})
    except ValidationError:
        return False
    return True


def refused_rows(table: Table, frame: pl.DataFrame) -> set[int]:
    """The rows that the bulk check refuses for what stands in them, counted from 0."""
    return {fault.row - 1 for fault in check_table(table.name, frame, today=TODAY) if fault.rule != "duplicate-key"}


def mutations(table: Table) -> Iterator[dict[str, str | None]]:
    yield written(table.name)
    for column in table.columns:
        for text in (None, *TEXTS):
            yield written(table.name, **{column.name: text})


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_every_column_refuses_the_same_texts_in_a_file_and_in_a_request(table: Table) -> None:
    """Over a hundred texts in each column of each table: refused by the model if and only if refused by the bulk check."""
    rows = list(mutations(table))
    by_model = {number for number, row in enumerate(rows) if not accepts(table, row)}
    by_check = refused_rows(table, texts(table.name, rows))
    assert {number: rows[number] for number in by_model ^ by_check} == {}
    assert 0 < len(by_model) < len(rows)


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_several_changed_cells_are_judged_alike(table: Table, data: st.DataObject) -> None:
    """Rows with any mixture of well-formed and arbitrary texts are judged alike, rules between columns included."""
    cell = st.sampled_from(TEXTS) | st.text(max_size=5) | st.none() | st.dates(date(2017, 1, 1), date(2027, 12, 31)).map(str)
    amount = st.integers(-100, 40_000_000).map(str)
    changed = st.dictionaries(st.sampled_from([c.name for c in table.columns]), cell | amount, max_size=4)
    rows = [written(table.name, **change) for change in data.draw(st.lists(changed, min_size=1, max_size=20))]
    by_model = {number for number, row in enumerate(rows) if not accepts(table, row)}
    assert refused_rows(table, texts(table.name, rows)) == by_model


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_days_and_amounts_near_each_other_are_judged_alike(table: Table, data: st.DataObject) -> None:
    """Well-formed rows whose days and amounts are reordered at random break the same rules in both readings."""
    columns = [c for c in table.columns if c.kind in ("date", "integer")]
    days = st.dates(date(2023, 12, 29), date(2024, 2, 2)).map(str)
    cells = {c.name: st.none() | (days if c.kind == "date" else st.sampled_from(["2023", "2024", "1", "2"])) for c in columns}
    rows = [written(table.name, **change) for change in data.draw(st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=30))]
    by_model = {number for number, row in enumerate(rows) if not accepts(table, row)}
    assert refused_rows(table, texts(table.name, rows)) == by_model


TYPED: dict[str, list[tuple[pl.DataType | type[pl.DataType], list[Any]]]] = {
    "integer": [
        (pl.Float64, [3.0, 3.5, float("nan"), float("inf"), 1e300, -1.0, None]),
        (pl.Int8, [3, -3, None]),
        (pl.UInt64, [3, 2**64 - 1]),
        (pl.Decimal(20, 2), [Decimal("3.00"), Decimal("3.50"), None]),
        (pl.Boolean, [True, None]),
        (pl.Date, [date(2024, 1, 1)]),
    ],
    "date": [
        (pl.Date, [date(2024, 1, 1), date(1900, 1, 1), date(2026, 11, 24), None]),
        (pl.Datetime("ns"), [datetime(2024, 1, 1), datetime(2024, 1, 1, 8), None]),  # noqa: DTZ001 - files have such days
        (pl.Datetime("us", "UTC"), [datetime(2024, 1, 1, tzinfo=UTC), None]),
        (pl.Int64, [19_000, None]),
        (pl.Float64, [19_000.0]),
    ],
    "boolean": [(pl.Boolean, [True, False, None]), (pl.Int64, [0, 1, None])],
    "word": [(pl.Categorical, ["invention", "other", None]), (pl.Int64, [1, None]), (pl.Boolean, [True])],
    "text": [(pl.Categorical, ["H01L", " 340100 "]), (pl.Int64, [340100, None]), (pl.Binary, [b"H01L"]), (pl.List(pl.Int64), [[1], None])],
}


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_typed_columns_are_judged_as_the_model_judges_their_values(table: Table) -> None:
    """A Parquet column of another type is accepted exactly where the model accepts its Python value."""
    for column in table.columns:
        for dtype, values in TYPED[column.kind]:
            series = pl.Series(column.name, values, dtype=dtype)
            frame = texts(table.name, [written(table.name)] * len(values)).with_columns(series)
            row = {name: text for name, text in ROWS[table.name].items() if name != column.name}
            by_model = {n for n, value in enumerate(values) if not accepts(table, {**row, column.name: value})}
            assert refused_rows(table, frame) == by_model, (column.name, dtype)
