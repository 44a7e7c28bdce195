"""From a value to the share of an item's weight it earns: the arithmetic of every rule that needs no peers.

A share is an integer numerator over the rule's integer `denominator`, so points are integers from the first step on.
`of` takes one value and `of_array` a float64 array without NaN; both use the same IEEE double operations in the same
order, so they agree on every value.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "Integers", "LinearShare", "PerUnitShare", "Share", "StepShare", "points_for", "points_for_array"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MILLION = 1_000_000


class Share(Protocol):
    """What an item earns of its weight for a value: `of(value) / denominator`, between 0 and 1."""

    @property
    def denominator(self) -> int:
        """The numerator that earns the whole weight."""

    def of(self, value: float) -> int:
        """Give the numerator for one value."""

    def of_array(self, values: Floats) -> Integers:
        """Give the numerators for an array of values."""


def points_for(weight: int, numerator: int, denominator: int) -> int:
    """Round `weight * numerator / denominator` half up, in integers; weight and result in hundredths of a point."""
    return (2 * weight * numerator + denominator) // (2 * denominator)


def points_for_array(weights: Integers, numerators: Integers, denominator: int) -> Integers:
    """Do the same for arrays of weights and numerators."""
    rounded: Integers = (2 * weights * numerators + denominator) // (2 * denominator)
    return rounded


@dataclass(frozen=True, slots=True)
class StepShare:
    """Steps at `bounds` (rising): inclusive lower bounds, or inclusive upper bounds where `falling`.

    `earned[i]` is earned by a value with `i` bounds at or below it (rising) or strictly below it (falling).
    """

    bounds: tuple[float, ...]
    earned: tuple[int, ...]
    denominator: int
    falling: bool = False

    def of(self, value: float) -> int:
        """Look the value's step up."""
        return self.earned[(bisect_left if self.falling else bisect_right)(self.bounds, value)]

    def of_array(self, values: Floats) -> Integers:
        """Look the step of each value up."""
        steps = np.searchsorted(np.asarray(self.bounds), values, side="left" if self.falling else "right")
        return np.asarray(self.earned, dtype=np.int64)[steps]


@dataclass(frozen=True, slots=True)
class LinearShare:
    """A straight line from nothing at `zero_at` to everything at `full_at`, flat outside; taken in millionths.

    `full_at` below `zero_at` rewards small values.
    """

    zero_at: float
    full_at: float
    denominator: int = MILLION

    def of(self, value: float) -> int:
        """Give millionths of the way from `zero_at` to `full_at`, rounded half up."""
        low, high = self._ends
        way = (min(max(value, low), high) - self.zero_at) / (self.full_at - self.zero_at)
        return math.floor(way * MILLION + 0.5)

    def of_array(self, values: Floats) -> Integers:
        """Give millionths of the way for each value."""
        way = (np.clip(values, *self._ends) - self.zero_at) / (self.full_at - self.zero_at)
        return np.floor(way * MILLION + 0.5).astype(np.int64)

    @property
    def _ends(self) -> tuple[float, float]:
        """The ends of the line, the lower first."""
        return (self.zero_at, self.full_at) if self.zero_at < self.full_at else (self.full_at, self.zero_at)


@dataclass(frozen=True, slots=True)
class PerUnitShare:
    """`each` for every whole `unit` of the value, at most `denominator` (the cap); negative values earn nothing."""

    unit: int
    each: int
    denominator: int

    def of(self, value: float) -> int:
        """Count whole units up to the cap."""
        return min(self.denominator, self.each * math.floor(min(max(value / self.unit, 0.0), self._most)))

    def of_array(self, values: Floats) -> Integers:
        """Count whole units of each value up to the cap."""
        units = np.floor(np.clip(values / self.unit, 0.0, self._most)).astype(np.int64)
        return np.minimum(self.denominator, self.each * units)

    @property
    def _most(self) -> float:
        """Units that reach the cap; more of them count no further, so huge values stay in range."""
        return float(-(-self.denominator // self.each))
