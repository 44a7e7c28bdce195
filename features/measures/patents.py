"""Measures of intellectual property.

A right counts from its publication, a grant, lapse, purchase or pledge from its own day. A right bought from another
owner is never the firm's own filing. Software copyrights are registered, not granted, so they are rights once visible.
"""

from __future__ import annotations

from features.algebra import Term, absent, both, column, either, fill, one_of, starts, when
from features.measures.spec import AS_OF, YEAR, Mark, Measure, Reading, any_of, count, newest, seen, sum_of, within

__all__ = ["IPC_SECTIONS", "PATENTS", "STOCK_UNIT"]

STOCK_UNIT = 1_000_000
IPC_SECTIONS = "ABCDEFGH"
DEPRECIATION_YEARS = 10

kind, filed, published = column("kind"), column("filed_on"), column("published_on")
granted_on, lapsed, acquired, pledged = column("granted_on"), column("lapsed_on"), column("acquired_on"), column("pledged_on")
citations, claims, ipc, main_business = column("citations_3y"), column("claims"), column("ipc"), column("main_business")

is_own = either(absent(acquired), acquired > AS_OF)
MARKS = (
    Mark("class1", one_of(kind, "invention", "pct")),
    Mark("class2", one_of(kind, "utility", "design", "software")),
    Mark("granted", seen(granted_on)),
    Mark("a_right", either(seen(granted_on), kind.equals("software"))),
    Mark("alive", either(absent(lapsed), lapsed > AS_OF)),
    Mark("own", is_own),
    Mark("recent", both(is_own, within(filed, 3 * YEAR))),
    Mark("relevant", fill(main_business, True)),  # noqa: FBT003 - unknown relevance counts as relevant
    Mark("age", AS_OF - filed),
)
class1, class2, granted, a_right, alive, own, recent, relevant, age = (column(mark.name) for mark in MARKS)
invention = kind.equals("invention")
cited = both(class1, published + 3 * YEAR <= AS_OF, citations >= 0)
examined = both(invention, own, age >= 3 * YEAR)


def _weight() -> Term:
    """Weigh a right in millionths: 15 % less for each whole year since filing, from the tenth year on unchanged."""
    weight: Term | int = round(STOCK_UNIT * 0.85**DEPRECIATION_YEARS)
    for years in range(DEPRECIATION_YEARS, 0, -1):
        weight = when(age < years * YEAR, round(STOCK_UNIT * 0.85 ** (years - 1)), weight)
    assert isinstance(weight, Term)
    return weight


def _sections() -> tuple[Measure, ...]:
    return tuple(any_of(f"ipc_{s.lower()}", both(alive, starts(ipc, s))) for s in IPC_SECTIONS)


PATENTS = Reading(
    table="patents",
    known="published_on",
    visible=seen(published),
    register=True,
    marks=MARKS,
    measures=(
        count("inventions_filed_3y", both(invention, recent, relevant)),
        count("pct_filed_3y", both(kind.equals("pct"), recent, relevant)),
        count("class2_filed_3y", both(class2, recent)),
        count("filed_3y", recent),
        count("filed_1y", both(own, within(filed, YEAR))),
        count("class1_rights", both(class1, granted, alive)),
        count("class2_rights", both(class2, a_right, alive)),
        count("software_rights", both(kind.equals("software"), alive)),
        count("rights_alive", both(a_right, alive)),
        count("rights_ever", a_right),
        count("rights_lapsed", both(a_right, seen(lapsed))),
        count("bought_rights", both(a_right, alive, seen(acquired))),
        count("pledged_rights", both(a_right, alive, seen(pledged))),
        count("inventions_examined", examined),
        count("inventions_granted", both(examined, granted)),
        count("class1_cited", cited),
        sum_of("citations", citations, cited),
        count("class1_with_claims", both(class1, claims >= 0)),
        sum_of("claims", claims, class1),
        count("relevance_known", either(main_business, main_business.equals(other=False))),
        count("relevance_main", main_business),
        sum_of("patent_stock", _weight(), both(class1, alive)),
        newest("last_filed_on", filed, own),
        *_sections(),
    ),
)
