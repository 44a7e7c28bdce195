"""Measures of the staff roll: the latest visible period (`staff_0`) and the one that ended a year before it (`staff_1`)."""

from __future__ import annotations

from features.algebra import Term, both, column, when
from features.measures.spec import Anchor, Measure, Reading, seen

__all__ = ["PEOPLE"]

LATEST_ONLY = (
    "postgraduates",
    "phds",
    "new_graduates",
    "provincial_talents",
    "founder_ventures",
    "founder_years",
    "insured_staff",
)
COMPARED = ("staff", "technical_staff")

period_end, latest = column("period_end"), column("latest_period")
is_latest = period_end.equals(latest)
is_year_before = both(period_end >= latest - 380, period_end <= latest - 350)
"""A year is 350 to 380 days: month ends of other lengths never fall into it, and a changed period end gives unknown."""


def _figure(name: str, lag: int, condition: Term) -> Measure:
    return Measure(f"{name}_{lag}", when(condition, column(name)), "max")


PEOPLE = Reading(
    table="talent",
    known="known_on",
    visible=seen(column("known_on")),
    period="period_end",
    anchors=(Anchor("latest_period", period_end, "max"),),
    measures=(
        *(_figure(name, 0, is_latest) for name in (*COMPARED, *LATEST_ONLY)),
        *(_figure(name, 1, is_year_before) for name in COMPARED),
    ),
)
