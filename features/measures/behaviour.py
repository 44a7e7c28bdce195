"""Measures of how the firm behaved: public-credit records and earlier loans.

A loan is read from the day after its application: the application that is being decided never counts as history.
"""

from __future__ import annotations

from collections.abc import Mapping

from features.algebra import absent, both, column, either, fill, one_of, when
from features.measures.spec import AS_OF, YEAR, Measure, Reading, count, newest, seen, sum_of, within
from features.vocabulary import GuaranteeProgramme

__all__ = ["CONDUCT", "GUARANTEED", "GUARANTEE_UNKNOWN", "LOANS"]

kind, amount, happened, cleared = column("kind"), column("amount"), column("happened_on"), column("cleared_on")
drawn, overdue, default, closed = column("drawn_on"), column("overdue_on"), column("default_on"), column("closed_on")
is_open = either(absent(cleared), cleared > AS_OF)
is_running = both(seen(drawn), either(absent(closed), closed > AS_OF))
never_late = both(either(absent(overdue), overdue > AS_OF), either(absent(default), default > AS_OF))

programme = fill(column("programme"), "unknown")
covered = when(absent(column("guaranteed")), amount, column("guaranteed"))
"""A programme stands behind the whole loan unless its part is on record."""

GUARANTEED: Mapping[str, str] = {
    word.value: f"guaranteed_{word.value.replace('-', '_')}" for word in GuaranteeProgramme if word is not GuaranteeProgramme.NONE
}
"""By programme, the measure of what it guarantees of the loans running, yuan."""
GUARANTEE_UNKNOWN = "guarantee_unknown"
"""Loans running of which nobody says whether a programme stands behind them, yuan."""


def _guaranteed(word: str, name: str) -> Measure:
    return sum_of(name, covered, both(is_running, programme.equals(word)))


CONDUCT = Reading(
    table="conduct",
    known="known_on",
    visible=seen(column("known_on")),
    register=True,
    measures=(
        count("records_3y", within(happened, 3 * YEAR)),
        count("open_records", is_open),
        count("cleared_records", seen(cleared)),
        count("penalties_2y", both(kind.equals("penalty"), within(happened, 2 * YEAR))),
        count("lawsuits_2y", both(kind.equals("lawsuit"), within(happened, 2 * YEAR))),
        count("listings_open", both(one_of(kind, "abnormal-list", "dishonesty-list"), is_open)),
        count("arrears_open", both(kind.equals("tax-arrears"), is_open)),
        sum_of("open_amount", amount, is_open),
        newest("last_record_on", happened, seen(happened)),
    ),
)

LOANS = Reading(
    table="loans",
    known="applied_on",
    visible=column("applied_on") < AS_OF,
    register=True,
    measures=(
        count("loans_repaid_clean", both(seen(drawn), seen(closed), never_late)),
        count("loans_overdue_2y", both(seen(drawn), within(overdue, 2 * YEAR))),
        count("loans_defaulted", both(seen(drawn), seen(default))),
        sum_of("loans_running", amount, is_running),
        *(_guaranteed(word, name) for word, name in GUARANTEED.items()),
        sum_of(GUARANTEE_UNKNOWN, amount, both(is_running, programme.equals("unknown"))),
    ),
)
