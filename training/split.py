"""Which rows train and which test: out of time or at random, and no firm on both sides."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import train_test_split

from training.book import Floats, Mask, Targets

__all__ = ["TEST_SHARE", "cut_day", "from_day", "keep_new_firms", "stratified"]

TEST_SHARE = 0.3
"""Of the labelled applications, the latest: the test out of time."""


def cut_day(days: Floats, share: float = TEST_SHARE) -> float:
    """First day of the test such that about `share` of the rows lie on or after it; a day is never cut in two."""
    return float(np.quantile(days, 1 - share, method="higher"))


def from_day(days: Floats, first: float) -> Mask:
    """Rows decided on or after `first` test."""
    test: Mask = days >= first
    return test


def stratified(target: Targets, *, share: float, seed: int) -> Mask:
    """A random test with the same share of each outcome: scikit-learn's `train_test_split`, so that anyone can repeat it."""
    rows = np.arange(len(target))
    _, held = train_test_split(rows, test_size=share, stratify=target, random_state=seed)
    return np.isin(rows, held)


def keep_new_firms(test: Mask, firm: npt.NDArray[Any]) -> Mask:
    """Rows that may stay: all of training, and test rows of firms that training has not seen.

    The test gives way, not the training set: dropping training rows because their firm borrows again later would look into
    the future (a firm that borrows again did not fail), and make the training book worse than it was.
    """
    kept: Mask = ~test | ~np.isin(firm, firm[~test])
    return kept
