from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders_training import NOW, QUICK, toy_book, trained

from training.assembly import TrainResult, train_book
from training.boosting import Settings, cross_validate, dataset_of, train_booster
from training.bundle.native import Booster
from training.errors import TrainingRefused
from training.fitting import fit, rank_correlation
from training.folds import make_folds
from training.metrics import auc


def wrong_sign() -> object:
    """The toy book with its strongest direction declared the wrong way round."""
    book = toy_book()
    features = tuple(f.model_copy(update={"direction": -1}) if f.name == "size" else f for f in book.features)
    return replace(book, features=features)


def test_training_learns_what_made_the_defaults(toy: TrainResult):
    """The test AUC is far above chance, near that of the odds that made the outcomes, and the calibration is right."""
    measured = toy.test.metrics
    assert measured["auc"].value > 0.7
    assert measured["calibration_slope"].low < 1 < measured["calibration_slope"].high
    assert measured["calibration_intercept"].low < 0 < measured["calibration_intercept"].high
    assert toy.bundle.manifest.calibration.central_tendency == toy_book().target[:900].mean()


def test_trees_are_compact_by_default():
    """At most 400 trees of eight leaves and depth three."""
    settings = Settings()
    assert (settings.depth, settings.leaves, settings.rounds) == (3, 8, 400)
    text = train_booster(dataset_of(toy_book(), settings), toy_book(), 30, settings)
    leaves = [int(line.removeprefix("num_leaves=")) for line in text.splitlines() if line.startswith("num_leaves=")]
    assert max(leaves) <= 8
    assert Booster(text).rounds == 30


def test_rounds_come_from_early_stopping_on_firms_apart():
    """The search stops before its limit, and every training row has a margin from boosters blind to its firm."""
    book, settings = toy_book(), Settings(learning_rate=0.2)
    folds = make_folds(book.target[book.train], book.firm[book.train], folds=5, seed=1)
    found = cross_validate(dataset_of(book, settings), book, folds, settings)
    assert 0 < found.rounds < 200
    assert len(found.margin) == 900
    booster, fold = found.boosters[2], folds[2]
    alone = booster.predict(book.matrix[book.train][fold.test], raw_score=True, num_iteration=found.rounds)
    assert np.array_equal(found.margin[fold.test], alone)
    full = Booster(train_booster(dataset_of(book, settings), book, found.rounds, settings)).margins(book.matrix[:900])
    assert auc(book.target[:900], full).value > auc(book.target[:900], found.margin).value


def test_a_direction_the_data_resist_is_reported_and_still_kept(tmp_path: Path):
    """Size helps; declared as harmful it is reported with its weight, and the model stays bound by the declaration."""
    result = train_book(wrong_sign(), out=tmp_path, now=NOW, settings=QUICK)
    (said,) = result.findings["resisted_directions"]
    assert (said["feature"], said["declared"]) == ("size", -1)
    assert said["against"] > 0.5
    assert said["share"] > 0.2
    assert result.findings["compactness"]["cost_of_directions"] > 0.05
    assert "size (declared -1" in (result.folder / "card.md").read_text(encoding="utf-8")
    rows = np.repeat(toy_book().matrix[:1], 9, axis=0)
    rows[:, 0] = np.linspace(-3, 3, 9)
    assert (np.diff(result.bundle.score(rows).margin) >= 0).all()


def test_right_directions_are_not_reported(toy: TrainResult):
    """Nothing to say where the data agree."""
    assert toy.findings["resisted_directions"] == []


def test_a_constant_or_unread_feature_resists_nothing():
    """Where values or contributions do not vary there is no direction, not an error."""
    varied = np.arange(5.0)
    assert rank_correlation(np.ones(5), varied) == 0
    assert rank_correlation(varied, np.zeros(5)) == 0
    assert rank_correlation(np.full(5, np.nan), varied) == 0
    assert rank_correlation(np.array([0, 1, 2, 3, np.nan]), -varied) == pytest.approx(-1)


def test_the_cost_of_compactness_is_measured_on_the_same_folds(toy: TrainResult):
    """Out-of-fold AUCs of the shipped, a deeper and an unconstrained model, and what explaining the deeper one would cost."""
    found = toy.findings["compactness"]
    assert found["n"] == 900
    assert found["cost_of_compactness"] == pytest.approx(found["deep_auc"]["value"] - found["compact_auc"]["value"], abs=1e-4)
    work = found["deep_rounds"] * 31 * 36 / (found["compact_rounds"] * 8 * 9)
    assert found["deep_explanation_cost"] == pytest.approx(work, abs=0.01)
    error = (found["compact_auc"]["high"] - found["compact_auc"]["low"]) / 3.92
    assert found["depth_is_worth_it"] == (found["cost_of_compactness"] > error)


def test_a_book_without_directions_has_no_cost_of_them():
    """Nothing is trained twice when nothing is declared."""
    book = toy_book()
    free = replace(book, features=tuple(f.model_copy(update={"direction": 0}) for f in book.features))
    assert fit(free, QUICK).findings["compactness"]["cost_of_directions"] == 0


