"""Eligibility of many firms at once: the outcome of `eligibility_of`, by columns, for schemes that rank nobody among peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.points.frame import UNSCORED, Firms, branch_points, firms_of
from features.points.gates import COMPARE
from features.points.parts import GatePart
from features.points.reference import check_pair
from features.points.scheme import Item, Scheme
from features.points.shares import Integers

__all__ = ["OUTCOMES", "eligibility_frame"]

Codes = npt.NDArray[np.int8]
OUTCOMES = ("fail", "unknown", "pass")
"""What 0, 1 and 2 stand for: in this order the conjunction of conditions is their least, the disjunction their greatest."""
FAIL, UNKNOWN, PASS = (np.int8(code) for code in range(3))


@dataclass(frozen=True, slots=True)
class _Range:
    """The least and the most points an item can have once what is missing is known, hundredths."""

    lowest: Integers
    highest: Integers


def eligibility_frame(scheme: Scheme, frame: pl.DataFrame) -> Codes:
    """Judge the gates of a scheme on every row of `frame`, as `OUTCOMES`. Raises `SchemeError` as `points_frame` does."""
    check_pair(scheme, None)
    firms = firms_of(scheme, frame)
    items = {item.id: _range(scheme, item, firms) for item in scheme.items}
    height = frame.height
    gates = [(gate, _outcome(gate, items, firms)) for gate in scheme.gates if not gate.declared]
    direct = [_outcome(gate, items, firms) for gate in scheme.direct if not gate.declared]
    kept = [codes for gate, codes in gates if not gate.waivable]
    waivable = _all([codes for gate, codes in gates if gate.waivable], height)
    passed_over: Codes = np.max([waivable, *direct], axis=0)
    return _all([*kept, passed_over], height)


def _all(outcomes: Sequence[Codes], height: int) -> Codes:
    worst: Codes = np.min([np.full(height, PASS), *outcomes], axis=0)
    return worst


def _range(scheme: Scheme, item: Item, firms: Firms) -> _Range:
    weights = np.asarray(item.weights, dtype=np.int64)[firms.stages]
    earned = np.array([branch_points(scheme, branch, weights, firms, None) for branch in item.branches])
    best = earned.max(axis=0)
    missing = best == UNSCORED
    overlooked = ~missing & (best < weights) & (earned == UNSCORED).any(axis=0)
    if item.deducts:
        return _Range(np.where(missing, -weights, -best), np.where(missing | overlooked, 0, -best))
    return _Range(np.where(missing, 0, best), np.where(missing | overlooked, weights, best))


def _outcome(gate: GatePart, items: Mapping[str, _Range], firms: Firms) -> Codes:
    ((name, bound),) = gate.bounds.items()
    if gate.points_of is None:
        value = firms.values[gate.indicator or ""]
        holds = np.where(COMPARE[name](value, bound), PASS, FAIL)  # type: ignore[arg-type]
        return np.where(np.isnan(value), UNKNOWN, holds)
    asked = [one for item, one in items.items() if gate.points_of in ("total", item)]
    ends = [np.sum(side, axis=0) for side in ([one.lowest for one in asked], [one.highest for one in asked])]
    lowest, highest = (COMPARE[name](end, round(bound * 100)) for end in ends)
    return np.where(lowest == highest, np.where(lowest, PASS, FAIL), UNKNOWN)
