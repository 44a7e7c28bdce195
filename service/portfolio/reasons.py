"""Which indicators moved each firm's score most, as the codes a decision gives them: `_score_reasons`, by columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from service.domain import BundleLike
from service.domain.reasons import MOST, peer_median
from service.portfolio.scored import Answered, Scored
from service.portfolio.sheet import Flags, Floats, Sheet, Whole

__all__ = ["top_reasons"]

Codes = npt.NDArray[np.object_]
STATES = ("UNKNOWN", "LOW", "TYPICAL", "HIGH", "WEAK", "STRONG")
UNKNOWN, LOW, TYPICAL, HIGH, WEAK, STRONG = range(len(STATES))


def top_reasons(sheet: Sheet, scores: Scored) -> tuple[pl.Series, pl.Series]:
    """Give each row's codes against the firm and for it, the weightiest first, ties by indicator; empty where no model answered."""
    against: Codes = np.full((sheet.height, MOST), None, dtype=object)
    speaking: Codes = np.full((sheet.height, MOST), None, dtype=object)
    for number, one in enumerate(scores.answers):
        rows = one.rows
        there = scores.model[rows] == number
        values = np.column_stack([sheet.value(name)[rows] for name in one.bundle.features])
        for sign, listed in ((-1, against), (1, speaking)):
            codes = _codes(one, values, sign, there)
            listed[rows[there], : codes.shape[1]] = codes
    return _lists(against), _lists(speaking)


def _lists(codes: Codes) -> pl.Series:
    """Make a list of each row, without its blanks."""
    frame = pl.DataFrame([pl.Series(f"{place}", codes[:, place].tolist(), pl.String) for place in range(MOST)])
    return frame.select(pl.concat_list(pl.all()).list.drop_nulls()).to_series()


def _codes(one: Answered, values: Floats, sign: int, there: Flags) -> Codes:
    """Cite the largest contributions of one sign."""
    points, known = one.scores.contributions[there], values[there]
    features = one.bundle.features
    places: Whole = _weightiest(points, features, sign)
    weights = np.take_along_axis(points, places, axis=1)
    states = _states(one.bundle, np.take_along_axis(known, places, axis=1), weights, places)
    names: Codes = np.array([[f"{name.upper()}_{state}" for state in STATES] for name in features], dtype=object)
    cited: Codes = names[places, states]
    cited[sign * weights <= 0] = None
    return cited


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
