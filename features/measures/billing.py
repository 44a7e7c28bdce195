"""Measures of VAT invoices: the 3, 12 and 24 months that end with the latest visible month.

`month` is a month's first day, so the number of days back tells months apart without a calendar: the first day of the
month k months back lies between the bounds of k - 1 and k + 1 for every k used here.
"""

from __future__ import annotations

from features.algebra import Term, absolute, both, column, when
from features.measures.spec import Anchor, Reading, count, seen, sum_of

__all__ = ["BILLING"]

QUARTER, YEAR, TWO_YEARS = 75, 350, 715
"""Days back: less than 75 is 0 to 2 months back, less than 350 is 0 to 11, less than 715 is 0 to 23."""

month, latest = column("month"), column("latest_month")
issued, received, voided = column("issued_amount"), column("received_amount"), column("voided_share")
buyers, top2 = column("buyers"), column("top2_buyer_share")
in_year = month > latest - YEAR
in_quarter = month > latest - QUARTER
year_before = both(month > latest - TWO_YEARS, month <= latest - YEAR)
months_12m, issued_12m = column("year_months"), column("year_issued")
both_ways = both(in_year, received >= 0)


def _distance() -> Term:
    """Give a month's distance from the year's mean times the number of months, to stay in whole numbers."""
    return absolute(issued * months_12m - issued_12m)


BILLING = Reading(
    table="invoices",
    known="known_on",
    visible=seen(column("known_on")),
    period="month",
    anchors=(
        Anchor("latest_month", month, "max"),
        Anchor("year_months", when(in_year, 1, 0), "sum"),
        Anchor("year_issued", when(in_year, issued, 0), "sum"),
    ),
    measures=(
        count("invoice_months", in_year),
        count("invoice_months_before", year_before),
        count("invoice_months_quarter", in_quarter),
        count("invoice_months_active", both(in_year, issued > 0)),
        sum_of("invoiced", issued, in_year),
        sum_of("invoiced_before", issued, year_before),
        sum_of("invoiced_quarter", issued, in_quarter),
        sum_of("invoice_distance", _distance(), in_year),
        sum_of("voided", voided * issued, in_year),
        sum_of("voided_base", issued, both(in_year, voided >= 0)),
        sum_of("top2", top2 * issued, in_year),
        sum_of("top2_base", issued, both(in_year, top2 >= 0)),
        sum_of("received", received, both_ways),
        sum_of("received_base", issued, both_ways),
        sum_of("buyers", buyers, in_year),
        count("buyer_months", both(in_year, buyers >= 0)),
    ),
)
