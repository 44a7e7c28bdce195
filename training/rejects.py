"""Reject inference: what a book of granted loans says about those that were declined, each way with its assumption. Off by default.

A past policy chose which outcomes can be seen. None of these ways adds knowledge; each replaces the unseen outcomes by an assumption.
J. Banasik, J. Crook (2007), Reject inference, augmentation, and sample selection, European Journal of Operational Research 183:1582-1594.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from training.book import Book, Floats, Targets

__all__ = ["ASSUMPTIONS", "Method", "RejectInference", "Rejected", "with_rejects"]

Method: TypeAlias = Literal["parcelling", "fuzzy", "propensity"]

ASSUMPTIONS: Final[Mapping[str, str]] = {
    "parcelling": "at the same score the declined default `factor` times as often as the granted; outcomes are drawn in those shares",
    "fuzzy": "the same, each declined application entering once as default and once as payer with the shares as weights",
    "propensity": "given the evidence, the decision did not depend on the outcome; granted loans stand for the declined that look alike",
}
BANDS: Final = 10
LEAST_CHANCE: Final = 0.05
"""Chance of being granted below which a loan's weight grows no further: a few rows would otherwise carry the book."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Declined applications of the training period: evidence without outcome."""

    matrix: Floats
    """(m, k) in the book's schema order."""
    firm: npt.NDArray[Any]
    days: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectInference:
    """Which way, and how much riskier the declined are assumed to be at the same score."""

    method: Method
    factor: float = 1.0
    """Odds of default of the declined against the granted at the same score; 1 trusts the model's extrapolation."""
    seed: int = 20


def _assumed(pd: Floats, factor: float) -> Floats:
    """PD of the declined: the odds of the granted's PD times the factor."""
    odds: Floats = factor * pd / (1 - pd)
    return odds / (1 + odds)


def _weights(book: Book) -> Floats:
    return np.ones(len(book.target)) if book.weight is None else book.weight


def _joined(book: Book, rejected: Rejected, target: Targets, weight: Floats, copies: int = 1) -> Book:
    """The book with declined rows added to its training side; reported groups know them as declined."""
    added = len(rejected.matrix) * copies
    firm = None if book.firm is None else np.concatenate([book.firm, *[rejected.firm] * copies])
    return replace(
        book,
        matrix=np.vstack([book.matrix, *[rejected.matrix] * copies]),
        target=np.concatenate([book.target, target]),
        test=np.concatenate([book.test, np.zeros(added, dtype=np.bool_)]),
        firm=firm,
        weight=np.concatenate([_weights(book), weight]),
        days=None if book.days is None else np.concatenate([book.days, *[rejected.days] * copies]),
        spells=None,
        groups={by: np.concatenate([labels, np.full(added, "declined", dtype=object)]) for by, labels in book.groups.items()},
    )


def _parcelled(book: Book, rejected: Rejected, pd: Floats, plan: RejectInference) -> Book:
    """Draw outcomes band by band of score, as many defaults as assumed (rounded)."""
    dice, assumed = np.random.default_rng(plan.seed), _assumed(pd, plan.factor)
    target = np.zeros(len(pd), dtype=np.int64)
    for band in np.array_split(np.argsort(pd, kind="stable"), BANDS):
        target[dice.choice(band, round(float(assumed[band].sum())), replace=False)] = 1
    return _joined(book, rejected, target, np.ones(len(pd)))


def _fuzzy(book: Book, rejected: Rejected, pd: Floats, plan: RejectInference) -> Book:
    assumed = np.clip(_assumed(pd, plan.factor), 1e-6, 1 - 1e-6)
    target = np.repeat(np.array([1, 0], dtype=np.int64), len(pd))
    return _joined(book, rejected, target, np.concatenate([assumed, 1 - assumed]), copies=2)


def _reweighted(book: Book, rejected: Rejected, pd: Floats, plan: RejectInference) -> Book:
    """Granted training rows weighted by one over their chance of being granted, as a compact booster sees it; mean weight 1."""
    del pd
    rows = book.train
    matrix = np.vstack([book.matrix[rows], rejected.matrix])
    granted = np.concatenate([np.ones(len(rows)), np.zeros(len(rejected.matrix))])
    found = lgb.train(
        {"objective": "binary", "max_depth": 3, "num_leaves": 8, "learning_rate": 0.05, "seed": plan.seed, "deterministic": True,
         "force_row_wise": True, "num_threads": 1, "verbosity": -1},
        lgb.Dataset(matrix, label=granted), num_boost_round=100,
    )  # fmt: skip
    chance = np.clip(np.asarray(found.predict(book.matrix[rows], num_threads=1)), LEAST_CHANCE, 1)
    weight = _weights(book).copy()
    weight[rows] *= (1 / chance) / float((1 / chance).mean())
    return replace(book, weight=weight)


WAYS: Final[Mapping[str, Callable[[Book, Rejected, Floats, RejectInference], Book]]] = {
    "parcelling": _parcelled,
    "fuzzy": _fuzzy,
    "propensity": _reweighted,
}


def with_rejects(book: Book, rejected: Rejected, pd: Floats, plan: RejectInference) -> Book:
    """The training book under an assumption about the declined; test rows are left alone.

    `pd` is what a model of the granted says of the declined. What was assumed is in the findings, for the card. A term structure
    needs seen outcomes, so the augmented book has none.
    """
    said = {
        "method": plan.method,
        "factor": plan.factor,
        "declined": len(rejected.matrix),
        "mean_pd_of_declined": round(float(pd.mean()), 6),
        "assumption": ASSUMPTIONS[plan.method],
    }
    found = WAYS[plan.method](book, rejected, pd, plan)
    return replace(found, findings={**book.findings, "rejects": said})
