"""Growth stages: start-up, growth, stable, each with its own weights in a scheme and, for start-ups, its own model.

The cut-offs are a default (illustrative): no source publishes the official ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "GROWTH",
    "STABLE",
    "STABLE_AGE",
    "STABLE_REVENUE",
    "STAGES",
    "STAGES_ZH",
    "START_UP",
    "START_UP_AGE",
    "START_UP_REVENUE",
    "segment_of",
    "stage_of",
]

START_UP_AGE, STABLE_AGE = 5, 10
"""Years: a start-up is at most five, a firm above ten is stable."""
START_UP_REVENUE, STABLE_REVENUE = 20_000_000, 200_000_000
"""Yuan a year: a start-up earns less than the first (or nothing is known), a firm with the second or more is stable."""

STAGES = ("start-up", "growth", "stable")
START_UP, GROWTH, STABLE = range(3)
STAGES_ZH: Mapping[str, str] = MappingProxyType({"start-up": "初创期", "growth": "成长期", "stable": "稳定期"})


def stage_of(growth_stage: float | None) -> str | None:
    """Name the stage of an indicator value 0, 1 or 2; None where the stage is unknown."""
    return None if growth_stage is None else STAGES[int(growth_stage)]


def segment_of(growth_stage: float | None) -> str | None:
    """Name the model segment: start-ups have their own, growth and stable firms share one; None where unknown."""
    stage = stage_of(growth_stage)
    return None if stage is None else "startup" if stage == "start-up" else "growth"
