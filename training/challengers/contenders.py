"""Every challenger as one function: training rows in, a way to give log odds out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import lightgbm as lgb
import numpy as np
from scipy.special import logit
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from training.book import Book, Floats, Rows
from training.bundle import Feature
from training.challengers.scorecard import fit_scorecard

__all__ = ["CONTENDERS", "Contender", "Trained", "train_ebm", "train_lightgbm", "train_logistic", "train_scorecard"]

Trained: TypeAlias = Callable[[Floats], Floats]
"""Log odds of default of a matrix (n, k) in schema order."""
Trainer: TypeAlias = Callable[[Book, Rows, int], Trained]
"""Takes a book, the positions of the rows to train on, and a seed."""

SURE: Final = 1e-6
"""PDs are kept this far from 0 and 1 before they become log odds."""
TAILS: Final = (0.01, 0.99)
EBM_ROWS: Final = 60_000
"""More training rows than this are too many for an EBM in the same run."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A challenger: its names, how it is trained, and the most rows it is trained on."""

    name: str
    title: str
    train: Trainer
    most_rows: int | None = None
    is_folded: bool = True
    """Cheap enough to be trained fold by fold as well?"""


def log_odds_of(pd: Floats) -> Floats:
    """Log odds of PDs, kept finite."""
    found: Floats = logit(np.clip(pd, SURE, 1 - SURE))
    return found


def _weights(book: Book, rows: Rows) -> Floats:
    return np.ones(len(rows)) if book.weight is None else book.weight[rows]


def train_scorecard(book: Book, rows: Rows, seed: int) -> Trained:
    """The WOE scorecard."""
    del seed
    return fit_scorecard(book.features, book.matrix[rows], book.target[rows], _weights(book, rows)).log_odds


def _sides(features: Sequence[Feature]) -> tuple[list[int], list[int]]:
    """Positions of numbers, and of categories."""
    return [p for p, f in enumerate(features) if not f.is_category], [p for p, f in enumerate(features) if f.is_category]


def _bounds(matrix: Floats, numbers: Sequence[int]) -> tuple[Floats, Floats]:
    """Values at which each number is cut: its 1st and 99th percentile; a column without values stays as it is."""
    low, high = np.full(matrix.shape[1], -np.inf), np.full(matrix.shape[1], np.inf)
    for position in numbers:
        known = matrix[~np.isnan(matrix[:, position]), position]
        if len(known):
            low[position], high[position] = np.quantile(known, TAILS)
    return low, high


def train_logistic(book: Book, rows: Rows, seed: int) -> Trained:
    """Logistic regression on cut and standardised numbers, blanks at the median and flagged, a column a category."""
    del seed
    numbers, categories = _sides(book.features)
    low, high = _bounds(book.matrix[rows], numbers)
    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    prepared = ColumnTransformer(
        [("numbers", make_pipeline(filled, StandardScaler()), numbers), ("categories", OneHotEncoder(handle_unknown="ignore"), categories)],
        sparse_threshold=0,
    )
    model = make_pipeline(prepared, LogisticRegression(C=0.1, max_iter=2000))
    model.fit(np.clip(book.matrix[rows], low, high), book.target[rows], logisticregression__sample_weight=_weights(book, rows))
    return lambda matrix: np.asarray(model.decision_function(np.clip(matrix, low, high)), dtype=np.float64)


def train_lightgbm(book: Book, rows: Rows, seed: int) -> Trained:
    """LightGBM with its own defaults, no constraint, no early stopping."""
    _, categories = _sides(book.features)
    model = lgb.LGBMClassifier(verbosity=-1, n_jobs=1, random_state=seed, deterministic=True, force_row_wise=True)
    model.fit(book.matrix[rows], book.target[rows], sample_weight=_weights(book, rows), categorical_feature=categories)
    return lambda matrix: np.asarray(model.booster_.predict(matrix, raw_score=True, num_threads=1), dtype=np.float64)


def train_ebm(book: Book, rows: Rows, seed: int) -> Trained:
    """Explainable boosting machine: additive shapes and five pairs. H. Nori et al. (2019), arXiv:1909.09223."""
    from interpret.glassbox import ExplainableBoostingClassifier  # noqa: PLC0415 - only a contest needs it

    kinds = ["nominal" if feature.is_category else "continuous" for feature in book.features]
    model = ExplainableBoostingClassifier(
        feature_types=kinds, interactions=5, outer_bags=4, max_rounds=2000, learning_rate=0.03, random_state=seed, n_jobs=1
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of columns that are always missing, which a loan book may have
        model.fit(book.matrix[rows], book.target[rows], sample_weight=_weights(book, rows))

    def predict(matrix: Floats) -> Floats:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(model.decision_function(matrix), dtype=np.float64)

    return predict


CONTENDERS: Final[Mapping[str, Contender]] = {
    one.name: one
    for one in (
        Contender("scorecard", "评分卡 WOE scorecard", train_scorecard),
        Contender("logistic", "逻辑回归 logistic regression", train_logistic),
        Contender("lightgbm", "无约束 unconstrained LightGBM", train_lightgbm),
        Contender("ebm", "EBM", train_ebm, EBM_ROWS, is_folded=False),
    )
}
"""In the order of the card; the scorecard first, as it is what a team would keep."""
