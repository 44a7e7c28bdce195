"""Terms that several indicator groups share: figures of the latest statement and how amounts are put into 10k yuan."""

from __future__ import annotations

from collections.abc import Iterable

from features.algebra import Term, column, fill, ratio, when

__all__ = [
    "ANNUAL_HORIZON",
    "INVOICE_HORIZON",
    "JULIAN_YEAR",
    "MONTH",
    "RD_CAPITAL",
    "STAFF",
    "TECHNICAL",
    "growth",
    "in_10k",
    "largest",
    "latest",
    "total_known",
]

ANNUAL_HORIZON = 460
"""A year and three months: a statement known last spring is replaced this spring."""
INVOICE_HORIZON = 75
"""Two and a half months: invoices of a month are known early in the next one."""

JULIAN_YEAR = 365.25
"""Days of a year on average."""
MONTH = 30.4375
"""Days of a month on average."""

STAFF, TECHNICAL = column("staff_0"), column("technical_staff_0")


def latest(name: str) -> Term:
    """Give a figure of the latest visible statement, in yuan."""
    return column(f"{name}_0")


def in_10k(yuan: Term) -> Term:
    """Put an amount in yuan into 10k yuan."""
    return yuan / 10_000


def growth(now: Term, before: Term) -> Term:
    """Give the relative change; unknown unless the earlier value is above zero."""
    return ratio(now - before, before)


def total_known(terms: Iterable[Term]) -> Term:
    """Add up, left to right; the first must be known, an unknown later one adds nothing."""
    first, *rest = terms
    for term in rest:
        first = first + fill(term, 0.0)
    return first


def largest(first: Term, *rest: Term) -> Term:
    """Give the greatest; the first must be known, unknown others are passed over."""
    for term in rest:
        first = when(term > first, term, first)
    return first


RD_CAPITAL = total_known(column(f"rd_expense_{lag}") * weight for lag, weight in enumerate((1.0, 0.85, 0.7225, 0.614125, 0.52200625)))
"""R&D capital in yuan: five years of R&D expense, each year 15 % less (perpetual inventory)."""
