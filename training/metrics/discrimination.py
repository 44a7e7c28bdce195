"""How well a score ranks: AUC, Gini, KS, PR-AUC. Scores are risks (higher = riskier), targets 1 for default."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata

from training.metrics.interval import Interval

__all__ = ["auc", "gini", "ks", "pr_auc", "univariate_auc"]

Floats = npt.NDArray[np.float64]
Targets = npt.NDArray[np.int64]

Z: Final = float(norm.ppf(0.975))


def auc(target: Targets, risk: Floats) -> Interval:
    """Area under the ROC curve with DeLong's 95 % interval: P(risk of a default > risk of a payer), ties count half.

    E. DeLong, D. DeLong, D. Clarke-Pearson (1988), Biometrics 44:837-845; ranks after X. Sun, W. Xu (2014). Cut at 0 and 1.
    """
    bad, good = risk[target == 1], risk[target == 0]
    ranks = rankdata(np.concatenate([bad, good]))
    over_good = (ranks[: len(bad)] - rankdata(bad)) / len(good)
    over_bad = 1.0 - (ranks[len(bad) :] - rankdata(good)) / len(bad)
    value = float(over_good.mean())
    spread = _variance(over_good) / len(bad) + _variance(over_bad) / len(good)
    half = Z * float(np.sqrt(spread))
    return Interval(value, max(0.0, value - half), min(1.0, value + half), "DeLong")


def _variance(values: Floats) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def gini(target: Targets, risk: Floats) -> Interval:
    """Gini coefficient, 2 * AUC - 1 (accuracy ratio), with the AUC's interval carried over."""
    area = auc(target, risk)
    return Interval(2 * area.value - 1, 2 * area.low - 1, 2 * area.high - 1, area.method)


def _caught(target: Targets, risk: Floats) -> tuple[Floats, Floats]:
    """Defaults and payers at or above each distinct risk, riskiest first."""
    order = np.argsort(risk, kind="stable")[::-1]
    ends = np.flatnonzero(np.diff(risk[order], append=np.nan) != 0)
    defaults = np.cumsum(target[order])[ends].astype(np.float64)
    return defaults, ends + 1.0 - defaults


def ks(target: Targets, risk: Floats) -> float:
    """Kolmogorov-Smirnov distance: the largest gap between the cumulated shares of defaults and of payers."""
    defaults, payers = _caught(target, risk)
    return float(np.abs(defaults / defaults[-1] - payers / payers[-1]).max())


def pr_auc(target: Targets, risk: Floats) -> float:
    """Area under the precision-recall curve as average precision, sum of precision * rise of recall; chance gives the default rate.

    Equal to scikit-learn's `average_precision_score` (a test compares them), without its checks, which a bootstrap would repeat.
    """
    defaults, payers = _caught(target, risk)
    return float(np.sum(np.diff(defaults, prepend=0.0) * defaults / (defaults + payers)) / defaults[-1])


def univariate_auc(target: Targets, values: Floats) -> float:
    """AUC of one column alone whichever way it points, missing values ranked where they separate best; 0.5 is none."""
    sides = (np.nan_to_num(values, nan=bound) for bound in (-np.inf, np.inf))
    areas = [auc(target, side).value for side in sides] if 0 < target.sum() < len(target) else [0.5]
    return max(max(area, 1 - area) for area in areas)
