"""Which indicators moved each firm's score most, as the codes a decision gives them: `_score_reasons`, by columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from service.domain import BundleLike
from service.domain.reasons import MOST, peer_median
from service.portfolio.scored import Answered, Scored
from service.portfolio.sheet import Flags, Floats, Sheet, Whole

__all__ = ["top_reasons"]

STATES = ("UNKNOWN", "LOW", "TYPICAL", "HIGH", "WEAK", "STRONG")
UNKNOWN, LOW, TYPICAL, HIGH, WEAK, STRONG = range(len(STATES))


def top_reasons(sheet: Sheet, scores: Scored) -> tuple[list[list[str]], list[list[str]]]:
    """Give each row's codes against the firm and for it, the weightiest first, ties by indicator; empty where no model answered."""
    against: list[list[str]] = [[] for _ in range(sheet.height)]
    speaking: list[list[str]] = [[] for _ in range(sheet.height)]
    for number, one in enumerate(scores.answers):
        rows = one.rows
        there = scores.model[rows] == number
        values = np.column_stack([sheet.value(name)[rows] for name in one.bundle.features])
        for sign, listed in ((-1, against), (1, speaking)):
            for row, codes in zip(rows[there].tolist(), _codes(one, values, sign, there), strict=True):
                listed[row] = codes
    return against, speaking


def _codes(one: Answered, values: Floats, sign: int, there: Flags) -> list[list[str]]:
    """Cite the largest contributions of one sign."""
    points, known = one.scores.contributions[there], values[there]
    features = one.bundle.features
    places = _weightiest(points, features, sign)
    weights = np.take_along_axis(points, places, axis=1)
    states = _states(one.bundle, np.take_along_axis(known, places, axis=1), weights, places)
    names = np.array([[f"{name.upper()}_{state}" for state in STATES] for name in features], dtype=object)
    cited, counts = names[places, states], (sign * weights > 0).sum(axis=1)
    return [codes[:count] for codes, count in zip(cited.tolist(), counts.tolist(), strict=True)]


def _weightiest(points: Whole, features: Sequence[str], sign: int) -> Whole:
    """Find the columns of the few largest contributions of each row, in their order."""
    width = len(features)
    rank = np.empty(width, dtype=np.int64)
    rank[np.argsort(np.array(features))] = np.arange(width)
    keys = -sign * points * width + rank
    most = min(MOST, width)
    few = np.argpartition(keys, most - 1, axis=1)[:, :most]
    order = np.argsort(np.take_along_axis(keys, few, axis=1), axis=1)
    found: Whole = np.take_along_axis(few, order, axis=1)
    return found


def _states(bundle: BundleLike, values: Floats, weights: Whole, places: Whole) -> np.ndarray[Any, Any]:
    """Say where each value stands to its peers; without peers, which way it weighs."""
    medians = [peer_median(bundle.reference_profile, name) for name in bundle.features]
    peers = np.array([np.nan if median is None else median for median in medians])[places]
    beside = np.where(values == peers, TYPICAL, np.where(values > peers, HIGH, LOW))
    weighing = np.where(weights > 0, STRONG, WEAK)
    return np.where(np.isnan(values), UNKNOWN, np.where(np.isnan(peers), weighing, beside))
