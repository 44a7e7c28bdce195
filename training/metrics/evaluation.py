"""Every metric of a model on a set of rows, with n, defaults and intervals, and by segment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from training.metrics.accuracy import brier, calibration_intercept, calibration_slope, ece, log_loss
from training.metrics.discrimination import auc, gini, ks, pr_auc
from training.metrics.interval import Interval

__all__ = ["MIN_EACH", "REPLICATES", "Evaluation", "evaluate", "evaluate_by"]

Floats = npt.NDArray[np.float64]
Targets = npt.NDArray[np.int64]

REPLICATES: Final = 200
"""Bootstrap replicates behind the intervals of KS, PR-AUC and ECE."""
MIN_EACH: Final = 10
"""Fewer defaults or fewer payers than this: counts are reported, metrics are not."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics of one set of rows; `metrics` is empty where there were too few of either outcome."""

    n: int
    defaults: int
    mean_pd: float
    metrics: Mapping[str, Interval] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form."""
        measured = {name: value.to_dict() for name, value in self.metrics.items()}
        return {"n": self.n, "defaults": self.defaults, "mean_pd": round(self.mean_pd, 6), "metrics": measured}


def _bootstrap(
    measures: Mapping[str, tuple[Callable[[Targets, Floats], float], Floats]], target: Targets, seed: int
) -> dict[str, Interval]:
    """Stratified percentile intervals, moved by the bootstrap's own bias: resampling adds noise that KS and ECE count as signal.

    Rows come sorted by risk and are drawn in order, so that every measure's own sort finds its work done.
    """
    dice = np.random.default_rng(seed)
    bad, good = np.flatnonzero(target == 1), np.flatnonzero(target == 0)
    draws: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(REPLICATES):
        rows = np.sort(np.concatenate([dice.choice(bad, len(bad)), dice.choice(good, len(good))]))
        for name, (measure, values) in measures.items():
            draws[name].append(measure(target[rows], values[rows]))
    return {name: _centred(measure(target, values), draws[name]) for name, (measure, values) in measures.items()}


def _centred(value: float, draws: Sequence[float]) -> Interval:
    low, high = np.quantile(draws, [0.025, 0.975]) - (np.median(draws) - value)
    return Interval(value, max(0.0, float(low)), min(1.0, float(high)), "bootstrap")


def evaluate(target: Targets, log_odds: Floats, *, seed: int = 0) -> Evaluation:
    """Measure calibrated log odds of default against what happened (1 = default); rows are unweighted."""
    pd = 1 / (1 + np.exp(-log_odds))
    n, defaults = len(target), int(target.sum())
    if min(defaults, n - defaults) < MIN_EACH:
        return Evaluation(n, defaults, float(pd.mean()) if n else float("nan"))
    order = np.argsort(log_odds, kind="stable")
    ranked, sure = log_odds[order], pd[order]
    resampled = _bootstrap({"ks": (ks, ranked), "pr_auc": (pr_auc, ranked), "ece": (ece, sure)}, target[order], seed)
    measured = {
        "auc": auc(target, log_odds),
        "gini": gini(target, log_odds),
        "brier": brier(target, pd),
        "log_loss": log_loss(target, pd),
        "calibration_slope": calibration_slope(target, log_odds),
        "calibration_intercept": calibration_intercept(target, log_odds),
    }
    return Evaluation(n, defaults, float(pd.mean()), measured | resampled)


def evaluate_by(labels: Sequence[str], target: Targets, log_odds: Floats, *, seed: int = 0) -> dict[str, Evaluation]:
    """Evaluate each group of rows apart, groups in order of name."""
    groups = np.asarray(labels)
    return {str(name): evaluate(target[groups == name], log_odds[groups == name], seed=seed) for name in np.unique(groups)}
