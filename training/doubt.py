"""Filling the table of a bundle's doubt: binomial bounds by margin, and split-conformal bounds by the weight of missing evidence.

By margin, within classes of missing evidence: Clopper-Pearson bounds of the default rate in bins of out-of-fold margins with equal
numbers of defaults, as shifts from the bin's mean PD; free of assumptions but exchangeability (C. Gupta, A. Podkopaev, A. Ramdas 2020,
Distribution-free binary classification).
By missing evidence: evidence is hidden from complete training rows as it is missing elsewhere in the book, and the move of the margin on
its return is bounded by split-conformal quantiles within classes of missing weight (V. Vovk, A. Gammerman, G. Shafer 2005, Algorithmic
Learning in a Random World, ch. 4: Mondrian). Both hold with the stated level together (Bonferroni). Neither foresees a change of era.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from scipy.special import expit, logit
from scipy.stats import beta

from training.book import Book, Floats, Mask, Rows
from training.boosting import CrossValidated, sample_contributions
from training.bundle import Calibration, Feature
from training.bundle.doubt import Band, Doubt

__all__ = ["EDGES", "LEVEL", "bands_by_margin", "bands_by_missing", "conformal_bounds", "find_doubt"]

LEVEL: Final = 0.90
DEFAULTS_A_BIN: Final = 20
MOST_BINS: Final = 10
EDGES: Final = (0.02, 0.10, 0.25, 0.50)
"""Classes of missing weight: up to each, and above the last. The first counts as complete."""
HIDDEN: Final = 2_000
"""Complete rows, at most, from which evidence is hidden."""
DONORS: Final = 30
"""Rows of a class whose gaps are copied; where the book has fewer, features are hidden at random."""
SAMPLED: Final = 400


def _effective(weight: Floats | None, rows: Rows) -> float:
    """Effective number of weighted rows: (sum w)^2 / sum w^2. L. Kish (1965), Survey Sampling."""
    return float(len(rows)) if weight is None else float(weight[rows].sum() ** 2 / (weight[rows] ** 2).sum())


def _shifts(rate: float, n: float, mean_pd: float, miss: float) -> tuple[float, float]:
    """Clopper-Pearson bounds of a default rate as shifts of log odds from the mean PD; they hold 0."""
    defaults = rate * n
    low, high = beta.ppf(miss / 2, defaults, n - defaults + 1), beta.ppf(1 - miss / 2, defaults + 1, n - defaults)
    return min(0.0, float(logit(low) - logit(mean_pd))), max(0.0, float(logit(high) - logit(mean_pd)))


def bands_by_margin(margin: Floats, log_odds: Floats, target: Floats, *, miss: float, weight: Floats | None = None) -> tuple[Band, ...]:
    """Bounds by margin, safest first; `miss` is the share of bins that may lie outside.

    A bin has at least 20 defaults where there are so many, and there are at most ten, so few defaults give one wide band.
    """
    order = np.argsort(margin, kind="stable")
    failures = np.cumsum(target[order])
    bins = int(np.clip(failures[-1] // DEFAULTS_A_BIN, 1, MOST_BINS))
    ends = np.searchsorted(failures, np.arange(1, bins) * failures[-1] / bins, side="left") + 1
    found, parts = [], np.split(order, np.unique(ends))
    for position, rows in enumerate(parts):
        mass = None if weight is None else weight[rows]
        rate, mean = float(np.average(target[rows], weights=mass)), float(np.average(expit(log_odds[rows]), weights=mass))
        low, high = _shifts(rate, _effective(weight, rows), mean, miss)
        below = float(margin[rows[-1]]) if position < len(parts) - 1 else None
        found.append(Band(below=below, low=low, high=high, n=len(rows), defaults=int(target[rows].sum())))
    return tuple(found)


def _within(
    missing: Floats, margin: Floats, log_odds: Floats, target: Floats, miss: float, weight: Floats | None
) -> tuple[tuple[Band, ...], ...]:
    """Bounds by margin within each class of missing weight; a class without a default takes those of all rows together.

    Equal margins with and without their evidence need not fail alike, so calibration is bounded class by class (Mondrian).
    """
    classes, together = _class_of(missing), bands_by_margin(margin, log_odds, target, miss=miss, weight=weight)
    found = []
    for number in range(len(EDGES) + 1):
        mine = np.flatnonzero(classes == number)
        if target[mine].sum() < 1:
            found.append(together)
            continue
        mass = None if weight is None else weight[mine]
        found.append(bands_by_margin(margin[mine], log_odds[mine], target[mine], miss=miss, weight=mass))
    return tuple(found)


def conformal_bounds(moves: Floats, miss: float) -> tuple[float, float]:
    """Bounds that a further move lies within with probability at least 1 - miss: the k-th smallest and largest of n.

    ``k = floor((n + 1) * miss / 2)``; with too few moves for that (k = 0) the bounds are the extremes. They hold 0.
    """
    ordered, k = np.sort(moves), max(1, math.floor((len(moves) + 1) * miss / 2))
    return min(0.0, float(ordered[k - 1])), max(0.0, float(ordered[-k]))


def _class_of(weight: Floats) -> Rows:
    return np.searchsorted(np.array(EDGES), weight, side="left").astype(np.intp)


def _random_gaps(weights: Floats, count: int, low: float, high: float, dice: np.random.Generator) -> Mask:
    """Gaps of features hidden at random, in random order, until their weight lies between the edges of a class."""
    gaps = np.zeros((count, len(weights)), dtype=np.bool_)
    for row in gaps:
        hidden, aim = 0.0, dice.uniform(low, high)
        for position in dice.permutation(len(weights)):
            if hidden >= aim:
                break
            if hidden + weights[position] <= high:
                row[position] = True
                hidden += weights[position]
    return gaps


def _gaps(missing: Mask, classes: Rows, weights: Floats, number: int, count: int, dice: np.random.Generator) -> Mask:
    """Which features to hide from `count` rows, so that a class of missing weight is reached."""
    donors = np.flatnonzero(classes == number)
    if len(donors) >= DONORS:
        copied: Mask = missing[dice.choice(donors, count)]
        return copied
    return _random_gaps(weights, count, EDGES[number - 1], (*EDGES, 1.0)[number], dice)


def _margins(cross: CrossValidated, matrix: Floats, rows: Rows, fold_of: Rows) -> Floats:
    """Margins of rows (already changed), each from the booster blind to it."""
    found = np.empty(len(rows))
    for number, booster in enumerate(cross.boosters):
        mine = fold_of[rows] == number
        if mine.any():
            found[mine] = booster.predict(matrix[mine], raw_score=True, num_iteration=cross.rounds, num_threads=1)
    return found


def _moves(
    matrix: Floats, weights: Floats, fills: Floats, cross: CrossValidated, dice: np.random.Generator
) -> Iterator[tuple[Rows, Floats]]:
    """For each class but the first: the class each changed row fell in, and how its margin moves when the hidden evidence returns."""
    missing = np.isnan(matrix)
    classes = _class_of(missing @ weights)
    whole = np.flatnonzero(classes == classes.min())
    whole = whole[np.linspace(0, len(whole) - 1, min(len(whole), HIDDEN)).astype(int)]
    fold_of = np.empty(len(matrix), dtype=np.intp)
    for number, fold in enumerate(cross.folds):
        fold_of[fold.test] = number
    complete = _margins(cross, np.where(missing[whole], fills, matrix[whole]), whole, fold_of)
    for number in range(1, len(EDGES) + 1):
        hidden = missing[whole] | _gaps(missing, classes, weights, number, len(whole), dice)
        changed = np.where(hidden, fills, matrix[whole])
        yield _class_of(hidden @ weights), complete - _margins(cross, changed, whole, fold_of)


def bands_by_missing(
    matrix: Floats, weights: Floats, fills: Floats, cross: CrossValidated, *, slope: float, miss: float, seed: int
) -> tuple[Band, ...]:
    """Bounds by the weight of missing evidence; a class with more missing is never narrower than one with less."""
    found = list(_moves(matrix, weights, fills, cross, np.random.default_rng(seed)))
    reached, moves = (np.concatenate([one[side] for one in found]) for side in (0, 1))
    bands, low, high = [Band(below=EDGES[0], low=0.0, high=0.0, n=int((_class_of(np.isnan(matrix) @ weights) == 0).sum()))], 0.0, 0.0
    for number in range(1, len(EDGES) + 1):
        mine = slope * moves[reached == number]
        if len(mine):
            bounds = conformal_bounds(mine, miss)
            low, high = min(low, bounds[0]), max(high, bounds[1])
        bands.append(Band(below=(*EDGES, None)[number], low=low, high=high, n=len(mine)))
    return tuple(bands)


def _fills(features: tuple[Feature, ...]) -> Floats:
    return np.array([np.nan if feature.fill is None else feature.fill for feature in features])


def find_doubt(
    book: Book, features: tuple[Feature, ...], cross: CrossValidated, calibration: Calibration, *, seed: int, level: float = LEVEL
) -> Doubt:
    """Fill the table from the training rows; `features` with their fills."""
    rows, miss = book.train, (1 - level) / 2
    weight = None if book.weight is None else book.weight[rows]
    power = np.abs(sample_contributions(cross, book.matrix[rows], SAMPLED)[1]).mean(axis=0)
    weights = power / power.sum() if power.sum() > 0 else np.full(len(power), 1 / len(power))
    fitted = calibration.slope * cross.margin + calibration.intercept - calibration.shift
    found = _within(np.isnan(book.matrix[rows]) @ weights, cross.margin, fitted, book.target[rows].astype(np.float64), miss, weight)
    return Doubt(
        level=level,
        weights=tuple(weights.tolist()),
        by_margin=found,
        by_missing=bands_by_missing(book.matrix[rows], weights, _fills(features), cross, slope=calibration.slope, miss=miss, seed=seed),
    )
