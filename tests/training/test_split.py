from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.errors import TrainingRefused
from training.folds import make_folds
from training.split import cut_day, from_day, keep_new_firms, stratified


def test_the_latest_thirty_percent_test():
    """Ten days: the test begins on the eighth."""
    days = np.arange(10.0)
    assert from_day(days, cut_day(days)).tolist() == [False] * 7 + [True] * 3


def test_a_day_is_never_cut_in_two():
    """Rows of one day are all on one side."""
    days = np.array([1.0] * 5 + [2.0] * 5)
    assert from_day(days, cut_day(days)).tolist() == [False] * 5 + [True] * 5


def test_a_random_test_keeps_the_share_of_defaults():
    """Thirty of a hundred rows, three of ten defaults; another seed deals other rows."""
    target = np.array([1] * 10 + [0] * 90)
    test = stratified(target, share=0.3, seed=0)
    assert (test.sum(), target[test].sum()) == (30, 3)
    assert not np.array_equal(test, stratified(target, share=0.3, seed=1))


def test_the_test_gives_way_where_a_firm_returns():
    """Training keeps every row; the test loses the rows of firms that training has seen."""
    test, firm = np.array([False, False, True, True]), np.array(["a", "b", "a", "c"])
    assert keep_new_firms(test, firm).tolist() == [True, True, False, True]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 50)), min_size=1, max_size=60))
def test_no_firm_is_ever_on_both_sides(rows: list[tuple[int, int]]):
    """Whatever firms borrow when, what is kept of training and test shares none."""
    firm, days = np.array([f for f, _ in rows]), np.array([float(d) for _, d in rows])
    test = from_day(days, cut_day(days))
    kept = keep_new_firms(test, firm)
    assert not set(firm[kept & test]) & set(firm[kept & ~test])
    assert kept[~test].all()


def test_folds_keep_a_firm_together_and_cover_every_row_once():
    """Two rows a firm, five folds: each firm is held out in exactly one of them."""
    dice = np.random.default_rng(0)
    firm, target = np.repeat(np.arange(100), 2), dice.integers(0, 2, 200)
    folds = make_folds(target, firm, folds=5, seed=1)
    assert sorted(np.concatenate([fold.test for fold in folds]).tolist()) == list(range(200))
    for fold in folds:
        assert not set(firm[fold.train]) & set(firm[fold.test])
        assert 0.3 < target[fold.test].mean() < 0.7


def test_rows_without_firms_are_dealt_one_by_one():
    """Each row stands for itself."""
    folds = make_folds(np.array([0, 1] * 10), None, folds=5, seed=1)
    assert [len(fold.test) for fold in folds] == [4] * 5


def test_too_few_firms_of_an_outcome_cannot_fill_the_folds():
    """Twenty defaults of three firms are three, not twenty."""
    with pytest.raises(TrainingRefused, match="3 firms of the rarer outcome cannot fill 5 folds"):
        make_folds(np.array([1] * 20 + [0] * 40), np.array([row % 3 for row in range(20)] + list(range(10, 50))), folds=5, seed=0)
