"""Does a little noise in the figures change the answer? Gaussian noise on every known number, at three sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from training.book import Floats
from training.bundle import Feature
from training.metrics import Evaluation, auc
from training.validation.backtest import grades_of
from training.validation.chapter import Chapter, Grid, Measure, Words
from training.validation.sample import Sample

__all__ = ["noisy", "robustness", "spreads"]

SIZES: Final = (0.02, 0.05, 0.10)
GATED: Final = 0.05
DRAWS: Final = 5
MOST: Final = 1_500
"""Rows looked at, evenly spread; more would not change a mean to the digits shown."""
ABOUT = Words(
    "每个已知数值加正态噪声，标准差为该特征四分位距（为零时用标准差）的 2 %、5 %、10 "
    "%；类别、计数为零的值与缺失值不变。每档 5 次，种子固定，取平均。",
    "Each known number gets normal noise with a standard deviation of 2, 5 and 10 "
    "% of its feature's interquartile range (its standard deviation "
    "where that is zero); categories, zeros and missing values stay. Five draws at each size with fixed seeds, averaged.",
)


def spreads(matrix: Floats) -> Floats:
    """Interquartile range of each column's known values, else their standard deviation, else 0."""
    found = []
    for column in matrix.T:
        known = column[~np.isnan(column)]
        iqr = float(np.subtract(*np.quantile(known, [0.75, 0.25]))) if len(known) else 0.0
        found.append(iqr or (float(known.std()) if len(known) else 0.0))
    return np.array(found)


def noisy(*, matrix: Floats, features: Sequence[Feature], size: float, seed: int) -> Floats:
    """Give the matrix with noise of `size` times each column's spread on known, non-zero numbers; categories stay."""
    scale = spreads(matrix) * np.array([0.0 if feature.is_category else size for feature in features])
    noise = np.random.default_rng(seed).normal(size=matrix.shape) * scale
    return np.where(matrix == 0, matrix, matrix + noise)


def robustness(sample: Sample, *, overall: Evaluation, bounds: Sequence[float]) -> Chapter:
    """Report the loss of AUC, the change of score and the share of firms in another grade; gated at 5 % noise."""
    rows = np.linspace(0, sample.n - 1, min(sample.n, MOST)).astype(int)
    matrix, target = sample.matrix[rows], sample.target[rows]
    before, log_odds, grade = sample.scores.score[rows], sample.log_odds[rows], np.array(grades_of(sample.pd[rows], bounds))
    features = sample.bundle.manifest.features
    lines, gated = [], (0.0, 0.0)
    for size in SIZES:
        drops, changes, moved = [], [], []
        for seed in range(DRAWS):
            said = sample.bundle.predict(noisy(matrix=matrix, features=features, size=size, seed=seed))
            drops.append(auc(target, log_odds).value - auc(target, said.log_odds).value)
            changes.append(float(np.abs(said.score - before).mean()))
            moved.append(float((np.array(grades_of(said.pd, bounds)) != grade).mean()))
        drop, share = float(np.mean(drops)), float(np.mean(moved))
        gated = (drop, share) if size == GATED else gated
        lines.append((f"{size:.0%}", len(rows), drop, float(np.mean(changes)), f"{share:.1%}"))
    columns = (
        Words("噪声", "noise"),
        Words("样本", "n"),
        Words("AUC 下降", "loss of AUC"),
        Words("平均分变动", "mean change of score"),
        Words("等级变动", "in another grade"),
    )
    enough = bool(overall.metrics)
    return Chapter(
        id="robustness",
        title=Words("稳健性", "Robustness to noise"),
        about=ABOUT,
        measures={
            "noise_auc_loss": Measure(value=gated[0] if enough else None, n=len(rows), method="5 % noise, 5 draws"),
            "noise_grade_moves": Measure(value=gated[1], n=len(rows), method="5 % noise, 5 draws"),
        },
        grids=(Grid(title=Words("噪声下", "Under noise"), columns=columns, rows=tuple(lines)),),
    )
