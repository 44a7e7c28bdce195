"""From a book to a calibrated model, and what was learnt on the way: the cost of compactness, directions the data resist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import numpy as np
from scipy.stats import spearmanr

from training.book import Book, Floats, Mask
from training.boosting import CrossValidated, Settings, cross_validate, dataset_of, sample_contributions, train_booster
from training.bundle import Calibration, Feature
from training.bundle.doubt import Doubt
from training.bundle.native import Booster
from training.bundle.term import TermStructure
from training.calibration import calibrate
from training.doubt import find_doubt
from training.folds import make_folds
from training.hazard import fit_term_structure
from training.metrics import auc

__all__ = ["Fitted", "Progress", "fit", "rank_correlation", "resisted_directions"]

Progress: TypeAlias = Callable[[str], None]
"""Called with a few words when a step begins."""

SAMPLED: Final = 400
"""Rows a fold whose contributions tell which way the data want a feature to act."""
RESISTS: Final = 0.1
"""Rank correlation against the declared direction from which a feature counts as resisting ..."""
MATTERS: Final = 0.01
"""... if it also carries this share of all contributions."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model before it becomes a bundle."""

    text: str
    features: tuple[Feature, ...]
    """As in the book, with the fill of features never seen missing."""
    calibration: Calibration
    rounds: int
    cross: CrossValidated
    """The boosters behind the calibration, each blind to its own fold, and their margins."""
    out_of_fold: Floats
    """Calibrated log odds of the training rows, each from boosters blind to its firm."""
    doubt: Doubt
    term_structure: TermStructure | None
    findings: dict[str, Any]

    def log_odds(self, matrix: Floats) -> Floats:
        """Calibrated log odds of default of rows (n, k) in schema order, as the bundle will give them."""
        fills = np.array([np.nan if feature.fill is None else feature.fill for feature in self.features])
        margin = Booster(self.text).margins(np.where(np.isnan(matrix), fills, matrix))
        return self.calibration.slope * margin + self.calibration.intercept


def _with_fills(book: Book) -> tuple[Feature, ...]:
    """Name the training median of each number never missing: LightGBM would silently read a later blank as zero."""
    matrix = book.matrix[book.train]
    whole: Mask = ~np.isnan(matrix).any(axis=0).reshape(-1)
    return tuple(
        feature
        if feature.is_category or not whole[position]
        else feature.model_copy(update={"fill": float(np.median(matrix[:, position]))})
        for position, feature in enumerate(book.features)
    )


def resisted_directions(book: Book, free: CrossValidated) -> list[dict[str, Any]]:
    """Declared directions that an unconstrained model contradicts: rank correlation of value and contribution, and weight."""
    rows, contributions = sample_contributions(free, book.matrix[book.train], SAMPLED)
    values = book.matrix[book.train][rows]
    weight = np.abs(contributions).mean(axis=0)
    share = weight / max(float(weight.sum()), np.finfo(float).tiny)
    found = []
    for position, feature in enumerate(book.features):
        if feature.direction == 0 or share[position] < MATTERS:
            continue
        against = feature.direction * rank_correlation(values[:, position], contributions[:, position])
        if against > RESISTS:
            found.append(
                {
                    "feature": feature.name,
                    "declared": feature.direction,
                    "against": round(against, 3),
                    "share": round(float(share[position]), 4),
                }
            )
    return sorted(found, key=lambda said: -said["share"])


def rank_correlation(values: Floats, contributions: Floats) -> float:
    """Spearman's correlation over known values; 0 where either side does not vary."""
    known = ~np.isnan(values)
    value, contribution = values[known], contributions[known]
    if len(np.unique(value)) < 2 or len(np.unique(contribution)) < 2:
        return 0.0
    return float(spearmanr(value, contribution).statistic)


def _treeshap_work(rounds: int, shape: Settings) -> int:
    """Exact TreeSHAP's work a row: trees * leaves * depth squared. S. Lundberg et al. (2020), Nature Machine Intelligence 2:56-67."""
    return rounds * shape.leaves * shape.depth**2


def _compactness(book: Book, settings: Settings, compact: CrossValidated, deep: CrossValidated, free: CrossValidated) -> dict[str, Any]:
    """Out-of-fold AUC of the model as shipped, of a deeper one and of an unconstrained one, on the same folds."""
    target = book.target[book.train]
    shipped, deeper, unbound = (auc(target, cross.margin) for cross in (compact, deep, free))
    error = (shipped.high - shipped.low) / (2 * 1.96)
    gain = deeper.value - shipped.value
    return {
        "n": len(target),
        "defaults": int(target.sum()),
        "compact_auc": shipped.to_dict(),
        "compact_rounds": compact.rounds,
        "deep_auc": deeper.to_dict(),
        "deep_rounds": deep.rounds,
        "unconstrained_auc": unbound.to_dict(),
        "cost_of_compactness": round(gain, 4),
        "cost_of_directions": round(unbound.value - shipped.value, 4),
        "deep_explanation_cost": round(_treeshap_work(deep.rounds, settings.deeper()) / _treeshap_work(compact.rounds, settings), 2),
        "depth_is_worth_it": bool(gain > error),
    }


def fit(book: Book, settings: Settings, *, progress: Progress = lambda _: None) -> Fitted:
    """Search rounds on grouped folds, calibrate on out-of-fold margins, train on all, and compare with the alternatives."""
    progress("binning and cross-validating")
    dataset = dataset_of(book, settings)
    firm = None if book.firm is None else book.firm[book.train]
    folds = make_folds(book.target[book.train], firm, folds=settings.folds, seed=settings.seed)
    compact = cross_validate(dataset, book, folds, settings)
    progress("calibrating")
    weight = None if book.weight is None else book.weight[book.train]
    calibration = calibrate(compact.margin, book.target[book.train], weight=weight, central_tendency=settings.central_tendency)
    progress("training")
    text = train_booster(dataset, book, compact.rounds, settings)
    progress("comparing with deeper and unconstrained models")
    free = cross_validate(dataset, book, folds, replace(settings, monotone=False)) if _constrained(book) else compact
    deep = cross_validate(dataset, book, folds, settings.deeper())
    findings = {"compactness": _compactness(book, settings, compact, deep, free), "resisted_directions": resisted_directions(book, free)}
    log_odds = calibration.slope * compact.margin + calibration.intercept
    progress("bounding what is not known")
    features = _with_fills(book)
    doubt = find_doubt(book, features, compact, calibration, seed=settings.seed)
    term = None if book.spells is None else fit_term_structure(book.spells.of(book.train), log_odds)
    return Fitted(text, features, calibration, compact.rounds, compact, log_odds, doubt, term, findings)


def _constrained(book: Book) -> bool:
    return any(feature.direction for feature in book.features)
