"""Folds of a training book: by firm and stratified by outcome, or in order of time; the rows of a firm are never on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from training.book import Floats, Rows, Targets
from training.errors import TrainingRefused

__all__ = ["Fold", "make_folds", "time_folds"]

FIRST_SHARE: Final = 0.4
"""Of the rows, oldest first, that only ever train."""
BLOCKS: Final = 3
LEAST_EACH: Final = 10
"""Defaults, and payers, in each side of a fold in order of time."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Positions among the training rows."""

    train: Rows
    test: Rows


def make_folds(target: Targets, firm: npt.NDArray[Any] | None, *, folds: int, seed: int) -> list[Fold]:
    """Deal firms (rows, where none are named) into folds with like shares of firms that ever defaulted."""
    members = np.arange(len(target)) if firm is None else np.unique(firm, return_inverse=True)[1]
    ever = np.zeros(int(members.max()) + 1, dtype=np.int64)
    np.maximum.at(ever, members, target)
    fewest = min(int(ever.sum()), len(ever) - int(ever.sum()))
    if fewest < folds:
        raise TrainingRefused(f"{fewest} firms of the rarer outcome cannot fill {folds} folds; add loans or ask for fewer folds")
    dealt = StratifiedKFold(folds, shuffle=True, random_state=seed).split(ever, ever)
    parts = [np.isin(members, held) for _, held in dealt]
    return [Fold(np.flatnonzero(~held), np.flatnonzero(held)) for held in parts]


def time_folds(target: Targets, days: Floats, firm: npt.NDArray[Any] | None) -> list[Fold]:
    """Three folds in order of time: each trains on what came before and holds out the next fifth of the rows.

    A day is never cut in two, and held-out rows of firms that the fold trains on are dropped. A fold with fewer than ten defaults or payers
    on either side is left out, so a thin book may have fewer folds, or none.
    """
    cuts = np.append(np.quantile(days, np.linspace(FIRST_SHARE, 1, BLOCKS + 1)[:-1], method="higher"), np.inf)
    folds = []
    for first, after in pairwise(cuts):
        before, block = days < first, (days >= first) & (days < after)
        known = np.zeros(len(days), dtype=np.bool_) if firm is None else np.isin(firm, firm[before])
        folds.append(Fold(np.flatnonzero(before), np.flatnonzero(block & ~known)))
    return [fold for fold in folds if all(_holds_both(target[side]) for side in (fold.train, fold.test))]


def _holds_both(target: Targets) -> bool:
    defaults = int(target.sum())
    return min(defaults, len(target) - defaults) >= LEAST_EACH
