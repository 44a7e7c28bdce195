from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.bundle import Feature
from training.bundle.encoding import columns_of, day_number, encode
from training.errors import BookError


def one(values: list[object], *, decisions: list[float] | None = None, **said: object) -> list[float]:
    feature = Feature(name="x", source="x", **said)  # type: ignore[arg-type]
    days = None if decisions is None else np.array(decisions)
    return encode([feature], {"x": values}, decisions=days).matrix[:, 0].tolist()


def same(found: list[float], expected: list[float | None]) -> bool:
    return [None if math.isnan(v) else v for v in found] == expected


def test_numbers_are_read_from_texts_and_values():
    """CSV text, integers, floats and blanks; blank is missing, never zero."""
    assert same(one(["1,234.5", 2, 3.5, "", None, float("nan"), " 7 "]), [1234.5, 2, 3.5, None, None, None, 7])


def test_money_drops_its_sign_and_reads_brackets_as_negative():
    """$1,000.50 and (¥20) are amounts."""
    assert one(["$1,000.50", "(¥20)", 3], type="money") == [1000.5, -20, 3]


def test_dates_become_day_numbers_whatever_carries_them():
    """Text in the book's format, dates and date-times count days since 1970."""
    values = ["2/28/1997", date(1970, 1, 2), datetime(1970, 1, 3, 9)]  # noqa: DTZ001 - as Parquet gives it
    assert one(values, type="date", date_format="%m/%d/%Y") == [day_number(date(1997, 2, 28)), 1, 2]


def test_a_year_and_an_age_at_decision_derive_from_a_date():
    """1997 of a day; days from founding to decision."""
    assert same(one(["1997-02-28", ""], type="date", derive="year"), [1997, None])
    assert one(["1970-01-11"], type="date", derive="days-before-decision", decisions=[100.0]) == [90]


def test_an_age_without_decision_dates_is_an_error():
    """There is no today inside a model."""
    with pytest.raises(BookError, match="decision date"):
        one(["1970-01-11"], type="date", derive="days-before-decision")


def test_categories_are_positions_and_what_is_new_is_missing_and_reported():
    """2, 2.0 and "2" are one category; a text unseen in training is missing and counted."""
    feature = Feature(name="x", source="x", type="category", categories=("2", "a"), blank=("?",))
    encoded = encode([feature], {"x": [2, 2.0, "2", " a ", "?", "new", "new", None]})
    assert same(encoded.matrix[:, 0].tolist(), [0, 0, 0, 1, None, None, None, None])
    assert encoded.unseen == {"x": {"new": 2}}
    assert encoded.warnings == ("x: 2 rows hold categories unseen in training (new); read as missing",)


def test_a_prefix_groups_codes():
    """Two digits of an industry code; 0 is declared blank."""
    feature = Feature(name="x", source="x", type="category", derive="prefix", length=2, blank=("0",), categories=("45", "72"))
    assert same(encode([feature], {"x": [451120, "722410", "0"]}).matrix[:, 0].tolist(), [0, 1, None])


def test_membership_is_one_zero_or_missing():
    """Code 2 is a start-up, 1 is not, 0 is unknown."""
    assert same(one(["2", "1", "0"], type="category", derive="is-one-of", among=("2",), blank=("0",)), [1, 0, None])


def test_a_ratio_over_zero_is_missing():
    """Half of a loan guaranteed is 0.5; a loan of nothing has no share."""
    feature = Feature(name="x", source="part", over="whole", derive="ratio", type="money")
    encoded = encode([feature], {"part": ["$50", 1, ""], "whole": [100, 0, 5]})
    assert same(encoded.matrix[:, 0].tolist(), [0.5, None, None])


@pytest.mark.parametrize(
    ("kind", "value"),
    [("number", "many"), ("integer", "1.5"), ("number", "inf"), ("date", "1997/02/28"), ("money", "$"), ("integer", "1e999")],
)
def test_a_value_of_another_type_is_named_with_its_row(kind: str, value: str):
    """Column, row, value, type and remedy stand in one sentence."""
    with pytest.raises(BookError, match=rf"column x: 1 values are not of type {kind}.*row 2: '.*declare"):
        one(["", value], type=kind)


def test_bad_values_are_all_counted():
    """Every row is counted, also the repeats of one bad text."""
    with pytest.raises(BookError, match="25 values are not of type number"):
        one(["many"] * 25)


def test_missing_columns_are_all_named():
    """One error names every column that the rows lack."""
    features = [Feature(name=name, source=name) for name in "abc"]
    with pytest.raises(BookError, match="the rows lack a, c; their columns are b"):
        encode(features, {"b": [1]})


def test_records_columns_and_frames_are_the_same_rows():
    """A list of records, a mapping of columns, a Polars and a pandas frame encode alike."""
    features = [Feature(name=name, source=name) for name in ("a", "b")]
    records = [{"a": 1, "b": 2.5}, {"a": 3}]
    columns = {"a": [1, 3], "b": [2.5, None]}
    forms = [records, columns, pl.DataFrame(columns), pd.DataFrame(columns)]
    matrices = [encode(features, columns_of(form)).matrix for form in forms]
    assert all(np.array_equal(matrix, matrices[0], equal_nan=True) for matrix in matrices)


def test_no_rows_give_an_empty_matrix():
    """An empty table is not an error here."""
    assert encode([Feature(name="x", source="x")], {"x": []}).matrix.shape == (0, 1)


@given(st.lists(st.one_of(st.none(), st.floats(-1e12, 1e12), st.integers(-(10**12), 10**12)), max_size=30))
def test_a_number_reads_the_same_as_its_text(values: list[float | int | None]):
    """A column that went through CSV gives the matrix of the column that did not."""
    written = ["" if value is None else repr(value) for value in values]
    assert np.array_equal(one(list(values)), one(list(written)), equal_nan=True)
