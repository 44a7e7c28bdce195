"""A decision as monitoring sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

__all__ = ["Observation", "newest_of_each"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One decision that a model answered, and what became of the loan where that is known."""

    decision_id: str
    firm_id: str
    product: str
    decided_at: datetime
    as_of: date
    outcome: str
    pd: float
    score: int
    amount: int
    """Yuan asked for."""
    values: Mapping[str, float | None]
    """Every input of the model; empty where the evidence is gone."""
    defaulted: bool | None = None
    """None until the twelve months after drawing are over, and where no loan was drawn."""
    overridden: str | None = None
    """Which way people's newest override in force took it from the machine's answer; None where they left it alone."""


def newest_of_each(observations: Iterable[Observation]) -> list[Observation]:
    """Keep the newest decision of each firm: a firm that asks ten times is one firm, and ten equal rows are no evidence of anything."""
    newest: dict[str, Observation] = {}
    for one in sorted(observations, key=lambda seen: (seen.decided_at, seen.decision_id)):
        newest[one.firm_id] = one
    return list(newest.values())
