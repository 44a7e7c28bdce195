"""Performance before outcomes: what the model's own probabilities promise on the applicants it sees now (CBPE).

Confidence-based performance estimation takes every PD at its word: a firm of 3 % is three hundredths of a default. It sees a
change of applicants; it cannot see that the PDs themselves have become wrong - only outcomes can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from service.monitoring.finding import MOVED, SHORT, STABLE, Finding, Verdict

__all__ = ["auc_of", "estimated", "expected_auc", "expected_defaults"]

DRAWS: Final = 300
LEAST: Final = 10.0
"""Expected defaults below which nothing is said."""

Floats = npt.NDArray[np.float64]


def expected_auc(pd: Floats) -> float:
    """Expected pairs in order over expected pairs: sum p_i (1 - p_j) [p_i > p_j, ties half] / sum p_i (1 - p_j), i and j different rows.

    NannyML (2022), Confidence-based performance estimation; the closed form needs no drawing.
    """
    order = np.sort(pd)
    good = np.concatenate([[0.0], np.cumsum(1 - order)])
    below = good[np.searchsorted(order, order, side="left")]
    upto = good[np.searchsorted(order, order, side="right")]
    ties = upto - below - (1 - order)
    ordered = float(np.sum(order * (below + 0.5 * ties)))
    pairs = float(order.sum() * (1 - order).sum() - np.sum(order * (1 - order)))
    return ordered / pairs if pairs > 0 else 0.5


def auc_of(outcome: npt.NDArray[np.bool_], pd: Floats) -> float:
    """AUC of PDs against outcomes, ties half; 0.5 where all ended alike."""
    bad, good = pd[outcome], np.sort(pd[~outcome])
    if not len(bad) or not len(good):
        return 0.5
    return float((np.searchsorted(good, bad, "left") + np.searchsorted(good, bad, "right")).mean() / (2 * len(good)))


def expected_defaults(pd: Floats) -> tuple[float, float, float]:
    """Mean PD, and the bounds within which the default rate falls 19 times in 20 if firms fail independently (Poisson-binomial, normal)."""
    mean, half = float(pd.mean()), 1.959963984540054 * float(np.sqrt(np.sum(pd * (1 - pd)))) / len(pd)
    return mean, max(0.0, mean - half), min(1.0, mean + half)


def estimated(pd: Sequence[float], *, metrics: Mapping[str, Any], mean_pd: float | None, seed: int = 0) -> list[Finding]:
    """Estimate AUC and default rate of the applicants now.

    The AUC has moved where its interval (300 draws of outcomes from the PDs) lies below that of the model's test; the default rate
    where its interval does not hold the mean PD of training.
    """
    values = np.asarray(pd, dtype=np.float64)
    n = len(values)
    if not n or min(values.sum(), n - values.sum()) < LEAST:
        short: dict[str, Any] = {"n": n, "value": None, "threshold": None, "verdict": SHORT}
        return [Finding(subject="AUC", measure="CBPE", **short), Finding(subject="default rate", measure="CBPE", **short)]
    dice = np.random.default_rng(seed)
    draws = [auc_of(dice.random(n) < values, values) for _ in range(DRAWS)]
    low, high = (float(bound) for bound in np.quantile(draws, [0.025, 0.975]))
    before = metrics.get("auc")
    verdict: Verdict = SHORT if before is None else MOVED if high < before["low"] else STABLE
    auc = Finding(
        subject="AUC",
        measure="CBPE",
        n=n,
        value=expected_auc(values),
        threshold=None if before is None else before["low"],
        low=low,
        high=high,
        expected=None if before is None else before["value"],
        verdict=verdict,
    )
    mean, below, above = expected_defaults(values)
    level: Verdict = SHORT if mean_pd is None else STABLE if below <= mean_pd <= above else MOVED
    rate = Finding(
        subject="default rate", measure="CBPE", n=n, value=mean, threshold=None, low=below, high=above, expected=mean_pd, verdict=level
    )
    return [auc, rate]
