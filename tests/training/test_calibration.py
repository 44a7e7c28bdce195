from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from training.calibration import calibrate, fit_affine, shift_to
from training.errors import TrainingRefused


def drawn(rows: int = 4000, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Margins half as steep as the log odds behind the outcomes, and one too low."""
    dice = np.random.default_rng(seed)
    margin = dice.normal(-2, 1, rows)
    return margin, (dice.random(rows) < expit(2 * margin + 1)).astype(np.int64)


def test_the_fit_is_maximum_likelihood():
    """Slope and intercept equal scikit-learn's unpenalised logistic regression."""
    margin, target = drawn()
    theirs = LogisticRegression(C=np.inf, tol=1e-10).fit(margin.reshape(-1, 1), target)
    ours = fit_affine(margin, target)
    assert (ours.slope, ours.intercept) == pytest.approx((theirs.coef_[0, 0], theirs.intercept_[0]), abs=1e-4)


def test_the_slope_s_error_shrinks_with_the_root_of_n():
    """Four times the rows, half the error."""
    few, many = fit_affine(*drawn(2000)), fit_affine(*drawn(8000))
    assert few.slope_error / many.slope_error == pytest.approx(2, rel=0.15)


def test_a_weight_counts_as_repeated_rows():
    """A row of weight two is two rows."""
    margin, target = drawn(300)
    weight = np.where(np.arange(300) < 100, 2.0, 1.0)
    twice = fit_affine(np.concatenate([margin, margin[:100]]), np.concatenate([target, target[:100]]))
    assert fit_affine(margin, target, weight).slope == pytest.approx(twice.slope)


def test_perfect_separation_ends():
    """No maximum exists; the fit stops with a steep slope instead of an error."""
    assert fit_affine(np.array([-1.0, -0.5, 0.5, 1.0]), np.array([0, 0, 1, 1])).slope > 5


def test_two_rates_are_solved_by_hand():
    """One of four and three of four: the slope is the difference of their log odds, 2 ln 3."""
    x, target = np.repeat([0.0, 1.0], 4), np.array([1, 0, 0, 0, 1, 1, 1, 0])
    fitted = fit_affine(x, target)
    assert (fitted.slope, fitted.intercept) == pytest.approx((2 * math.log(3), -math.log(3)))


@given(st.floats(0.001, 0.999), st.integers(0, 100))
def test_a_shift_meets_its_rate(rate: float, seed: int):
    """Mean PD after the shift is the rate asked for."""
    log_odds = np.random.default_rng(seed).normal(size=50)
    assert expit(log_odds + shift_to(log_odds, rate)).mean() == pytest.approx(rate, abs=1e-9)


def test_without_a_stated_tendency_the_book_s_own_rate_is_kept():
    """Mean PD equals the default rate, and nothing was shifted."""
    margin, target = drawn()
    found = calibrate(margin, target)
    assert (found.shift, found.observed, found.central_tendency) == (0.0, target.mean(), target.mean())
    assert expit(found.slope * margin + found.intercept).mean() == pytest.approx(target.mean())


def test_a_stated_tendency_moves_the_intercept_only():
    """A book with too many defaults is brought to 1.5 %, with the slope as fitted and the shift stated."""
    margin, target = drawn()
    plain, stated = calibrate(margin, target), calibrate(margin, target, central_tendency=0.015)
    assert stated.slope == plain.slope
    assert stated.intercept == plain.intercept + stated.shift
    assert expit(stated.slope * margin + stated.intercept).mean() == pytest.approx(0.015)


def test_a_model_that_ranks_backwards_is_refused():
    """A slope of zero or less means that the score would point the wrong way."""
    margin, target = drawn()
    with pytest.raises(TrainingRefused, match="no better than chance"):
        calibrate(-margin, target)
