"""Realised against predicted: the loans whose twelve months are over, whole and by the quarter they were decided in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from scipy.stats import beta, binom

from service.monitoring.finding import MOVED, SHORT, STABLE, Finding, Verdict
from service.monitoring.monitored import Vintage
from service.monitoring.observation import Observation

__all__ = ["realised", "vintages"]

LEAST: Final = 5.0
"""Expected defaults below which nothing is said."""
LENDS: Final = frozenset({"approve", "counter"})


def vintages(observations: Sequence[Observation]) -> list[Vintage]:
    """Every quarter with decisions, oldest first."""
    quarters: dict[str, list[Observation]] = {}
    for one in observations:
        quarters.setdefault(f"{one.decided_at.year}-Q{(one.decided_at.month + 2) // 3}", []).append(one)
    return [_vintage(quarter, quarters[quarter]) for quarter in sorted(quarters)]


def _vintage(quarter: str, seen: Sequence[Observation]) -> Vintage:
    ripe = [one for one in seen if one.defaulted is not None]
    defaults = sum(bool(one.defaulted) for one in ripe)
    bounds = [float(beta.ppf(at, defaults + 0.5, len(ripe) - defaults + 0.5)) for at in (0.025, 0.975)] if ripe else [None, None]
    return Vintage(
        quarter=quarter,
        n=len(seen),
        offered=sum(one.outcome in LENDS for one in seen),
        mean_pd=sum(one.pd for one in seen) / len(seen),
        mean_score=sum(one.score for one in seen) / len(seen),
        ripe=len(ripe),
        defaults=defaults,
        predicted=sum(one.pd for one in ripe),
        low=bounds[0],
        high=bounds[1],
    )


def realised(observations: Sequence[Observation], *, level: float) -> Finding:
    """Compare the defaults of ripe loans with what was predicted: exact binomial at the mean PD, two-sided.

    Independent defaults are assumed; one bad year makes an alarm likelier than `level` says, and is worth one.
    """
    ripe = [one for one in observations if one.defaulted is not None]
    n, predicted = len(ripe), sum(one.pd for one in ripe)
    if min(predicted, n - predicted) < LEAST:
        return Finding(subject="defaults", measure="realised", n=n, value=None, threshold=level, expected=None, verdict=SHORT)
    defaults, mean = sum(bool(one.defaulted) for one in ripe), predicted / n
    p_value = min(1.0, 2 * min(float(binom.cdf(defaults, n, mean)), float(binom.sf(defaults - 1, n, mean))))
    verdict: Verdict = MOVED if p_value < level else STABLE
    low, high = (float(beta.ppf(at, defaults + 0.5, n - defaults + 0.5)) for at in (0.025, 0.975))
    return Finding(
        subject="defaults",
        measure="realised",
        n=n,
        value=defaults / n,
        threshold=level,
        low=low,
        high=high,
        expected=mean,
        verdict=verdict,
    )
