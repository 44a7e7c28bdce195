"""Affine calibration of margins (Platt), fitted on out-of-fold margins, with a stated central tendency.

J. Platt (1999), Probabilistic outputs for support vector machines. Affine on purpose: TreeSHAP stays additive through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit

from training.bundle import Calibration
from training.errors import TrainingRefused

__all__ = ["Affine", "calibrate", "fit_affine", "shift_to"]

Floats = npt.NDArray[np.float64]
Targets = npt.NDArray[np.int64]

STEPS: Final = 100
CLOSE: Final = 1e-12
SEARCH: Final = 50.0
"""Log odds searched either side; exp(50) is beyond any default rate."""
RATE_FLOOR: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Affine:
    """log odds = slope * x + intercept, and the standard error of the slope."""

    slope: float
    intercept: float
    slope_error: float


def fit_affine(x: Floats, target: Targets, weight: Floats | None = None) -> Affine:
    """Maximum likelihood of P(target) = expit(slope * x + intercept), by Newton's method on centred x.

    Data that separate perfectly have no maximum: the fit then stops where the curvature vanishes.
    """
    mass = np.ones(len(x)) if weight is None else weight
    centre = float(np.average(x, weights=mass))
    design = np.column_stack([x - centre, np.ones(len(x))])
    found, curvature = np.zeros(2), np.eye(2)
    for _ in range(STEPS):
        p = expit(design @ found)
        curvature = design.T @ (design * (mass * p * (1 - p))[:, None])
        if np.linalg.cond(curvature) > 1 / CLOSE:
            break
        step = np.linalg.solve(curvature, design.T @ (mass * (target - p)))
        found = found + step
        if float(np.abs(step).max()) < CLOSE:
            break
    slope = float(found[0])
    error = float(np.sqrt(np.linalg.pinv(curvature)[0, 0]))
    return Affine(slope, float(found[1]) - slope * centre, error)


def shift_to(log_odds: Floats, rate: float, weight: Floats | None = None) -> float:
    """Give the constant that, added to the log odds, makes the mean PD equal `rate`."""
    aim = min(max(rate, RATE_FLOOR), 1 - RATE_FLOOR)

    def gap(shift: float) -> float:
        return float(np.average(expit(log_odds + shift), weights=weight)) - aim

    return float(brentq(gap, -SEARCH, SEARCH, xtol=CLOSE))


def calibrate(margin: Floats, target: Targets, *, weight: Floats | None = None, central_tendency: float | None = None) -> Calibration:
    """Fit the calibration on out-of-fold margins; a stated central tendency then moves the intercept to that mean PD.

    Raises `TrainingRefused` when the out-of-fold slope is not positive: the features then rank no better than chance.
    """
    fitted = fit_affine(margin, target, weight)
    if fitted.slope <= 0:
        raise TrainingRefused(
            f"out of fold the model ranks no better than chance (calibration slope {fitted.slope:.3f}); "
            "add rows or features that say something"
        )
    observed = float(np.average(target, weights=weight))
    aim = observed if central_tendency is None else central_tendency
    shift = 0.0 if central_tendency is None else shift_to(fitted.slope * margin + fitted.intercept, aim, weight)
    return Calibration(slope=fitted.slope, intercept=fitted.intercept + shift, observed=observed, central_tendency=aim, shift=shift)
