"""A frozen distribution of peers: winsorised, kept as distinct values with counts, ranked by mid-rank in integers.

Mid-rank percentile of a value among n peers: ``(below + equal / 2) / n``; here always as the integer
``2 * below + equal`` out of ``2 * n`` (Bross 1958, "How to use ridit analysis", Biometrics 14(1), 18-38).

Winsorising clamps values to the 1st and 99th percentile (nearest rank) of the peers, so that one outlier neither stretches
nor tops the scale (Dixon 1960, Annals of Mathematical Statistics 31(2), 385-391). Of a zero-inflated count only the upper side
is clamped, to the 99th percentile of the values above zero: otherwise rare successes would be clamped to zero.

More than `LIMIT` distinct values are thinned to a grid of quantiles. A value between two grid points counts as tied with the
peers hidden there, so its rank is off by at most half of them; `error_ppm` states the largest such error of the cell.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np

from features.points.shares import Floats, Integers

__all__ = ["LIMIT", "Cell", "Tails", "freeze"]

LIMIT = 1_000
"""Distinct values a cell keeps."""

Tails = Literal["both", "upper", "none"]
"""Which sides are winsorised: both, the upper one of a zero-inflated count, none."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Peers of one field and stage. `ranks` holds `2 * below + equal` before, at, between and after the `values`.

    Both are arrays of 8-byte numbers, a quarter of what tuples take. `low` and `high` are the bounds a value is clamped to;
    infinite where that side is not winsorised.
    """

    values: array[float]
    ranks: array[int]
    peers: int
    low: float
    high: float

    def rank(self, value: float) -> int:
        """Give `2 * below + equal` of a value, out of `2 * peers`; the value is clamped first."""
        clamped = self.low if value < self.low else min(value, self.high)
        place = bisect_left(self.values, clamped)
        tied = place < len(self.values) and self.values[place] == clamped
        return self.ranks[2 * place + tied]

    def rank_array(self, values: Floats) -> Integers:
        """Rank an array of values without NaN."""
        known = np.asarray(self.values)
        clamped = np.clip(values, self.low, self.high)
        place = np.searchsorted(known, clamped, side="left")
        tied = known[np.minimum(place, len(known) - 1)] == clamped
        ranks: Integers = np.asarray(self.ranks, dtype=np.int64)[2 * place + tied]
        return ranks

    def clamps(self, value: float) -> bool:
        """Is the value outside the winsorised range?"""
        return not self.low <= value <= self.high

    @classmethod
    def read(cls, kept: Mapping[str, Any], tails: Tails) -> Self:
        """Make a cell from what a reference file keeps of it."""
        values, upto = np.asarray(kept["values"], dtype=np.float64), np.asarray(kept["upto"], dtype=np.int64)
        ranks = np.zeros(2 * len(values) + 1, dtype=np.int64)
        below = upto - np.asarray(kept["equal"], dtype=np.int64)
        ranks[1::2] = below + upto
        ranks[0:-1:2] = below
        ranks[2::2] += upto
        ranks[-1] += upto[-1]
        top = float(values[-1])
        return cls(
            values=array("d", values.tobytes()),
            ranks=array("q", ranks.tobytes()),
            peers=int(upto[-1]),
            low=float(values[0]) if tails == "both" else -math.inf,
            high=top if tails == "both" or (tails == "upper" and top > 0) else math.inf,
        )


def freeze(values: Floats, tails: Tails) -> dict[str, Any]:
    """Winsorise, count and if need be thin the values of a cell (finite, at least one) into what a file keeps."""
    distinct, equal = np.unique(_winsorised(np.sort(values), tails), return_counts=True)
    upto = np.cumsum(equal)
    kept = _grid(upto)
    hidden = np.diff(upto[kept], prepend=0) - equal[kept]
    return {
        "values": (distinct[kept] + 0.0).tolist(),
        "equal": equal[kept].tolist(),
        "upto": upto[kept].tolist(),
        "error_ppm": int(-(-1_000_000 * int(hidden.max()) // (2 * len(values)))),
    }


def _winsorised(ordered: Floats, tails: Tails) -> Floats:
    """Clamp sorted values to their own 1st and 99th percentile (nearest rank)."""
    ranked = ordered if tails == "both" else ordered[ordered > 0]
    if tails == "none" or not len(ranked):
        return ordered
    low = ranked[-(-len(ranked) // 100) - 1] if tails == "both" else -math.inf
    return np.clip(ordered, low, ranked[-(-99 * len(ranked) // 100) - 1])


def _grid(upto: Integers) -> Integers:
    """Pick the positions to keep: all, or the first, the last and those nearest to even steps of rank between them."""
    if len(upto) <= LIMIT:
        return np.arange(len(upto))
    even = np.linspace(upto[0], upto[-1], LIMIT)
    return np.unique(np.searchsorted(upto, even))
