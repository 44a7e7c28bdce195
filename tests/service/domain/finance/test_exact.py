"""Rounding and splitting, the two places where something could get lost."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import DecisionError
from service.domain.finance.exact import apportion, half_up, yuan_of_fen

weights = st.dictionaries(st.text(max_size=3), st.integers(0, 10**9), min_size=1, max_size=6).filter(lambda w: sum(w.values()) > 0)


@given(st.decimals(-(10**9), 10**9, places=3))
def test_halves_go_away_from_zero(value):
    """The same as `ROUND_HALF_UP` of decimals."""
    assert half_up(*value.as_integer_ratio()) == int(value.quantize(Decimal(1), ROUND_HALF_UP))


@given(st.integers(0, 10**9), weights)
def test_a_split_loses_nothing(total, parts):
    """Parts sum to the whole, and each is within one of its exact share."""
    split = apportion(total, parts)
    assert sum(split.values()) == total
    assert list(split) == list(parts)
    assert all(abs(split[name] - Fraction(total * weight, sum(parts.values()))) < 1 for name, weight in parts.items())


def test_equal_remainders_go_to_the_first_named():
    """Two yuan among three."""
    assert apportion(2, {"a": 1, "b": 1, "c": 1}) == {"a": 1, "b": 1, "c": 0}


@pytest.mark.parametrize("parts", [{}, {"a": 0}, {"a": 2, "b": -1}])
def test_weights_that_cannot_carry_a_split_are_refused(parts):
    """Nobody, nobody with a weight, a negative weight."""
    with pytest.raises(DecisionError, match="weights = "):
        apportion(1, parts)


def test_fen_are_yuan_with_two_decimals():
    """Trailing zeros stay: a record shows 3600.00."""
    assert [str(yuan_of_fen(fen)) for fen in (360_000, 5, 0)] == ["3600.00", "0.05", "0.00"]
