from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders_training import NOW, QUICK, toy_book

from training.assembly import train_book
from training.book import Book
from training.boosting import Settings
from training.effort import Effort
from training.folds import time_folds
from training.tuning import Budget, _outcome, tune


def dated(rows: int = 1200) -> Book:
    """The toy book with a day for every row."""
    return replace(toy_book(rows), days=np.arange(rows, dtype=np.float64) // 2)


def test_the_same_data_and_trials_give_the_same_bundle(tmp_path: Path):
    """The sampler is seeded: settings, card and hash are equal."""
    effort = Effort(tuning=Budget(trials=4))
    first, second = (train_book(dated(), out=tmp_path / name, now=NOW, settings=QUICK, effort=effort) for name in "ab")
    assert first.bundle.hash == second.bundle.hash
    assert first.findings["tuning"]["trials"] == 4
    assert "调参 tuning" in (first.folder / "card.md").read_text("utf-8")


def test_folds_in_order_of_time_never_look_ahead():
    """Each trains on days before those it holds out, no firm is on both sides, and no day is cut in two."""
    book = dated()
    target, days, firm = (values[book.train] for values in (book.target, book.days, book.firm))
    folds = time_folds(target, days, firm)
    assert len(folds) == 3
    for fold in folds:
        assert days[fold.train].max() < days[fold.test].min()
        assert not set(firm[fold.train]) & set(firm[fold.test])


def test_a_thin_book_has_no_folds_in_order_of_time():
    """Fewer than ten defaults on a side: the fold is left out, and the search falls back on grouped folds."""
    book = dated()
    few = np.where(np.arange(900) < 880, 0, 1)
    assert time_folds(few, book.days[book.train], None) == []
    undated = replace(book, days=None)
    assert tune(undated, QUICK, Budget(trials=1))[1]["folds"] == "by firm, not in order of time"


def test_settings_stay_compact():
    """Depth and leaves may only shrink, whatever the search tries."""
    found, said = tune(dated(), Settings(rounds=40, depth=2, leaves=4), Budget(trials=5))
    assert (found.depth, found.leaves) <= (2, 4)
    assert said["best"].get("leaves", 3) <= 4
    assert found.rounds == 40


def test_the_default_stays_without_a_gain_beyond_a_standard_error():
    """One trial is the default itself: nothing gained, nothing taken."""
    found, said = tune(dated(), QUICK, Budget(trials=1))
    assert found == QUICK
    assert (said["taken"], said["gain"], said["best"]) == (False, 0.0, {})


def test_a_poor_default_is_replaced():
    """Where the untuned settings learn too little, the search gains more than a standard error and is taken."""
    poor = replace(QUICK, rounds=30, learning_rate=0.001)
    found, said = tune(dated(), poor, Budget(trials=6))
    assert said["taken"]
    assert said["gain"] > said["standard_error"]
    assert found.learning_rate > 0.01


def test_a_gain_of_old_times_alone_is_not_taken():
    """Better on the whole by far more than a standard error, worse on the latest fold: the default stays."""
    found = {0: np.full(90, 0.5), 1: np.concatenate([np.full(60, 0.3), np.full(30, 0.51)])}
    said = {"trials_asked": 2, "folds": "in order of time"}
    for latest, taken in ((30, False), (0, True)):
        settings, outcome = _outcome(QUICK, found, 1, {"leaves": 3}, dict(said), latest)
        assert outcome["taken"] is taken
        assert settings.leaves == (3 if taken else QUICK.leaves)


def test_the_clock_stops_a_search_and_the_card_says_so():
    """Without seconds only the default is tried, and the result is marked as cut short."""
    heard: list[str] = []
    said = tune(dated(), QUICK, Budget(trials=5, seconds=0.0), progress=heard.append)[1]
    assert (said["trials"], said["cut_short"]) == (1, True)
    assert heard == ["trial 1 of 5"]


@pytest.mark.parametrize("seed", [1, 2])
def test_weights_count_in_the_search(seed: int):
    """A weighted book is searched with its weights."""
    book = dated()
    heavy = replace(book, weight=np.random.default_rng(seed).uniform(0.5, 2.0, len(book.target)))
    assert tune(heavy, QUICK, Budget(trials=2))[1]["default_log_loss"] != tune(book, QUICK, Budget(trials=2))[1]["default_log_loss"]
