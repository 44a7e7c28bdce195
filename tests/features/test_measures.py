"""How tables are read: windows in days that tell months apart, marks, and what each measure needs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from features.algebra import column, columns_of, text_of
from features.measures import READINGS, Reading, measures_of
from features.measures.billing import QUARTER, TWO_YEARS, YEAR
from features.measures.people import is_year_before
from features.tables import TABLES

MONTHS = [date(year, month, 1) for year in range(1996, 2105) for month in range(1, 13)]
EVERY = pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)


@pytest.mark.parametrize(("months", "days"), [(3, QUARTER), (12, YEAR), (24, TWO_YEARS)])
def test_days_back_tell_the_months_of_a_window_from_those_before(months: int, days: int) -> None:
    """Whatever month is the latest, leap years and 2100 included, exactly the window's months lie within the days."""
    for last in range(months, len(MONTHS)):
        assert (MONTHS[last] - MONTHS[last - months + 1]).days < days <= (MONTHS[last] - MONTHS[last - months]).days


def test_a_year_before_is_a_year_before_at_every_month_end() -> None:
    """Of month ends only the one twelve months back lies 350 to 380 days before."""
    assert text_of(is_year_before) == "((period_end >= (latest_period - 380)) & (period_end <= (latest_period - 350)))"
    ends = [day - timedelta(days=1) for day in MONTHS]
    for last in range(14, len(ends)):
        assert [back for back in range(15) if 350 <= (ends[last] - ends[last - back]).days <= 380] == [12]


@EVERY
def test_a_reading_names_only_columns_of_its_table(reading: Reading) -> None:
    """Marks read the table, anchors may read marks and earlier anchors, measures all of them."""
    known = {c.name for c in TABLES[reading.table].columns} | {"as_of"}
    assert set(columns_of(reading.visible, *(m.value for m in reading.marks))) <= known
    known |= {m.name for m in reading.marks}
    for anchor in reading.anchors:
        assert set(columns_of(anchor.value)) <= known
        known.add(anchor.name)
    assert set(columns_of(*(m.value for m in reading.measures))) <= known


def test_measure_names_are_unique() -> None:
    """A formula names a measure without its table."""
    names = [m.name for r in READINGS.values() for m in r.measures]
    assert len(names) == len(set(names))


def test_only_what_a_measure_needs_is_read() -> None:
    """Columns, marks and anchors that no chosen measure reads are left alone."""
    months = READINGS["invoices"]
    active = next(m for m in months.measures if m.name == "invoice_months_active")
    assert [a.name for a in months.anchors_for([active])] == ["latest_month"]
    assert months.columns_for([active]) == ("firm_id", "known_on", "month", "issued_amount")
    stock = next(m for m in READINGS["patents"].measures if m.name == "patent_stock")
    assert [m.name for m in READINGS["patents"].marks_for([stock])] == ["class1", "alive", "age"]


def test_tables_that_no_formula_reads_are_not_there() -> None:
    """Grouping by table drops the empty ones."""
    assert {t: [m.name for m in ms] for t, ms in measures_of([column("patent_stock") + column("cash_0")]).items()} == {
        "financials": ["cash_0"],
        "patents": ["patent_stock"],
    }
