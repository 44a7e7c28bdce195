from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders_training import NOW, QUICK, toy_book
from crepes import ConformalRegressor
from scipy.special import expit

from training.assembly import TrainResult, train_book
from training.bundle import Bundle
from training.bundle.doubt import Band, Doubt
from training.doubt import EDGES, LEVEL, bands_by_margin, conformal_bounds
from training.fitting import fit


def drawn(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Margins that are the true log odds, and outcomes drawn from them."""
    dice = np.random.default_rng(seed)
    margin = dice.normal(-2.5, 1.0, rows)
    return margin, (dice.random(rows) < expit(margin)).astype(np.float64)


def test_the_interval_holds_the_true_rate_as_often_as_stated():
    """Over 200 books of 1,500 rows whose model is true, at most 5 % of bins have binomial bounds that miss the truth.

    A shift of 0 is then right. A band always includes 0, so what is counted are bands that had to be cut there.
    """
    cut = [abs(band.low) < 1e-12 or band.high < 1e-12 for seed in range(200) for band in _bands(seed)]
    assert len(cut) > 1000
    assert np.mean(cut) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / len(cut))


def _bands(seed: int) -> tuple[Band, ...]:
    margin, target = drawn(1500, seed)
    return bands_by_margin(margin, margin, target, miss=0.05)


def test_more_rows_make_a_narrower_interval():
    """Ten bins from 2,000 rows on; their width falls with the square root of the defaults in them."""

    def width(rows: int) -> float:
        margin, target = drawn(rows, 3)
        return float(np.mean([band.high - band.low for band in bands_by_margin(margin, margin, target, miss=0.05)]))

    assert width(40_000) < 0.6 * width(10_000) < 0.4 * width(1_000)


def test_a_bin_holds_at_least_twenty_defaults():
    """A small book has one wide band, not ten idle ones."""
    margin, target = drawn(300, 5)
    bands = bands_by_margin(margin, margin, target, miss=0.05)
    assert all(band.defaults >= 20 for band in bands)
    assert len(bands) == max(1, int(target.sum()) // 20)


def test_weights_count_by_their_effective_number():
    """Rows of equal weight, whatever it is, give the bounds of unweighted ones; uneven weights widen them."""
    margin, target = drawn(1500, 6)
    plain = bands_by_margin(margin, margin, target, miss=0.05)
    doubled = bands_by_margin(margin, margin, target, miss=0.05, weight=np.full(1500, 2.0))
    assert [band.low for band in plain] == pytest.approx([band.low for band in doubled])
    uneven = bands_by_margin(margin, margin, target, miss=0.05, weight=np.where(np.arange(1500) % 2, 1.9, 0.1))
    assert sum(band.high - band.low for band in uneven) > sum(band.high - band.low for band in plain)


def test_conformal_bounds_are_order_statistics():
    """Of 39 moves at 10 %: the second smallest and the second largest. Too few moves: the extremes. Always holding 0."""
    moves = np.arange(-19.0, 20.0)
    assert conformal_bounds(moves, 0.10) == (-18.0, 18.0)
    assert conformal_bounds(moves[:5], 0.10) == (-19.0, 0.0)
    assert conformal_bounds(np.array([0.3, 0.4]), 0.10) == (0.0, 0.4)


def test_an_independent_library_gives_the_same_quantile():
    """Of absolute moves, crepes' conformal half width is the bound of moves mirrored at 0."""
    moves = np.abs(np.random.default_rng(2).normal(size=394))
    theirs = ConformalRegressor().fit(moves).predict_int(np.array([0.0]), confidence=0.9)[0, 1]
    assert conformal_bounds(moves, 0.2)[1] == pytest.approx(theirs)


def test_the_interval_widens_with_missing_evidence(toy: TrainResult):
    """The same row with more and more hidden: the interval in log odds never narrows, and holds the PD throughout."""
    row, widths = toy_book().matrix[1:2].copy(), []
    order = np.argsort(toy.bundle.manifest.doubt.weights)
    for hidden in range(4):
        row[0, order[:hidden]] = np.nan
        scores = toy.bundle.score(row)
        low, high = scores.pd_interval[0]
        assert low <= scores.pd[0] <= high
        weight = float(toy.bundle.manifest.doubt.missing_weight(row)[0])
        widths.append((weight, toy.bundle.manifest.doubt.by_missing[int(np.searchsorted(EDGES, weight))]))
    spans = [band.high - band.low for _, band in widths]
    assert spans == sorted(spans)
    assert spans[-1] > spans[0]


def test_hidden_evidence_returns_within_the_interval_as_often_as_stated(tmp_path: Path):
    """Hidden from unseen rows and brought back: at least 95 % of complete PDs lie within the shifts for what was missing."""
    book = toy_book(4000)
    result = train_book(book, out=tmp_path, now=NOW, settings=QUICK)
    doubt, dice = result.bundle.manifest.doubt, np.random.default_rng(9)
    whole = book.matrix[book.held_out]
    whole = whole[~np.isnan(whole).any(axis=1)]
    hidden = np.where(dice.random(whole.shape) < dice.uniform(0, 0.8, (len(whole), 1)), np.nan, whole)
    complete, partly = (result.bundle.predict(rows).log_odds for rows in (whole, hidden))
    bands = [doubt.by_missing[at] for at in np.searchsorted(EDGES, doubt.missing_weight(hidden))]
    inside = [band.low - 1e-9 <= move <= band.high + 1e-9 for band, move in zip(bands, complete - partly, strict=True)]
    miss = (1 - LEVEL) / 2
    assert np.mean(inside) >= 1 - miss - 2 * np.sqrt(miss * (1 - miss) / len(inside))


def test_one_row_alone_has_the_interval_it_has_in_a_batch(bundle: Bundle):
    """No row sees another."""
    rows = toy_book().matrix[:40]
    batch = bundle.score(rows).pd_interval
    assert batch.shape == (40, 2)
    assert all(np.array_equal(batch[at], bundle.score(rows[at : at + 1]).pd_interval[0]) for at in range(40))


def test_a_bundle_without_the_table_scores_without_an_interval(bundle: Bundle):
    """Bundles from before have none; nothing else changes."""
    old = bundle.manifest.model_copy(update={"doubt": None})
    model = type(bundle).__bases__[0]((bundle.folder / "model.txt").read_text("utf-8"), old)
    scores = model.score(toy_book().matrix[:3])
    assert scores.pd_interval is None
    assert np.array_equal(scores.pd, bundle.score(toy_book().matrix[:3]).pd)


def test_a_model_that_says_nothing_weighs_all_features_alike():
    """No contributions, no weights to share: each feature then counts the same, and missing all of them is weight 1."""
    doubt = fit(toy_book(), replace(QUICK, rounds=1)).doubt
    assert sum(doubt.weights) == pytest.approx(1)
    assert doubt.missing_weight(np.full((1, 5), np.nan))[0] == pytest.approx(1)


def test_the_table_is_read_by_hand():
    """Margin 0.5 lies in the second band, weight 0.3 in the third: shifts add up."""
    bands = (Band(below=0.0, low=-1.0, high=1.0, n=9), Band(below=None, low=-0.5, high=0.25, n=9))
    missing = (Band(below=0.02, low=0, high=0, n=9), Band(below=0.1, low=-0.1, high=0.1, n=9), Band(below=None, low=-0.2, high=0.75, n=9))
    doubt = Doubt(level=0.9, weights=(0.7, 0.3), by_margin=(bands[1:], bands[1:], bands), by_missing=missing)
    found = doubt.interval(np.array([[1.0, np.nan]]), np.array([0.5]), np.array([0.0]))
    assert found[0].tolist() == pytest.approx([expit(-0.7), expit(1.0)])


def test_a_row_is_in_the_same_band_alone_and_in_any_batch() -> None:
    """Twelve of 120 equal weights are missing in every row, in places of its own: a tenth, on the edge of a band, for each."""
    width = 120
    draw = np.random.default_rng(5)
    rows = np.zeros((200, width))
    for row in rows:
        row[draw.permutation(width)[:12]] = np.nan
    bands = (Band(below=0.1, low=-0.1, high=0.1, n=9), Band(below=None, low=-0.9, high=0.9, n=9))
    doubt = Doubt(level=0.9, weights=(1 / width,) * width, by_missing=bands, by_margin=((Band(below=None, low=0, high=0, n=9),),) * 2)
    together = doubt.missing_weight(np.asfortranarray(rows))
    assert set(together.tolist()) == {0.1}
    assert [doubt.missing_weight(rows[[place]])[0] for place in range(200)] == together.tolist()
