"""The frozen distribution of peers and the mid-rank in it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.points import peers
from features.points.peers import Cell, Tails, freeze

VALUES = st.one_of(st.integers(-3, 3).map(float), st.floats(-1e9, 1e9))


def cell_of(values: list[float], tails: Tails = "none") -> Cell:
    return Cell.read(freeze(np.asarray(values, dtype=np.float64), tails), tails)


def test_mid_rank_by_hand() -> None:
    """Of 1, 2, 2, 5: two values lie below 2.5, one below and two at 2, none below 0, all below 9; doubled and out of 8."""
    cell = cell_of([5, 2, 1, 2])
    assert [cell.rank(value) for value in (0, 1, 2, 2.5, 5, 9)] == [0, 1, 4, 6, 7, 8]
    assert cell.peers == 4


def test_winsorising_clamps_to_the_first_and_last_percentile() -> None:
    """Of 1..200 the bounds are 2 and 198 (nearest rank), so the two lowest tie and the three highest tie."""
    cell = cell_of(list(range(1, 201)), "both")
    assert (cell.low, cell.high) == (2, 198)
    assert cell.rank(-50) == cell.rank(1) == cell.rank(2) == 2
    assert cell.rank(10_000) == cell.rank(198) == 2 * 197 + 3
    assert cell.clamps(1)
    assert cell.clamps(199)
    assert not cell.clamps(2)


def test_fewer_than_a_hundred_peers_are_not_winsorised() -> None:
    """Nearest-rank percentiles of 99 values are the extremes themselves."""
    cell = cell_of(list(range(99)), "both")
    assert (cell.low, cell.high) == (0, 98)


def test_rare_successes_are_not_winsorised_to_zero() -> None:
    """Of 1,000 peers four have 1 and one has 400: the upper bound comes from the five above zero, so 1 outranks zero."""
    cell = cell_of([0] * 995 + [1] * 4 + [400], "upper")
    assert cell.high == 400
    assert cell.rank(1) == 2 * 995 + 4
    assert cell.rank(0) == 995


def test_a_first_success_among_zeros_outranks_all() -> None:
    """Where every peer has zero nothing is clamped, and one success is at the top."""
    assert cell_of([0] * 50, "upper").rank(1) == 100


def test_thinning_keeps_ranks_within_the_stated_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """5,000 distinct values on a grid of 50: no rank is off by more than the cell states, and grid points are exact."""
    values = np.random.default_rng(7).lognormal(size=5_000)
    monkeypatch.setattr(peers, "LIMIT", 5_000)
    exact = cell_of(values.tolist())
    monkeypatch.setattr(peers, "LIMIT", 50)
    kept = freeze(values, "none")
    thin = Cell.read(kept, "none")
    assert len(thin.values) <= 50
    assert exact.ranks != thin.ranks
    errors = [abs(thin.rank(value) - exact.rank(value)) / 10_000 for value in [*values, *(values + 1e-9)]]
    assert 0 < max(errors) <= kept["error_ppm"] / 1e6 <= 0.011
    assert all(thin.rank(value) == exact.rank(value) for value in thin.values)


def test_few_values_are_kept_exactly() -> None:
    """Below the limit nothing is thinned and the stated error is zero."""
    assert freeze(np.arange(100.0), "none")["error_ppm"] == 0


@given(st.lists(VALUES, min_size=1, max_size=300), st.lists(VALUES, min_size=1), st.sampled_from(["both", "upper", "none"]))
def test_one_value_and_an_array_rank_the_same(sample: list[float], asked: list[float], tails: Tails) -> None:
    """Bisection and searchsorted agree on every value, also after a round trip through JSON."""
    kept = json.loads(json.dumps(freeze(np.asarray(sample), tails)))
    cell = Cell.read(kept, tails)
    everything = [*sample, *asked]
    assert cell.rank_array(np.asarray(everything)).tolist() == [cell.rank(value) for value in everything]


@given(st.lists(VALUES, min_size=1, max_size=300), VALUES, VALUES, st.sampled_from(["both", "upper", "none"]), st.integers(2, 20))
def test_ranks_are_monotone_and_bounded(sample: list[float], one: float, other: float, tails: Tails, limit: int) -> None:
    """A larger value never ranks lower, thinned or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peers, "LIMIT", limit)
        cell = cell_of(sample, tails)
    low, high = sorted((one, other))
    assert 0 <= cell.rank(low) <= cell.rank(high) <= 2 * cell.peers == 2 * len(sample)


@given(st.lists(VALUES, min_size=1, max_size=100), VALUES)
def test_unthinned_rank_is_the_mid_rank(sample: list[float], value: float) -> None:
    """Without winsorising the rank is twice those below plus those equal, counted one by one."""
    below, equal = sum(v < value for v in sample), sum(v == value for v in sample)
    assert cell_of(sample).rank(value) == 2 * below + equal
