"""Did people know better? The loans that were lent on other terms than the machine's, held to what its model said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from scipy.stats import beta, binom

from service.monitoring.finding import MOVED, SHORT, STABLE, Finding, Verdict
from service.monitoring.observation import Observation

__all__ = ["DIRECTIONS", "override_outcomes"]

DIRECTIONS: Final = ("up", "down", "level")
"""Better for the firm than the machine's answer, worse, or as good on other terms."""
LEAST: Final = 5.0
"""Expected defaults below which `stable` is not said: too few to have seen that the risk doubled."""


def override_outcomes(observations: Sequence[Observation], *, level: float) -> Iterator[Finding]:
    """One finding a direction: defaults of its ripe loans against the mean PD, exact binomial, two-sided, `level` shared by all three.

    An exact test never alarms more often than its level, so `moved` may be said of few loans; unequal PDs have a smaller spread than the
    binomial, so it errs on the quiet side. Independent defaults are assumed.
    """
    for direction in DIRECTIONS:
        ripe = [one for one in observations if one.overridden == direction and one.defaulted is not None]
        yield _finding(f"overrides {direction}", ripe, level / len(DIRECTIONS))


def _finding(subject: str, ripe: Sequence[Observation], level: float) -> Finding:
    n, predicted, defaults = len(ripe), sum(one.pd for one in ripe), sum(bool(one.defaulted) for one in ripe)
    said: dict[str, Any] = {"subject": subject, "measure": "override outcomes", "n": n, "threshold": level}
    if not n:
        return Finding(**said, value=None, verdict=SHORT)
    mean = predicted / n
    p_value = min(1.0, 2 * min(float(binom.cdf(defaults, n, mean)), float(binom.sf(defaults - 1, n, mean))))
    low, high = (float(beta.ppf(at, defaults + 0.5, n - defaults + 0.5)) for at in (0.025, 0.975))
    told = min(predicted, n - predicted) >= LEAST
    verdict: Verdict = MOVED if p_value < level else STABLE if told else SHORT
    return Finding(**said, value=defaults / n, low=low, high=high, expected=mean, verdict=verdict)
