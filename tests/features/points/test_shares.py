"""The arithmetic of rules that need no peers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.points.rules import Linear, PerUnit, Steps
from features.points.shares import Share, points_for, points_for_array

LADDER = Steps(kind="steps", steps=((0.3, 20), (0.2, 12), (0.1, 4)))
FALLING = Steps(kind="steps", steps=((0.2, 10), (0.5, 5)), direction=-1)
LINE = Linear(kind="linear", zero_at=0, full_at=0.25)
FALLING_LINE = Linear(kind="linear", zero_at=0.9, full_at=0.3)
COUNT = PerUnit(kind="per-unit", unit=2, each=3, cap=10)
RULES = (LADDER, FALLING, LINE, FALLING_LINE, COUNT)


def earned(share: Share, value: float, weight: int = 2_000) -> int:
    return points_for(weight, share.of(value), share.denominator)


@pytest.mark.parametrize(
    ("value", "points"),
    [(0.0999, 0), (0.1, 400), (0.1999, 400), (0.2, 1200), (0.2999, 1200), (0.3, 2000), (9, 2000), (-1, 0)],
)
def test_lower_bounds_of_steps_are_inclusive(value: float, points: int) -> None:
    """A value on a bound earns that step."""
    assert earned(LADDER.share(), value) == points


@pytest.mark.parametrize(("value", "points"), [(0, 2000), (0.2, 2000), (0.21, 1000), (0.5, 1000), (0.5001, 0)])
def test_upper_bounds_of_falling_steps_are_inclusive(value: float, points: int) -> None:
    """With direction -1 small values earn, and a value on a bound still does."""
    assert earned(FALLING.share(), value) == points


def test_steps_scale_to_the_weight_of_the_stage() -> None:
    """Steps out of 20 in a stage that weighs 7 points: 12 of 20 is 4.20."""
    assert earned(LADDER.share(), 0.2, weight=700) == 420


def test_out_of_keeps_a_ladder_below_the_whole_weight() -> None:
    """24 out of 30 earns 24 of an item of 30 points."""
    ladder = Steps(kind="steps", steps=((4, 24), (1, 6)), out_of=30)
    assert [earned(ladder.share(), value, weight=3_000) for value in (0, 1, 4)] == [0, 600, 2_400]


@pytest.mark.parametrize(("value", "points"), [(-1, 0), (0, 0), (0.125, 1000), (0.25, 2000), (4, 2000), (math.inf, 2000)])
def test_a_line_is_flat_outside_its_ends(value: float, points: int) -> None:
    """Half the way earns half the weight; beyond the cap nothing is added."""
    assert earned(LINE.share(), value) == points


def test_a_line_may_fall() -> None:
    """Less debt is better: 0.6 lies half-way between 0.9 and 0.3."""
    assert [earned(FALLING_LINE.share(), value) for value in (1.2, 0.9, 0.6, 0.3, 0)] == [0, 0, 1000, 2000, 2000]


@pytest.mark.parametrize(("value", "points"), [(-4, 0), (1.9, 0), (2, 600), (5.9, 1200), (6, 1800), (8, 2000), (1e300, 2000)])
def test_units_count_whole_up_to_the_cap(value: float, points: int) -> None:
    """Every whole 2 earn 3 of 10; the fourth pair only fills the cap."""
    assert earned(COUNT.share(), value) == points


def test_points_round_half_up() -> None:
    """Half a hundredth rounds up, less rounds down."""
    assert [points_for(1, part, 8) for part in (3, 4, 5)] == [0, 1, 1]


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.integers(0, 100_000))
def test_one_value_and_an_array_earn_the_same(values: list[float], weight: int) -> None:
    """The scalar and the array form of each rule agree on every double, infinities included."""
    for rule in RULES:
        share = rule.share()
        many = points_for_array(np.full(len(values), weight), share.of_array(np.asarray(values)), share.denominator)
        assert many.tolist() == [earned(share, value, weight) for value in values]


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.integers(0, 100_000))
def test_shares_are_monotone_and_bounded(one: float, other: float, weight: int) -> None:
    """A better value never earns less, and nobody earns less than 0 or more than the weight."""
    low, high = sorted((one, other))
    for rule in RULES:
        worse, better = (high, low) if rule in (FALLING, FALLING_LINE) else (low, high)
        assert 0 <= earned(rule.share(), worse, weight) <= earned(rule.share(), better, weight) <= weight
