from __future__ import annotations

import dataclasses
import math

import lightgbm as lgb
import numpy as np
import pytest
from builders_training import toy_book

from training.assembly import TrainResult
from training.boosting import Settings, dataset_of, train_booster
from training.bundle import RESIDUAL_TOLERANCE, Bundle
from training.bundle.native import Booster
from training.bundle.scores import Scores
from training.bundle.tables import Tables
from training.errors import BundleError
from training.figures import shap_module

ROWS = toy_book().matrix
BLANK = np.full((1, ROWS.shape[1]), np.nan)


def test_one_row_scores_as_it_does_in_a_batch(bundle: Bundle):
    """Every answer of a row alone equals, bit for bit, its answer among a thousand others."""
    batch = bundle.score(ROWS)
    for position in range(0, len(ROWS), 40):
        alone = bundle.score(ROWS[position : position + 1])
        for field in dataclasses.fields(Scores):
            assert np.array_equal(getattr(alone, field.name)[0], getattr(batch, field.name)[position]), field.name


def test_base_and_points_sum_to_the_score(bundle: Bundle):
    """600 plus the integer points of all features is the score, for rows with and without missing values."""
    scores = bundle.score(np.vstack([ROWS, BLANK]))
    assert np.array_equal(bundle.base_score + scores.contributions.sum(axis=1), scores.score)
    assert np.abs(scores.residual).max() < RESIDUAL_TOLERANCE
    assert not scores.unexplained.any()


def test_a_residual_over_tolerance_is_flagged(bundle: Bundle):
    """A score that its explanation does not reach is marked for a person."""
    scores = dataclasses.replace(bundle.score(BLANK), residual=np.array([-2e-6]))
    assert scores.unexplained.tolist() == [True]


def test_pd_follows_from_the_margin_and_the_calibration(bundle: Bundle):
    """Log odds = slope * margin + intercept, and pd is their logistic."""
    calibration, scores = bundle.manifest.calibration, bundle.score(ROWS[:50])
    assert scores.log_odds == pytest.approx(calibration.slope * scores.margin + calibration.intercept)
    assert scores.pd == pytest.approx([1 / (1 + math.exp(-value)) for value in scores.log_odds])


def test_predicting_without_explaining_gives_the_same_numbers(bundle: Bundle):
    """`predict` is `score` without its reasons."""
    said, full = bundle.predict(ROWS), bundle.score(ROWS)
    assert all(np.array_equal(getattr(said, name), getattr(full, name)) for name in ("margin", "log_odds", "pd", "score"))


def test_the_lean_booster_is_lightgbm_to_the_bit(toy: TrainResult):
    """Margins and contributions through the C interface equal those of the Python package, and so does one tree's part."""
    text = (toy.folder / "model.txt").read_text()
    package, lean = lgb.Booster(model_str=text), Booster(text)
    assert np.array_equal(package.predict(ROWS, raw_score=True, num_threads=1), lean.margins(ROWS))
    assert np.array_equal(package.predict(ROWS, pred_contrib=True, num_threads=1), lean.contributions(ROWS))
    third = package.predict(ROWS, pred_contrib=True, num_threads=1, start_iteration=2, num_iteration=1)
    assert np.array_equal(third, lean.contributions(ROWS, tree=2))


def test_declared_directions_hold_everywhere(bundle: Bundle):
    """More of a good feature never lowers the score, whatever the other values; more debt never raises it."""
    for name, sign in (("size", 1), ("age", 1), ("debt", -1)):
        rows = np.repeat(ROWS[:60], 25, axis=0)
        rows[:, bundle.features.index(name)] = np.tile(np.linspace(-4, 4, 25), 60)
        moves = np.diff(bundle.score(rows).margin.reshape(60, 25), axis=1)
        assert (sign * moves <= 0).all(), name


def test_a_blank_where_training_had_none_reads_as_the_median(bundle: Bundle):
    """LightGBM would read it as zero; the bundle puts the training median in its place."""
    fill = bundle.manifest.features[bundle.features.index("age")].fill
    row, filled = ROWS[:1].copy(), ROWS[:1].copy()
    row[0, bundle.features.index("age")], filled[0, bundle.features.index("age")] = np.nan, fill
    assert bundle.score(row).margin == bundle.score(filled).margin


def test_a_blank_that_training_knew_is_not_filled(bundle: Bundle):
    """Debt was missing in training, so the trees themselves decide what its absence says."""
    assert bundle.manifest.features[bundle.features.index("debt")].fill is None


def test_a_row_is_made_in_schema_order_with_none_as_missing(bundle: Bundle):
    """Values are found by name; what the model does not read is passed over."""
    row = bundle.row({"noise": 5.0, "kind": None, "age": 3.0, "debt": 2.0, "size": 1.0, "other": 9.0})
    assert row.shape == (1, 5)
    assert row[0, [0, 1, 2, 4]].tolist() == [1.0, 2.0, 3.0, 5.0]
    assert math.isnan(row[0, 3])


def test_a_row_must_name_every_feature(bundle: Bundle):
    """An unknown value is given as null; one that is not given at all is an error, by name."""
    with pytest.raises(BundleError, match="needs kind, noise"):
        bundle.row({"size": 1.0, "debt": 1.0, "age": 1.0})


@pytest.mark.parametrize(("matrix", "said"), [(np.zeros((2, 3)), "scores 5 columns"), (np.zeros(5), "scores 5 columns")])
def test_a_matrix_of_another_shape_is_refused(bundle: Bundle, matrix: np.ndarray, said: str):
    """A shorter matrix never reaches the booster."""
    with pytest.raises(BundleError, match=said):
        bundle.score(matrix)


def test_infinity_is_refused(bundle: Bundle):
    """Missing is NaN; an infinite value is a fault of whoever made the row."""
    with pytest.raises(BundleError, match="infinite"):
        bundle.predict(np.full((1, 5), np.inf))


def test_contributions_are_shap_s_own(toy: TrainResult):
    """LightGBM's contributions, and the tables', equal those of shap's own algorithm to 1e-9, missing values included."""
    numbers = toy_book(features=tuple(f for f in toy_book().features if f.name != "kind"), matrix=np.delete(ROWS, 3, axis=1))
    settings = Settings(rounds=80)
    booster = lgb.Booster(model_str=train_booster(dataset_of(numbers, settings), numbers, 80, settings))
    explainer = shap_module().TreeExplainer(booster)
    assert explainer.model.model_type == "lightgbm"
    explainer.model.model_type = "internal"  # else shap asks LightGBM, and the comparison could not fail
    rows = numbers.matrix[:200]
    assert np.isnan(rows).any()
    theirs = np.asarray(explainer.shap_values(rows))
    ours = booster.predict(rows, pred_contrib=True, num_threads=1)[:, :-1]
    assert np.abs(theirs - ours).max() < 1e-9
    text = booster.model_to_string()
    assert np.abs(theirs - Tables(Booster(text), text).contributions(rows)).max() < 1e-9
    assert np.abs(ours).max() > 0.1
