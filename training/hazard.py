"""The discrete-time hazard of a loan book, by year of a loan's life: a pooled logistic regression on the calibrated log odds.

Each loan gives one row for every quarter of a year in which it was at risk to the end, or defaulted; quarters of one year share an
intercept and a slope. P. Allison (1982), Discrete-time methods for the analysis of event histories, Sociological Methodology 13:61-98;
J. Singer, J. Willett (1993), Journal of Educational Statistics 18:155-195. A quarter that a loan leaves without default (repaid, or out of
sight) is left out, whichever way it would have ended.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from training.book import Floats, Spells
from training.bundle.term import TermStructure, YearHazard, multiplier_bp
from training.calibration import Affine, fit_affine

__all__ = ["LEAST_DEFAULTS", "MOST_YEARS", "fit_term_structure"]

LEAST_DEFAULTS: Final = 20
"""A year with fewer is not estimated; the last estimated one then holds for it and all later ones."""
MOST_YEARS: Final = 5
QUARTER: Final = 365 / 4
Z: Final = 1.96


def _quarters(spells: Spells, log_odds: Floats, year: int) -> tuple[Floats, Floats]:
    """Log odds and outcome of every loan-quarter of a year of life."""
    rows, outcomes = [], []
    for quarter in range(4 * (year - 1), 4 * year):
        start, end = quarter * QUARTER, (quarter + 1) * QUARTER
        falls = spells.failed & (spells.days > start) & (spells.days <= end)
        kept = falls | (spells.days > end)
        rows.append(log_odds[kept])
        outcomes.append(falls[kept].astype(np.float64))
    return np.concatenate(rows), np.concatenate(outcomes)


def _years(spells: Spells, log_odds: Floats) -> Iterator[tuple[int, int, int, Affine]]:
    """Year, loans at its start, defaults in it and its regression, up to the first year that is too thin."""
    for year in range(1, MOST_YEARS + 1):
        x, fell = _quarters(spells, log_odds, year)
        defaults = int(fell.sum())
        if defaults < LEAST_DEFAULTS:
            return
        loans = int((spells.days > 365 * (year - 1)).sum())
        yield year, loans, defaults, fit_affine(x, fell.astype(np.int64))


def fit_term_structure(spells: Spells, log_odds: Floats) -> TermStructure | None:
    """Estimate hazards by year of life; None where even the first year has fewer than 20 defaults.

    `log_odds` are calibrated and out of fold. The multipliers compare hazards at their mean; a slope that falls with the years means
    that what is known at the application says less about later years, and loans draw together.
    """
    found = list(_years(spells, log_odds))
    if not found:
        return None
    mean = float(log_odds.mean())
    first, rates = found[0], [one[3].intercept + one[3].slope * mean for one in found]
    years = []
    for (year, loans, defaults, affine), rate in zip(found, rates, strict=True):
        ratio = math.exp(rate - rates[0])
        half = 0.0 if year == 1 else Z * math.sqrt(1 / first[2] + 1 / defaults)
        bounds = (multiplier_bp(ratio * math.exp(sign * half)) for sign in (0, -1, 1))
        said = dict(zip(("multiplier_bp", "low_bp", "high_bp"), bounds, strict=True))
        years.append(YearHazard(year=year, loans=loans, defaults=defaults, intercept=affine.intercept, slope=affine.slope, **said))
    return TermStructure(mean_log_odds=mean, years=tuple(years))
