from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from training.bundle.scale import Scale, default_probability, round_half_up, split_points


def test_the_average_applicant_scores_600_and_twice_the_odds_cost_20_points():
    """The scale's two anchors: the expected margin is 600, and ln 2 more log odds of default are 20 points less."""
    scale = Scale(slope=1.0, intercept=0.0, expected_margin=-3.0)
    margins = np.array([-3.0, -3.0 + math.log(2), -3.0 - math.log(2)])
    assert scale.exact_score(margins) == pytest.approx([600, 580, 620])


def test_the_slope_of_the_calibration_stretches_points():
    """A margin of an overconfident model (slope 0.5) moves the score half as far."""
    assert Scale(slope=0.5, intercept=1.0, expected_margin=0.0).exact_score(np.array([math.log(2)])) == pytest.approx([590])


def test_halves_round_up():
    """Scores never depend on banker's rounding."""
    assert round_half_up(np.array([0.5, 1.5, -0.5, 2.49, -1.5])).tolist() == [1, 2, 0, 2, -1]


@pytest.mark.parametrize(("log_odds", "pd"), [(0.0, 0.5), (math.log(3), 0.75), (-math.log(3), 0.25), (-800.0, 0.0), (800.0, 1.0)])
def test_pd_of_known_odds(log_odds: float, pd: float):
    """Odds of 3 to 1 are three quarters; the far ends neither overflow nor leave 0..1."""
    assert default_probability(log_odds) == pytest.approx(pd, abs=1e-300)


def test_points_split_by_largest_remainder_with_ties_to_the_first_feature():
    """0.5 + 0.5 + 0.4 - 0.4 sums to 1: the first half gets the point, the second does not."""
    assert split_points(np.array([[0.5, 0.5, 0.4, -0.4]]), np.array([1])).tolist() == [[1, 0, 0, 0]]


def test_a_zero_contribution_stays_zero():
    """A feature that played no part never receives a rounding point."""
    exact = np.array([[0.6, 0.0, 0.7, 0.0, -0.3]])
    assert split_points(exact, round_half_up(exact.sum(axis=1))).tolist() == [[0, 0, 1, 0, 0]]


@given(arrays.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 12)), elements=st.floats(-90, 90, width=32)))
def test_points_always_sum_to_the_score_and_stay_within_one_of_exact(exact: np.ndarray):
    """For any contributions, integers sum exactly and each is the floor or the ceiling of its exact value."""
    totals = round_half_up(exact.sum(axis=1))
    whole = split_points(exact, totals)
    assert whole.sum(axis=1).tolist() == totals.tolist()
    assert (np.abs(whole - exact) <= 1 + 1e-6).all()


@given(
    arrays.arrays(
        np.float64, st.tuples(st.integers(1, 6), st.integers(1, 8)), elements=st.sampled_from([0.0, 0.0, -0.0, 0.25, 0.5, 1.0, -2.5, 3.75])
    )
)
def test_a_row_is_split_as_the_rule_says_whatever_stands_beside_it(exact: np.ndarray):
    """Floors first, then one each to the largest remainders, ties to the first feature; the same for a row alone."""
    totals = round_half_up(exact.sum(axis=1))
    whole = split_points(exact, totals)
    for row, total, found in zip(exact.tolist(), totals.tolist(), whole.tolist(), strict=True):
        expected = [math.floor(value) for value in row]
        by_remainder = sorted(range(len(row)), key=lambda place: (expected[place] - row[place], place))
        for place in by_remainder[: total - sum(expected)]:
            expected[place] += 1
        assert found == expected
        assert split_points(np.array([row]), np.array([total])).tolist() == [expected]


def test_a_total_far_from_its_parts_is_still_met():
    """A damaged explanation still sums; the residual is what reports it."""
    assert split_points(np.array([[0.0, 0.0]]), np.array([5])).tolist() == [[3, 2]]
    assert split_points(np.array([[0.0, 0.0], [0.5, 0.0]]), np.array([5, 1])).tolist() == [[3, 2], [1, 0]]
    assert split_points(np.array([[0.0, 1.5, 0.0]]), np.array([-2])).tolist() == [[-1, 0, -1]]
