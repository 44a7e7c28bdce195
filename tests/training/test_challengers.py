from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders_training import NOW, QUICK, toy_book

from training.assembly import TrainResult, train_book
from training.bundle import Bundle, Feature
from training.challengers import CONTENDERS, hold_contest
from training.challengers.contest import paired_differences
from training.challengers.scorecard import bin_feature, fit_scorecard
from training.challengers.words import first_line
from training.effort import Effort
from training.folds import make_folds
from training.metrics import auc

PLAIN = Feature(name="x", source="x")


@pytest.fixture(scope="module")
def contested(tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    """A toy model trained beside its challengers."""
    folder = tmp_path_factory.mktemp("contest")
    return train_book(toy_book(600), out=folder, now=NOW, settings=QUICK, effort=Effort(challengers=True))


def test_every_challenger_is_measured_on_the_same_rows(contested: TrainResult):
    """Four challengers, each with metrics on the test rows, the gap to ours, and out of fold."""
    found = contested.findings["challengers"]
    assert (found["n"], found["train_rows"]) == (contested.test.n, contested.counts["train_rows"])
    assert set(found["challengers"]) == {"scorecard", "logistic", "lightgbm", "ebm"}
    for one in found["challengers"].values():
        for side in ("test", "out_of_fold") if one["title"] != "EBM" else ("test",):
            gap = one[side]["difference"]["auc"]
            assert gap["low"] <= gap["value"] <= gap["high"]
            assert gap["method"] == "paired bootstrap"
        ours = contested.test.metrics["auc"].value
        assert one["test"]["metrics"]["auc"]["value"] + one["test"]["difference"]["auc"]["value"] == pytest.approx(ours, abs=2e-6)


def test_the_cards_first_line_is_the_verdict_against_the_scorecard(contested: TrainResult):
    """Markdown and HTML both begin with it, and it carries interval and n."""
    line = first_line(contested.findings["challengers"])
    assert (contested.folder / "card.md").read_text("utf-8").split("\n\n")[1] == line
    assert line.split("(95%")[0] in (contested.folder / "card.html").read_text("utf-8")
    assert f"n {contested.test.n:,} test rows" in line
    assert Bundle.load(contested.folder).manifest.findings["challengers"] == contested.findings["challengers"]


@pytest.mark.parametrize(
    ("verdict", "words"), [("ahead", "beats the"), ("level", "does not beat the"), ("behind", "loses to the"), ("unknown", "Too few")]
)
def test_where_the_model_does_not_beat_the_scorecard_the_first_line_says_so(verdict: str, words: str):
    """Each of the four verdicts has its own sentence."""
    gap = {"value": 0.0, "low": -0.01, "high": 0.01, "method": "paired bootstrap"}
    card = {"verdict": verdict, "test": {"difference": {"auc": gap} if verdict != "unknown" else {}}}
    assert words in first_line({"n": 10, "defaults": 2, "challengers": {"scorecard": card}})


def test_a_model_is_level_with_itself_and_ahead_of_noise():
    """The paired difference of equal scores is zero with no width; against noise its whole interval is above zero."""
    dice = np.random.default_rng(0)
    risk = dice.normal(size=800)
    target = (dice.random(800) < 1 / (1 + np.exp(1 - 2 * risk))).astype(np.int64)
    same = paired_differences(target, risk, risk, seed=1)["auc"]
    assert (same.value, same.low, same.high) == (0, 0, 0)
    noise = paired_differences(target, 2 * risk - 1, dice.normal(size=800), seed=1)
    assert noise["auc"].low > 0
    assert noise["brier"].high < 0
    assert noise["log_loss"].high < 0


def test_pairing_makes_the_interval_narrower_than_two_separate_ones():
    """Two models that err on the same rows differ by less than their own intervals say."""
    dice = np.random.default_rng(1)
    risk = dice.normal(size=600)
    target = (dice.random(600) < 1 / (1 + np.exp(1 - risk))).astype(np.int64)
    near = risk + 0.2 * dice.normal(size=600)
    gap = paired_differences(target, risk, near, seed=0)["auc"]
    alone = auc(target, risk)
    assert gap.high - gap.low < 0.5 * (alone.high - alone.low)


def test_a_challenger_too_dear_for_the_book_sits_out_and_says_why():
    """Bounded by rows, never by the clock, so that the same book gives the same card."""
    book = toy_book(400)
    folds = make_folds(book.target[book.train], None, folds=5, seed=1)
    margins = {"test": np.zeros(len(book.held_out)), "out_of_fold": np.zeros(len(book.train))}
    short = {"scorecard": CONTENDERS["scorecard"], "ebm": replace(CONTENDERS["ebm"], most_rows=100)}
    found = hold_contest(book, **margins, folds=folds, seed=0, contenders=short)
    assert found["challengers"]["ebm"]["left_out"] == "300 training rows, at most 100"
    assert found["challengers"]["scorecard"]["verdict"] == "behind"


def test_too_few_defaults_in_the_test_give_no_verdict():
    """Fewer than ten: counts, no metrics, and the verdict is unknown."""
    book = toy_book(400)
    few = replace(book, target=np.where(book.test & (np.arange(400) < 395), 0, book.target))
    folds = make_folds(few.target[few.train], None, folds=5, seed=1)
    margins = {"test": np.zeros(len(few.held_out)), "out_of_fold": np.zeros(len(few.train))}
    found = hold_contest(few, **margins, folds=folds, seed=0, contenders={"scorecard": CONTENDERS["scorecard"]})
    assert found["challengers"]["scorecard"]["verdict"] == "unknown"
    assert "Too few test rows" in first_line(found)


def test_weights_of_evidence_are_the_textbooks():
    """Two bins, 30 of 40 payers and 2 of 10 defaults below the edge: ln((30.8/41)/(2.64/11)), smoothed by one row."""
    values = np.repeat([0.0, 1.0], [32, 18])
    target = np.concatenate([np.zeros(30), np.ones(2), np.zeros(10), np.ones(8)]).astype(np.int64)
    found = bin_feature(PLAIN, values, target, np.ones(50))
    assert found.edges.tolist() == [0.5]
    share = 32 / 50
    assert found.evidence[0] == pytest.approx(np.log(((30 + share) / 41) / ((2 + share) / 11)))
    assert found.evidence[2] == 0


def test_bins_follow_the_declared_direction():
    """A feature declared as good has weights of evidence that never fall as it rises, whatever the noise."""
    dice = np.random.default_rng(2)
    values = dice.normal(size=500)
    target = (dice.random(500) < 0.3).astype(np.int64)
    found = bin_feature(PLAIN.model_copy(update={"direction": 1}), values, target, np.ones(500))
    assert (np.diff(found.evidence[:-1]) >= -0.05).all()


def test_a_scorecard_knows_missing_values_and_categories():
    """Missing has its own bin; a category unseen in training is read as missing."""
    book = toy_book()
    rows = book.train
    card = fit_scorecard(book.features, book.matrix[rows], book.target[rows], np.ones(len(rows)))
    assert auc(book.target[book.held_out], card.log_odds(book.matrix[book.held_out])).value > 0.75
    kind = card.bins[list(card.columns).index(3)]
    assert len(kind.evidence) == 4
    assert kind.transform(np.array([7.0, np.nan])).tolist() == [kind.evidence[3]] * 2
