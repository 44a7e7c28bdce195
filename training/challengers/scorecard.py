"""The scorecard a risk team knows: supervised bins, weights of evidence, logistic regression.

``WOE(bin) = ln((payers in bin + s * good share) / payers) - ln((defaults in bin + s * bad share) / defaults)``, as in N. Siddiqi (2006),
Credit Risk Scorecards, ch. 6; s smooths thin bins towards zero evidence. Bins are the leaves of a tree on one feature, monotone where a
direction is declared; missing values and every category have a bin of their own. Binning and regression are scikit-learn's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from training.book import Floats, Rows, Targets
from training.bundle import Feature

__all__ = ["Binned", "Scorecard", "fit_scorecard"]

MOST_BINS: Final = 6
LEAST_SHARE: Final = 0.05
"""Of the known rows, in a bin."""
SMOOTHING: Final = 1.0
LEAST_INFORMATION: Final = 0.02
"""Information value below which a feature is left out, as scorecards do (Siddiqi: below 0.02 is not predictive)."""


@dataclass(frozen=True, slots=True)
class Binned:
    """One feature in bins: inner edges (categories have none), and the evidence of each bin; the last bin holds missing values."""

    edges: Floats
    evidence: Floats
    is_category: bool
    information: float

    def transform(self, values: Floats) -> Floats:
        """Weight of evidence of each value; a category unseen in training is read as missing."""
        return self.evidence[_positions(values, self.edges, len(self.evidence) - 1, is_category=self.is_category)]


def _positions(values: Floats, edges: Floats, last: int, *, is_category: bool) -> Rows:
    known = ~np.isnan(values)
    if is_category:
        at = np.where(known & (values < last), np.nan_to_num(values, nan=0.0), last)
    else:
        at = np.where(known, np.searchsorted(edges, values, side="left"), last)
    return at.astype(np.intp)


def _edges(feature: Feature, values: Floats, target: Targets, weight: Floats) -> Floats:
    """Inner edges of a number: thresholds of a small tree; a value at an edge falls below it."""
    known = ~np.isnan(values)
    if feature.is_category or known.sum() < 2 / LEAST_SHARE:
        return np.empty(0)
    tree = DecisionTreeClassifier(
        max_leaf_nodes=MOST_BINS,
        min_samples_leaf=max(1, int(LEAST_SHARE * known.sum())),
        monotonic_cst=[-feature.direction],
        random_state=0,
    )
    shape = tree.fit(values[known, None], target[known], sample_weight=weight[known]).tree_
    return np.sort(np.asarray(shape.threshold[shape.feature >= 0], dtype=np.float64))


def bin_feature(feature: Feature, values: Floats, target: Targets, weight: Floats) -> Binned:
    """Bin one feature of the training rows and weigh each bin's evidence; positive evidence speaks for the applicant."""
    edges = _edges(feature, values, target, weight)
    last = len(feature.categories) if feature.is_category else len(edges) + 1
    at = _positions(values, edges, last, is_category=feature.is_category)
    good, bad = (np.bincount(at, weight * (target == side), minlength=last + 1) for side in (0, 1))
    shares = [(count + SMOOTHING * (good + bad) / (good + bad).sum()) / (count.sum() + SMOOTHING) for count in (good, bad)]
    filled = (good + bad) > 0
    evidence = np.where(filled, np.log(np.where(filled, shares[0], 1) / np.where(filled, shares[1], 1)), 0.0)
    return Binned(edges, evidence, feature.is_category, float(((shares[0] - shares[1]) * evidence).sum()))


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Binned features and a regression on their evidence."""

    columns: Rows
    """Features kept: those with information."""
    bins: tuple[Binned, ...]
    regression: Any

    def log_odds(self, matrix: Floats) -> Floats:
        """Log odds of default of n rows."""
        found: Floats = self.regression.decision_function(_evidence(self.bins, matrix[:, self.columns]))
        return found


def _evidence(bins: Sequence[Binned], matrix: Floats) -> Floats:
    return np.column_stack([one.transform(matrix[:, position]) for position, one in enumerate(bins)])


def fit_scorecard(features: Sequence[Feature], matrix: Floats, target: Targets, weight: Floats) -> Scorecard:
    """Train on n rows; where no feature has enough information the most informative one is kept."""
    binned = [bin_feature(feature, matrix[:, position], target, weight) for position, feature in enumerate(features)]
    informed = [position for position, one in enumerate(binned) if one.information >= LEAST_INFORMATION]
    columns = np.array(informed or [int(np.argmax([one.information for one in binned]))], dtype=np.intp)
    bins = tuple(binned[position] for position in columns)
    regression = LogisticRegression(C=1.0, max_iter=1000).fit(_evidence(bins, matrix[:, columns]), target, sample_weight=weight)
    return Scorecard(columns, bins, regression)
