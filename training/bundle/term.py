"""The term structure of default that a bundle carries: how the hazard of later years stands to that of the first.

The PD of the first year is the model's own. Year k has ``H_k = H_1 * odds_k(x) / odds_1(x)``, where
``odds_k(x) = exp(intercept_k + slope_k * x)``, with x the calibrated log odds and ``H_1 = -ln(1 - pd)``.
In a quarter the hazard of a loan is so small that odds and rate agree.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from training.bundle.native import Floats

__all__ = ["TermStructure", "YearHazard"]

WHOLE: Final = 10_000
STEEPEST: Final = 10.0
"""A log ratio of hazards is held within this, far beyond any loan book, so that no case overflows."""


class Part(BaseModel):
    """Frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class YearHazard(Part):
    """What the book says of one year of a loan's life."""

    year: int = Field(ge=1)
    loans: int
    """At risk when the year began."""
    defaults: int
    intercept: float
    slope: float
    """Log odds of default in a quarter of that year: intercept + slope * calibrated log odds."""
    multiplier_bp: int = Field(ge=0)
    """Hazard of the year against the first at the book's mean log odds, basis points; the first is 10,000."""
    low_bp: int
    high_bp: int
    """Its 95 % interval: each log rate has the standard error 1 / sqrt(defaults)."""


class TermStructure(Part):
    """Hazards of year 1, 2, ...; the last holds for all later years."""

    mean_log_odds: float
    years: tuple[YearHazard, ...] = Field(min_length=1)

    @property
    def multipliers_bp(self) -> tuple[int, ...]:
        """As a policy's `hazards` takes them, in basis points."""
        return tuple(year.multiplier_bp for year in self.years)

    def hazards_bp(self, log_odds: float) -> tuple[int, ...]:
        """Hazard of year 1, 2, ... of one case against its own first year, basis points; the first is 10,000. What a price takes."""
        one = self.years[0]
        steps = (year.intercept - one.intercept + (year.slope - one.slope) * log_odds for year in self.years)
        return tuple(multiplier_bp(math.exp(max(-STEEPEST, min(STEEPEST, step)))) for step in steps)

    def cumulative(self, log_odds: Floats, pd: Floats, years: int) -> Floats:
        """Probability of default by the end of year 1 to `years`, shape (n, years); the first column is the PD itself."""
        first = -np.log1p(-np.minimum(pd, 1 - 1e-12))
        steps = [first * self._ratio(log_odds, min(year, len(self.years)) - 1) for year in range(1, years + 1)]
        found: Floats = -np.expm1(-np.cumsum(np.column_stack(steps), axis=1))
        return found

    def _ratio(self, log_odds: Floats, position: int) -> Floats:
        one, other = self.years[0], self.years[position]
        ratio: Floats = np.exp(other.intercept - one.intercept + (other.slope - one.slope) * log_odds)
        return ratio


def multiplier_bp(ratio: float) -> int:
    """A ratio of hazards in whole basis points."""
    return math.floor(WHOLE * ratio + 0.5)
