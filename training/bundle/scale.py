"""The credit score scale: margins to log odds, PD, integer scores and integer contributions that sum exactly.

With calibration (a, b) and the expected margin m0 of the training book::

    log_odds = a * m + b                            log odds of default
    pd       = 1 / (1 + exp(-log_odds))
    score    = base - (PDO / ln 2) * a * (m - m0)   higher is safer; PDO points double the odds of paying back

An affine calibration keeps TreeSHAP additive, so ``-(PDO / ln 2) * a * phi_i`` are the score points of feature i and they
sum to ``score - base``. The only transcendental is the `exp` of the PD (`math.exp`, not NumPy's, whose vector variants differ
between processors); scores and contributions use products and sums alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from training.bundle.native import Floats

__all__ = ["BASE_SCORE", "PDO", "RESIDUAL_TOLERANCE", "Integers", "Scale", "default_probability", "round_half_up", "split_points"]

Integers = npt.NDArray[np.int64]

BASE_SCORE: Final = 600
"""Score of the average applicant of the training book (its expected margin)."""
PDO: Final = 20
"""Points that double the odds."""
LN2: Final = 0.6931471805599453
RESIDUAL_TOLERANCE: Final = 1e-6
"""Score points; a larger gap between a score and its explanation refers the case."""


def default_probability(log_odds: float) -> float:
    """PD of one log odds of default, without overflow at either end."""
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1.0 + odds)


def round_half_up(values: Floats) -> Integers:
    """Nearest integer, halves towards plus infinity (unlike NumPy's banker's rounding)."""
    return np.floor(values + 0.5).astype(np.int64)


def split_points(exact: Floats, totals: Integers) -> Integers:
    """Round every row of `exact` (n, k) so that it sums to `totals` (n,): the largest-remainder method.

    Ties go to the feature that comes first in the schema, so the split is one and the same everywhere. A total far from the
    row's sum (a damaged explanation) is spread evenly before the remainders decide; the residual reports it.
    """
    floors = np.floor(exact)
    rests = totals - floors.sum(axis=1).astype(np.int64)
    told: npt.NDArray[np.bool_] = (exact != 0).any(axis=0)
    if ((rests < 0) | (rests > (exact != floors).sum(axis=1))).any():
        told[:] = True  # a damaged row; otherwise a feature that says nothing of any row is never raised, and need not be sorted
    whole = np.zeros(exact.shape, dtype=np.int64)
    if told.any():
        whole[:, told] = _raised(exact[:, told], floors[:, told], rests)
    return whole


def _raised(exact: Floats, floors: Floats, rests: Integers) -> Integers:
    """Add the rests of rows to their floors, one each to those with the largest remainders."""
    largest_first = np.argsort(floors - exact, axis=1, kind="stable")
    each, extra = np.divmod(rests, exact.shape[1])
    raised = np.zeros(exact.shape, dtype=np.bool_)
    np.put_along_axis(raised, largest_first, np.arange(exact.shape[1]) < extra[:, None], axis=1)
    whole: Integers = floors.astype(np.int64) + each[:, None] + raised
    return whole


@dataclass(frozen=True, slots=True)
class Scale:
    """The affine path from a margin to log odds and score points."""

    slope: float
    """a > 0 of the calibration."""
    intercept: float
    """b of the calibration, central tendency included."""
    expected_margin: float
    """m0, where the base score sits."""
    base: int = BASE_SCORE
    pdo: int = PDO

    @property
    def points_per_margin(self) -> float:
        """Score points one unit of margin takes away."""
        return self.pdo / LN2 * self.slope

    def log_odds(self, margin: Floats) -> Floats:
        """Calibrated log odds of default, shape as `margin`."""
        return self.slope * margin + self.intercept

    def exact_score(self, margin: Floats) -> Floats:
        """The score before rounding."""
        return self.base - self.points_per_margin * (margin - self.expected_margin)

    def exact_points(self, contributions: Floats) -> Floats:
        """Score points of margin contributions before rounding; positive speaks for the applicant."""
        return 0.0 - self.points_per_margin * contributions
