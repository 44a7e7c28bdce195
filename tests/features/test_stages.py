"""Growth stages at their cut-offs."""

from __future__ import annotations

import math

import pytest

from features.algebra import as_function
from features.indicators import CATALOGUE
from features.stages import segment_of, stage_of

STAGE = as_function(CATALOGUE["growth_stage"].formula)
FIVE_YEARS, TEN_YEARS = 1826, 3652


@pytest.mark.parametrize(
    ("days", "revenue", "stage"),
    [
        (FIVE_YEARS, 19_999_999, "start-up"),
        (FIVE_YEARS, None, "start-up"),
        (FIVE_YEARS, 20_000_000, "growth"),
        (FIVE_YEARS + 1, 1_000_000, "growth"),
        (FIVE_YEARS + 1, None, "growth"),
        (TEN_YEARS, 199_999_999, "growth"),
        (TEN_YEARS + 1, 1_000_000, "stable"),
        (TEN_YEARS + 1, None, "stable"),
        (365, 200_000_000, "stable"),
        (None, None, None),
        (None, 1_000_000, None),
    ],
)
def test_age_and_revenue_set_the_stage(days: int | None, revenue: int | None, stage: str | None) -> None:
    """Up to five years below 20 m yuan (or unknown) is a start-up; above ten years or from 200 m yuan is stable; the rest grows."""
    founded = math.nan if days is None else 20_000.0 - days
    value = STAGE({"as_of": 20_000.0, "founded_on": founded, "revenue_0": math.nan if revenue is None else float(revenue)})
    assert stage_of(value) == stage


@pytest.mark.parametrize(("value", "segment"), [(0.0, "startup"), (1.0, "growth"), (2.0, "growth"), (None, None)])
def test_start_ups_have_their_own_model(value: float | None, segment: str | None) -> None:
    """Growth and stable firms share the second one."""
    assert segment_of(value) == segment