def test_fewer_than_fifty_defaults_are_refused_with_the_counts(tmp_path: Path):
    """The refusal says how many there are; nothing is written."""
    thin = toy_book(160)
    defaults = int(thin.target[thin.train].sum())
    with pytest.raises(
        TrainingRefused, match=rf"jifen-toy: {defaults} defaults and {120 - defaults} payers in 120 training rows; at least 50"
    ):
        train_book(thin, out=tmp_path, now=NOW, settings=QUICK)
    assert list(tmp_path.iterdir()) == []


def test_a_thin_book_can_be_forced(tmp_path: Path):
    """An experiment is possible, and its counts stand on the card."""
    forced = train_book(toy_book(160), out=tmp_path, now=NOW, settings=QUICK, force=True)
    assert forced.counts["train_rows"] == 120


def test_one_default_cannot_be_forced(tmp_path: Path):
    """With a single default nothing can be learnt, whatever the caller says."""
    lonely = toy_book(160, target=np.array([1] + [0] * 159))
    with pytest.raises(TrainingRefused, match="2 even when forced"):
        train_book(lonely, out=tmp_path, now=NOW, settings=QUICK, force=True)


def test_a_split_without_test_rows_is_refused(tmp_path: Path):
    """A model nobody could check is not made."""
    with pytest.raises(TrainingRefused, match="leaves no test row"):
        train_book(toy_book(test=np.zeros(1200, dtype=np.bool_)), out=tmp_path, now=NOW, settings=QUICK)


def test_weights_and_a_stated_tendency_reach_the_model(tmp_path: Path):
    """Defaults counted five times raise the observed rate; the stated mean PD is met by the calibration."""
    book = toy_book()
    heavy = replace(book, weight=np.where(book.target == 1, 5.0, 1.0))
    result = train_book(heavy, out=tmp_path, now=NOW, settings=replace(QUICK, central_tendency=0.02))
    calibration = result.bundle.manifest.calibration
    assert calibration.observed > 1.5 * toy_book().target[:900].mean()
    assert calibration.central_tendency == 0.02
    assert result.test.mean_pd < 0.06


def test_progress_is_told_step_by_step(tmp_path: Path):
    """The caller hears what is going on, in order."""
    heard: list[str] = []
    train_book(toy_book(400), out=tmp_path, now=NOW, settings=QUICK, progress=heard.append)
    assert heard[0].startswith("binning")
    assert heard[-1] == "writing the bundle"


def test_metrics_by_group_and_counts_are_in_the_manifest(toy: TrainResult):
    """What the card and the pages show comes from the hashed manifest."""
    metrics = toy.bundle.manifest.metrics
    assert set(metrics["by_group"]["half"]) == {"even", "odd"}
    assert metrics["by_group"]["half"]["odd"]["n"] == 150
    assert toy.bundle.manifest.training["test_rows"] == 300


def test_the_card_is_bilingual_and_escapes(tmp_path: Path):
    """One page, Chinese and English, whose HTML survives a label with markup; simulated data carry a warning."""
    book = toy_book(counts={"label": "a <b>toy</b> loss"}, simulated=True)
    result = train_book(book, out=tmp_path, now=NOW, settings=QUICK)
    html, text = ((result.folder / name).read_text(encoding="utf-8") for name in ("card.html", "card.md"))
    assert "a &lt;b&gt;toy&lt;/b&gt; loss" in html
    for words in ("校准 Calibration", "trained on simulated data", "95% ", "ECE", "level of risk"):
        assert words in html
        assert words in text


def test_the_card_says_when_the_level_of_risk_is_wrong(tmp_path: Path):
    """Test rows twice as bad as training are understated; twice as good are overstated."""
    book = toy_book(2000)
    dice = np.random.default_rng(0)
    worse, better = book.target.copy(), book.target.copy()
    worse[book.test & (dice.random(2000) < 0.25)] = 1
    better[book.test & (dice.random(2000) < 0.6)] = 0
    for changed, said in ((worse, "understates the risk"), (better, "overstates the risk")):
        result = train_book(replace(book, target=changed), out=tmp_path / said, now=NOW, settings=QUICK)
        assert said in (result.folder / "card.md").read_text(encoding="utf-8")


def test_the_card_admits_too_few_test_rows(tmp_path: Path):
    """Without metrics there is no verdict on the level of risk."""
    few = toy_book(test=np.arange(1200) >= 1195)
    result = train_book(few, out=tmp_path, now=NOW, settings=QUICK)
    assert result.test.metrics == {}
    assert "too few rows to tell" in (result.folder / "card.md").read_text(encoding="utf-8")


def test_a_trained_folder_scores_without_its_trainer(tmp_path: Path):
    """What training measured is what the loaded bundle says."""
    result = trained(tmp_path)
    book = toy_book()
    assert np.array_equal(result.bundle.score(book.matrix[book.held_out]).log_odds, result.log_odds)
