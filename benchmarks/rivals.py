"""Peers of `benchmarks/quality.py`: the challengers of a training run, and XGBoost, CatBoost and a random forest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from catboost import CatBoostClassifier
from sklearn.ensemble import RandomForestClassifier
from xgboost import XGBClassifier

from training.book import Book, Floats, Rows
from training.challengers import CONTENDERS, Trained
from training.challengers.contenders import Trainer, log_odds_of

__all__ = ["RIVALS"]


def _categories(book: Book) -> list[int]:
    return [position for position, feature in enumerate(book.features) if feature.is_category]


def train_xgboost(book: Book, rows: Rows, seed: int) -> Trained:
    """XGBoost with its defaults; categories as numbers of a frozen list, as its histogram method takes them."""
    kinds = ["c" if feature.is_category else "q" for feature in book.features]
    model = XGBClassifier(n_jobs=1, random_state=seed, enable_categorical=True, feature_types=kinds)
    model.fit(book.matrix[rows], book.target[rows])
    return lambda matrix: np.asarray(model.predict(matrix, output_margin=True), dtype=np.float64)


def train_catboost(book: Book, rows: Rows, seed: int) -> Trained:
    """CatBoost with its defaults (1,000 trees of depth 6), categories as texts."""
    categories = _categories(book)

    def table(matrix: Floats) -> np.ndarray:
        cells = matrix.astype(object)
        for position in categories:
            cells[:, position] = [str(value) for value in matrix[:, position]]
        return cells

    model = CatBoostClassifier(thread_count=1, random_seed=seed, verbose=False, allow_writing_files=False, cat_features=categories)
    model.fit(table(book.matrix[rows]), book.target[rows])
    return lambda matrix: np.asarray(model.predict(table(matrix), prediction_type="RawFormulaVal"), dtype=np.float64)


def train_forest(book: Book, rows: Rows, seed: int) -> Trained:
    """Random forest of 500 trees with leaves of at least five rows."""
    model = RandomForestClassifier(n_estimators=500, min_samples_leaf=5, n_jobs=1, random_state=seed)
    model.fit(book.matrix[rows], book.target[rows])
    return lambda matrix: log_odds_of(model.predict_proba(matrix)[:, 1])


RIVALS: Mapping[str, Trainer] = {
    "LightGBM": CONTENDERS["lightgbm"].train,
    "XGBoost": train_xgboost,
    "CatBoost": train_catboost,
    "EBM": CONTENDERS["ebm"].train,
    "scorecard": CONTENDERS["scorecard"].train,
    "random forest": train_forest,
    "logistic": CONTENDERS["logistic"].train,
}
