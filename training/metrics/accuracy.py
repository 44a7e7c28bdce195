"""How true the probabilities are: Brier, log loss, expected calibration error, calibration slope and intercept."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from training.calibration import fit_affine, shift_to
from training.metrics.interval import Interval

__all__ = ["BINS", "brier", "calibration_intercept", "calibration_slope", "ece", "log_loss"]

Floats = npt.NDArray[np.float64]
Targets = npt.NDArray[np.int64]

BINS: Final = 10
Z: Final = float(norm.ppf(0.975))
TINY: Final = 1e-15


def _mean_interval(losses: Floats) -> Interval:
    half = Z * float(losses.std(ddof=1)) / float(np.sqrt(len(losses)))
    value = float(losses.mean())
    return Interval(value, value - half, value + half, "normal")


def brier(target: Targets, pd: Floats) -> Interval:
    """Brier score, mean of (pd - target)^2; lower is better. G. Brier (1950), Monthly Weather Review 78:1-3."""
    return _mean_interval((pd - target) ** 2)


def log_loss(target: Targets, pd: Floats) -> Interval:
    """Logarithmic loss, mean of -ln(probability given to what happened); PDs are cut at 1e-15."""
    kept = np.clip(np.where(target == 1, pd, 1 - pd), TINY, 1.0)
    return _mean_interval(-np.log(kept))


def ece(target: Targets, pd: Floats) -> float:
    """Expected calibration error over ten bins of equal mass: sum of share * |default rate - mean PD|.

    M. Naeini, G. Cooper, M. Hauskrecht (2015), AAAI; equal-mass bins after K. Nguyen and B. O'Connor (2015). Biased upwards on
    few rows: noise alone gives about sqrt(2 p (1 - p) bins / (pi n)).
    """
    order = np.argsort(pd, kind="stable")
    bins = [part for part in np.array_split(order, BINS) if len(part)]
    return float(sum(len(part) * abs(target[part].mean() - pd[part].mean()) for part in bins) / len(pd))


def calibration_slope(target: Targets, log_odds: Floats) -> Interval:
    """Slope of a logistic regression of the target on the log odds: 1 is right, below 1 overconfident.

    D. Cox (1958), Biometrika 45:562-565; the interval is Wald's.
    """
    fitted = fit_affine(log_odds, target)
    half = Z * fitted.slope_error
    return Interval(fitted.slope, fitted.slope - half, fitted.slope + half, "Wald")


def calibration_intercept(target: Targets, log_odds: Floats) -> Interval:
    """Calibration in the large: the constant to add to the log odds (slope kept at 1) to meet the default rate.

    Above 0, the model understates risk. E. Steyerberg (2009), Clinical Prediction Models, ch. 15; the interval is Wald's.
    """
    value = shift_to(log_odds, float(target.mean()))
    pd = 1 / (1 + np.exp(-(log_odds + value)))
    half = Z / float(np.sqrt(np.sum(pd * (1 - pd))))
    return Interval(value, value - half, value + half, "Wald")
