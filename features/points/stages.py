"""Which stage of a scheme a firm is in: the first whose conditions all hold; unknown values give the default stage."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from features.points.parts import Condition
from features.points.scheme import Scheme
from features.points.shares import Floats, Integers

__all__ = ["UNKNOWN", "is_missing", "stage_of", "stages_of"]

UNKNOWN = "stage-unknown"


def is_missing(value: float | None) -> bool:
    """Is the value unknown? None and NaN are."""
    return value is None or value != value  # noqa: PLR0124 - NaN is the one value that differs from itself


def stage_of(scheme: Scheme, values: Mapping[str, float | None]) -> tuple[int, str | None]:
    """Give the index of the firm's stage and the note "stage-unknown" where a value that decides it is unknown."""
    *conditional, _ = scheme.stages
    for index, stage in enumerate(conditional):
        asked = [(condition, values[condition.indicator]) for condition in stage.when]
        if any(is_missing(value) for _, value in asked):
            return _default(scheme), UNKNOWN
        if all(_holds(condition, value) for condition, value in asked if value is not None):
            return index, None
    return len(conditional), None


def _default(scheme: Scheme) -> int:
    return [stage.id for stage in scheme.stages].index(scheme.stage_if_unknown)


def _holds(condition: Condition, value: float) -> bool:
    above = condition.at_least is None or value >= condition.at_least
    return above and (condition.below is None or value < condition.below)


def stages_of(scheme: Scheme, columns: Mapping[str, Floats], rows: int) -> Integers:
    """Give the index of the stage of each row; NaN is unknown."""
    chosen = np.full(rows, -1, dtype=np.int64)
    for index, stage in enumerate(scheme.stages):
        holds = np.ones(rows, dtype=bool)
        unknown = np.zeros(rows, dtype=bool)
        for condition in stage.when:
            value = columns[condition.indicator]
            unknown |= np.isnan(value)
            holds &= (value >= condition.at_least) if condition.at_least is not None else True
            holds &= (value < condition.below) if condition.below is not None else True
        chosen[(chosen == -1) & unknown] = _default(scheme)
        chosen[(chosen == -1) & holds] = index
    return chosen
