from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score, roc_curve
from sklearn.metrics import log_loss as sklearn_log_loss

from training.metrics import (
    Interval,
    auc,
    brier,
    calibration_intercept,
    calibration_slope,
    ece,
    evaluate,
    evaluate_by,
    gini,
    ks,
    log_loss,
    pr_auc,
    univariate_auc,
)

TARGET = np.array([0, 0, 1, 1])
RISK = np.array([0.1, 0.4, 0.35, 0.8])


def drawn(rows: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes that follow their log odds exactly."""
    dice = np.random.default_rng(seed)
    log_odds = dice.normal(-1.5, 1.2, rows)
    return (dice.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(np.int64), log_odds


def test_auc_by_hand():
    """Of four pairs of a default and a payer, three are ranked right."""
    assert auc(TARGET, RISK).value == 0.75


def test_ties_count_half():
    """A score that says nothing has an AUC of one half and no width beyond it."""
    assert auc(TARGET, np.zeros(4)) == Interval(0.5, 0.5, 0.5, "DeLong")


def test_delong_by_hand():
    """Placements 1/2, 1 and 1, 1/2 have variance 1/8 each: half width 1.96 * sqrt(1/16 + 1/16), cut at 1."""
    found = auc(TARGET, RISK)
    assert found.low == pytest.approx(0.75 - 1.959964 * math.sqrt(0.125), abs=1e-6)
    assert found.high == 1.0


def test_one_default_has_no_spread_of_its_own():
    """A single default gives a variance of zero on its side, not an error."""
    assert auc(np.array([1, 0, 0]), np.array([0.9, 0.1, 0.2])).value == 1.0


def test_auc_agrees_with_scikit_learn():
    """Two hundred rows with ties give scikit-learn's number."""
    target, log_odds = drawn(200)
    assert auc(target, np.round(log_odds, 1)).value == pytest.approx(roc_auc_score(target, np.round(log_odds, 1)), abs=1e-12)


def test_delong_covers_the_truth():
    """Of 200 samples, about 95 % have an interval that holds the true AUC."""
    truth = auc(*drawn(200_000, seed=9)).value
    found = [auc(*drawn(400, seed=seed)) for seed in range(200)]
    assert 0.90 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.99


def test_ks_and_pr_auc_agree_with_scikit_learn():
    """Two hundred rows with ties give the numbers of its curves."""
    target, log_odds = drawn(200)
    risk = np.round(log_odds, 1)
    false_rate, true_rate, _ = roc_curve(target, risk)
    assert ks(target, risk) == pytest.approx(np.abs(true_rate - false_rate).max(), abs=1e-12)
    assert pr_auc(target, risk) == pytest.approx(average_precision_score(target, risk), abs=1e-12)


def test_gini_is_twice_the_auc_minus_one():
    """0.75 is a Gini of 0.5."""
    assert gini(TARGET, RISK).value == 0.5


def test_ks_and_pr_auc_by_hand():
    """The largest gap is 0.5; precision is 1 at the first default and 2/3 at the second."""
    assert ks(TARGET, RISK) == 0.5
    assert pr_auc(TARGET, RISK) == pytest.approx((1 + 2 / 3) / 2)


def test_brier_and_log_loss_by_hand_and_by_scikit_learn():
    """Mean squared error and mean surprise of four forecasts."""
    assert brier(TARGET, RISK).value == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04) / 4)
    assert log_loss(TARGET, RISK).value == pytest.approx(-(math.log(0.9) + math.log(0.6) + math.log(0.35) + math.log(0.8)) / 4)
    assert brier(TARGET, RISK).value == pytest.approx(brier_score_loss(TARGET, RISK))
    assert log_loss(TARGET, RISK).value == pytest.approx(sklearn_log_loss(TARGET, RISK))


def test_a_certain_forecast_that_fails_costs_much_but_not_everything():
    """A PD of exactly 0 on a default is cut at 1e-15."""
    assert log_loss(np.array([1, 0]), np.array([0.0, 0.0])).value == pytest.approx(-math.log(1e-15) / 2)


def test_ece_by_hand():
    """Twenty rows, two a bin; nine bins are right, in the last both fail where 0.5 was said: 2 / 20 * 0.5."""
    pd = np.repeat([0.0, 0.5], [18, 2])
    assert ece(np.array([0] * 18 + [1, 1]), pd) == pytest.approx(0.05)


def test_a_calibrated_model_has_slope_one_and_intercept_zero():
    """Log odds that made the outcomes are found right; twice as bold are found at one half; shifted ones at the shift."""
    target, log_odds = drawn(20_000)
    assert calibration_slope(target, log_odds).value == pytest.approx(1, abs=0.05)
    assert calibration_slope(target, 2 * log_odds).value == pytest.approx(0.5, abs=0.03)
    shifted = calibration_intercept(target, log_odds - 0.7)
    assert shifted.low < 0.7 < shifted.high


def test_a_column_is_strong_whichever_way_it_points():
    """A perfect column, its mirror image, and one that is blank exactly for defaults all show."""
    target = np.array([0, 0, 0, 1, 1])
    perfect = np.array([1.0, 2, 3, 4, 5])
    blank = np.array([1.0, 1, 1, np.nan, np.nan])
    assert [univariate_auc(target, column) for column in (perfect, -perfect, blank, np.zeros(5))] == [1, 1, 1, 0.5]


def test_evaluation_reports_n_and_every_metric_inside_its_interval():
    """Nine metrics, each between its bounds."""
    found = evaluate(*drawn(600))
    assert (found.n, found.defaults) == (600, int(drawn(600)[0].sum()))
    assert set(found.metrics) == {"auc", "gini", "ks", "pr_auc", "brier", "log_loss", "ece", "calibration_slope", "calibration_intercept"}
    assert all(one.low <= one.value <= one.high for one in found.metrics.values())
    assert found.to_dict()["metrics"]["auc"]["method"] == "DeLong"


def test_the_same_rows_give_the_same_intervals():
    """The bootstrap is seeded."""
    assert evaluate(*drawn(300)) == evaluate(*drawn(300))


def test_too_few_outcomes_are_counted_and_not_measured():
    """Nine defaults are reported as nine defaults, without metrics."""
    target = np.array([1] * 9 + [0] * 500)
    found = evaluate(target, np.zeros(509))
    assert (found.n, found.defaults, found.metrics, found.mean_pd) == (509, 9, {}, 0.5)
    assert math.isnan(evaluate(target[:0], np.zeros(0)).mean_pd)


def test_groups_are_evaluated_apart():
    """Each label gets the metrics of its own rows."""
    target, log_odds = drawn(400)
    labels = ["b" if row % 2 else "a" for row in range(400)]
    found = evaluate_by(labels, target, log_odds)
    assert list(found) == ["a", "b"]
    assert found["a"] == evaluate(target[::2], log_odds[::2])


@given(st.integers(0, 10_000), st.floats(0.1, 5), st.floats(-3, 3))
def test_ranking_metrics_ignore_any_rising_change_of_scale(seed: int, stretch: float, shift: float):
    """AUC and KS depend on order alone."""
    target, log_odds = drawn(80, seed)
    if 0 < target.sum() < 80:
        moved = log_odds * stretch + shift
        assert auc(target, moved).value == pytest.approx(auc(target, log_odds).value)
        assert ks(target, moved) == pytest.approx(ks(target, log_odds))


def test_an_interval_prints_itself():
    """As the card and the command line show it."""
    assert str(Interval(0.71349, 0.69, 0.73, "DeLong")) == "0.713 (0.690-0.730)"
