"""Everything monitoring finds about one model, and its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from service.monitoring.before_outcomes import estimated
from service.monitoring.coverage import coverage
from service.monitoring.finding import overall
from service.monitoring.monitored import Monitored
from service.monitoring.observation import Observation, newest_of_each
from service.monitoring.overrides import override_outcomes
from service.monitoring.realised import realised, vintages
from service.monitoring.stability import characteristics

__all__ = ["OUTCOMES_SHARE", "OVERRIDES_SHARE", "monitored"]

OUTCOMES_SHARE: Final = 0.2
"""Share of the stated rate of false alarms that is spent on realised against predicted ..."""
OVERRIDES_SHARE: Final = 0.05
"""... and on the outcomes of overrides, all directions together."""


def monitored(
    observations: Sequence[Observation],
    *,
    model: str,
    version: str,
    segment: str,
    bundle: str,
    simulated: bool,
    profile: Mapping[str, Any],
    metrics: Mapping[str, Any],
    rate: float,
) -> Monitored:
    """Look at the decisions of one model: stability, coverage and estimates on the newest of each firm, outcomes on all.

    `profile` and `metrics` are the bundle's reference profile and test metrics.
    """
    firms = newest_of_each(observations)
    rows = [one.values for one in firms]
    mean_pd = profile.get("score", {}).get("mean_pd")
    findings = (
        *characteristics(rows, [one.score for one in firms], profile=profile, rate=rate),
        coverage(rows, profile=profile),
        *estimated([one.pd for one in firms], metrics=metrics, mean_pd=mean_pd),
        realised(observations, level=OUTCOMES_SHARE * rate),
        *override_outcomes(observations, level=OVERRIDES_SHARE * rate),
    )
    return Monitored(
        model=model,
        version=version,
        segment=segment,
        bundle=bundle,
        simulated=simulated,
        decisions=len(observations),
        firms=len(firms),
        rate=rate,
        findings=findings,
        vintages=tuple(vintages(observations)),
        verdict=overall(findings),
    )
