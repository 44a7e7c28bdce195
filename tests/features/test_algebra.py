"""One formula, two arithmetics: columns of a frame and plain floats give the same bits."""

from __future__ import annotations

import math

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.algebra import Term, absent, absolute, as_column, as_function, column, columns_of, either, fill, ratio, text_of, when
from features.indicators import CATALOGUE

NAMES = columns_of(*(indicator.formula for indicator in CATALOGUE.values()))
NUMBERS = st.none() | st.sampled_from([0, 1, 3, 12, 365]) | st.integers(-(10**13), 10**13)
a, b = column("a"), column("b")


def by_frame(term: Term, values: dict[str, int | None]) -> float | None:
    """Evaluate in a frame of three rows, as Polars treats one row and many differently."""
    frame = nw.from_native(pl.DataFrame({n: [v] * 3 for n, v in values.items()}, schema=dict.fromkeys(values, pl.Float64)))
    found: list[float | None] = nw.to_native(frame.select(as_column(term, nw).cast(nw.Float64).alias("x")))["x"].to_list()
    assert found == found[:1] * 3
    return found[0]


def by_floats(term: Term, values: dict[str, int | None]) -> float | None:
    return as_function(term)({n: math.nan if v is None else float(v) for n, v in values.items()})


@given(st.lists(NUMBERS, min_size=len(NAMES), max_size=len(NAMES)))
@settings(max_examples=40, deadline=None)
def test_every_indicator_is_the_same_number_in_a_frame_and_in_plain_floats(numbers: list[int | None]) -> None:
    """All formulas over any measures, unknown ones among them, give equal bits, and null where the other gives None."""
    values = dict(zip(NAMES, numbers, strict=True))
    frame = nw.from_native(pl.DataFrame({n: [v, v] for n, v in values.items()}, schema=dict.fromkeys(NAMES, pl.Float64)))
    columns = [as_column(i.formula, nw).cast(nw.Float64).alias(i.id) for i in CATALOGUE.values()]
    row = nw.to_native(frame.select(*columns)).row(0, named=True)
    assert row == {i.id: by_floats(i.formula, values) for i in CATALOGUE.values()}


@given(NUMBERS, NUMBERS)
@settings(max_examples=60, deadline=None)
def test_each_operation_is_the_same_in_both_arithmetics(x: int | None, y: int | None) -> None:
    """Sums, ratios, constants, conditions, defaults and distances agree bit for bit."""
    values = {"a": x, "b": y}
    terms = [a + b, 1 - a, a * 0.85, a / 365.25, ratio(a, b), ratio(1, b), fill(a, b), absolute(a - b)]
    terms += [when(a > b, a, b), when(either(absent(a), a <= b), 1.0), when(a.equals(b), 2, a), when(a >= 0, b)]
    for term in terms:
        assert by_frame(term, values) == by_floats(term, values), text_of(term)


@pytest.mark.parametrize("below", [0.0, -1.0, math.nan])
def test_a_ratio_over_nothing_is_unknown(below: float) -> None:
    """Zero, negative and unknown denominators give unknown, never infinity or an error."""
    assert as_function(ratio(a, b))({"a": 5.0, "b": below}) is None


@pytest.mark.parametrize("number", [0, -2])
def test_only_constants_above_zero_divide(number: int) -> None:
    """A constant divisor is fixed when the formula is written."""
    with pytest.raises(ValueError, match="use ratio"):
        a / number


def test_division_by_a_constant_is_rounded_once() -> None:
    """A frame divides as IEEE 754 says, not by multiplying with the reciprocal."""
    values = [float(n) for n in range(1, 400)]
    frame = pl.DataFrame({"a": values}).select(as_column(a / 10_000, pl).alias("x"))
    assert frame["x"].to_list() == [v / 10_000 for v in values]


def test_a_term_reads_as_text_and_names_its_columns() -> None:
    """The text tells terms apart; it is what the catalogue hash is made of."""
    term = when(a > 3, ratio(a - b, b), fill(column("c"), 0.5))
    assert text_of(term) == "when((a > 3), ratio((a - b), b), fill(c, 0.5))"
    assert columns_of(term) == ("a", "b", "c")
    assert text_of(when(a.equals("x"), 1)) == "when((a == 'x'), 1, unknown)"
