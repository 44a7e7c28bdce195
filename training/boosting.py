"""LightGBM as this product uses it: compact, monotone where the catalogue says so, reproducible, rounds by early stopping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import lightgbm as lgb
import numpy as np

from training.book import Book, Floats, Rows
from training.bundle import Feature
from training.folds import Fold

__all__ = ["CrossValidated", "Settings", "cross_validate", "dataset_of", "sample_contributions", "train_booster"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to train; the defaults keep exact TreeSHAP near 0.15 ms a row."""

    depth: int = 3
    leaves: int = 8
    rounds: int = 400
    """At most; early stopping picks the number."""
    patience: int = 40
    """Rounds without a better mean out-of-fold log loss before the search stops."""
    learning_rate: float = 0.05
    min_rows: int = 20
    """In a leaf, and in a category's group."""
    shrinkage: float = 10.0
    """L2 penalty on leaf values."""
    feature_share: float = 0.7
    """Of the features each tree may use: correlated indicators then share the credit."""
    monotone: bool = True
    folds: int = 5
    seed: int = 20
    threads: int = 1
    """Fixed, as part of a repeatable run; one, because OpenMP threads that wait for a busy core cost minutes, not seconds."""
    central_tendency: float | None = None
    """The mean PD to calibrate to; None keeps the book's own default rate."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form."""
        return asdict(self)

    def deeper(self) -> Settings:
        """The same search with 31 leaves at depth 6, to report what compactness costs."""
        return replace(self, depth=6, leaves=31)


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """Out-of-fold margins of the training rows (NaN where no fold holds a row out), at the number of rounds early stopping chose."""

    rounds: int
    margin: Floats
    boosters: Sequence[lgb.Booster]
    """One a fold, each blind to its own fold."""
    folds: Sequence[Fold]


def _parameters(features: Sequence[Feature], settings: Settings) -> dict[str, Any]:
    """LightGBM's names; a good direction (+1) means that default falls (-1) as the value rises."""
    directions = [-f.direction if settings.monotone and not f.is_category else 0 for f in features]
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "max_depth": settings.depth,
        "num_leaves": settings.leaves,
        "learning_rate": settings.learning_rate,
        "min_data_in_leaf": settings.min_rows,
        "min_data_per_group": settings.min_rows,
        "lambda_l2": settings.shrinkage,
        "feature_fraction": settings.feature_share,
        "feature_pre_filter": False,
        "bin_construct_sample_cnt": 2_000_000_000,
        "monotone_constraints": directions,
        "deterministic": True,
        "force_row_wise": True,
        "seed": settings.seed,
        "num_threads": settings.threads,
        "verbosity": -1,
    }


def dataset_of(book: Book, settings: Settings) -> lgb.Dataset:
    """Bin the training rows once; every search on the book shares the bins."""
    rows = book.train
    dataset = lgb.Dataset(
        book.matrix[rows],
        label=book.target[rows],
        weight=None if book.weight is None else book.weight[rows],
        feature_name=[feature.name for feature in book.features],
        categorical_feature=[position for position, feature in enumerate(book.features) if feature.is_category],
        params=_parameters(book.features, settings),
        free_raw_data=False,
    )
    return dataset.construct()


def cross_validate(
    dataset: lgb.Dataset, book: Book, folds: Sequence[Fold], settings: Settings, *, rounds: int | None = None
) -> CrossValidated:
    """Train one booster a fold; stop all at the round with the least mean out-of-fold log loss, or after `rounds` where given."""
    found: Mapping[str, Any] = lgb.cv(
        _parameters(book.features, settings),
        dataset,
        num_boost_round=rounds or settings.rounds,
        folds=[(fold.train, fold.test) for fold in folds],
        callbacks=[] if rounds else [lgb.early_stopping(settings.patience, verbose=False)],
        return_cvbooster=True,
    )
    kept = found["cvbooster"]
    best = rounds or kept.best_iteration
    matrix = book.matrix[book.train]
    margin = np.full(len(matrix), np.nan)
    for booster, fold in zip(kept.boosters, folds, strict=True):
        margin[fold.test] = booster.predict(matrix[fold.test], raw_score=True, num_iteration=best, num_threads=settings.threads)
    return CrossValidated(best, margin, kept.boosters, folds)


def train_booster(dataset: lgb.Dataset, book: Book, rounds: int, settings: Settings) -> str:
    """Train on every training row and give the model as LightGBM text."""
    booster = lgb.train(_parameters(book.features, settings), dataset, num_boost_round=rounds)
    return str(booster.model_to_string())


def sample_contributions(cross: CrossValidated, matrix: Floats, each: int) -> tuple[Rows, Floats]:
    """TreeSHAP of up to `each` out-of-fold rows a fold: positions and contributions (m, k), margin units."""
    rows, found = [], []
    for booster, fold in zip(cross.boosters, cross.folds, strict=True):
        picked = fold.test[:each]
        rows.append(picked)
        found.append(booster.predict(matrix[picked], pred_contrib=True, num_iteration=cross.rounds, num_threads=1)[:, :-1])
    return np.concatenate(rows), np.vstack(found)
