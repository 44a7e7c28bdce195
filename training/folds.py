"""Folds of a training book: stratified by outcome, with the rows of a firm always together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from training.book import Rows, Targets
from training.errors import TrainingRefused

__all__ = ["Fold", "make_folds"]


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
