"""Measures of yearly statements: each figure of the latest visible year and of the years before it (`revenue_0`, `revenue_1` ...).

A lag is a difference of calendar years, so a year without a visible statement is unknown, not skipped.
"""

from __future__ import annotations

from collections.abc import Mapping

from features.algebra import column, when
from features.measures.spec import Anchor, Measure, Reading, seen

__all__ = ["STATEMENTS"]

YEARS: Mapping[str, int] = {
    "revenue": 3,
    "rd_expense": 5,
    "hightech_revenue": 1,
    "rd_tax_relief": 1,
    "total_cost": 1,
    "net_profit": 2,
    "total_assets": 1,
    "net_assets": 1,
    "total_debt": 2,
    "cash": 1,
    "current_assets": 1,
    "current_liabilities": 1,
    "operating_cash_flow": 1,
}
"""How many years of each figure are measured, the latest included."""

year, latest = column("year"), column("latest_year")


def _figure(name: str, lag: int) -> Measure:
    return Measure(f"{name}_{lag}", when(year.equals(latest - lag), column(name)), "max")


STATEMENTS = Reading(
    table="financials",
    known="known_on",
    visible=seen(column("known_on")),
    period="year",
    anchors=(Anchor("latest_year", year, "max"),),
    measures=tuple(_figure(name, lag) for name, years in YEARS.items() for lag in range(years)),
)
