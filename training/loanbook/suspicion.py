"""Columns that predict too well: a value shaped by the outcome gives itself away by its power.

A column is suspicious when it alone, through a small out-of-fold booster, reaches an AUC of 0.75. Single facts known at application stay
below that on the books tried (0.71 for the checking account of German credit, 0.64 for anything an SBA application states), columns written
after the outcome reach 0.85 and more. A suspicion is reported, not acted on: a person must say when the value becomes known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from training.book import Book, Floats, Mask, Targets
from training.boosting import Settings, cross_validate, dataset_of
from training.bundle import Feature
from training.bundle.encoding import Columns, encode, texts
from training.errors import BookError
from training.folds import make_folds
from training.loanbook.categories import frozen_categories
from training.metrics import auc

__all__ = ["SUSPICIOUS_AUC", "Suspicion", "guess", "look_at", "power", "suspicions"]

SUSPICIOUS_AUC: Final = 0.75
SEEN: Final = 20_000
"""Training rows looked at, evenly spread; enough to tell 0.75 from 0.70."""
ALONE: Final = Settings(rounds=60, patience=10, folds=3, learning_rate=0.2, feature_share=1.0, monotone=False)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A column whose power asks for an explanation."""

    column: str
    auc: float
    """Out of fold, of this column alone."""
    standing: str
    """How the contract treats it."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form."""
        return asdict(self) | {"auc": round(self.auc, 4)}


def guess(name: str, values: Sequence[Any], date_format: str) -> Feature:
    """Read an undeclared column as a number, else as a date, else as a category."""
    for kind in ("number", "date"):
        feature = Feature(name=name, source=name, type=kind, date_format=date_format)
        try:
            encode([feature], {name: values})
        except BookError:
            continue
        return feature
    return frozen_categories(Feature(name=name, source=name, type="category"), values)


def look_at(feature: Feature, columns: Columns, train: Mask, *, decisions: Floats | None = None) -> tuple[Feature, Floats]:
    """Training values of a column beside whether each was blank: a blank alone can give an outcome away. Shape (n, 2)."""
    values = encode([feature], columns, decisions=decisions).matrix[:, 0]
    blank = np.array([float(text is None) for text in texts(feature, columns[feature.source])])
    return feature, np.column_stack([values, blank])[train]


def power(feature: Feature, looked: Floats, target: Targets) -> float:
    """Out-of-fold AUC of one column alone, blanks included; 0.5 says nothing."""
    spread = np.linspace(0, len(target) - 1, min(len(target), SEEN)).astype(int)
    matrix, outcome = looked[spread], target[spread]
    if min(outcome.sum(), len(outcome) - outcome.sum()) < ALONE.folds or len(np.unique(matrix, axis=0)) < 2:
        return 0.5
    pair = (feature, Feature(name="blank", source="blank"))
    alone = Book(name="alone", segment="", features=pair, matrix=matrix, target=outcome, test=np.zeros(len(outcome), dtype=np.bool_))
    folds = make_folds(outcome, None, folds=ALONE.folds, seed=ALONE.seed)
    cross = cross_validate(dataset_of(alone, ALONE), alone, folds, ALONE)
    return auc(outcome, cross.margin).value


def suspicions(columns: Mapping[str, tuple[Feature, Floats]], target: Targets, standing: Mapping[str, str]) -> list[Suspicion]:
    """Columns whose power reaches the threshold, strongest first; `standing` says how the contract treats each."""
    found = [Suspicion(name, power(feature, values, target), standing[name]) for name, (feature, values) in columns.items()]
    return sorted((one for one in found if one.auc >= SUSPICIOUS_AUC), key=lambda one: (-one.auc, one.column))
