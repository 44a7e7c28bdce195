"""Five-class status from days past due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import DecisionError
from service.domain.finance.five_class import LoanClass, class_of_loan, observed_until

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("days", "status"),
    [
        (0, LoanClass.NORMAL),
        (1, LoanClass.SPECIAL_MENTION),
        (90, LoanClass.SPECIAL_MENTION),
        (91, LoanClass.SUBSTANDARD),
        (270, LoanClass.SUBSTANDARD),
        (271, LoanClass.DOUBTFUL),
        (360, LoanClass.DOUBTFUL),
        (361, LoanClass.LOSS),
    ],
)
def test_days_past_due_give_the_class(days, status):
    """More than 90, 270 and 360 days: the bound itself still belongs to the better class."""
    assert class_of_loan(days, as_of=TODAY) is status


@pytest.mark.parametrize(
    ("restructured_on", "status"),
    [
        (date(2025, 11, 23), LoanClass.SPECIAL_MENTION),
        (date(2025, 11, 22), LoanClass.NORMAL),
        (TODAY, LoanClass.SPECIAL_MENTION),
        (TODAY + timedelta(days=1), LoanClass.NORMAL),
    ],
)
def test_a_restructured_loan_is_observed_for_a_year(restructured_on, status):
    """The anniversary included; what is restructured tomorrow is not known today."""
    assert class_of_loan(0, as_of=TODAY, restructured_on=restructured_on) is status


def test_under_observation_a_loan_is_not_better_than_before():
    """A doubtful loan stays doubtful however well it is paid, and falls further with the days."""
    restructured = {"as_of": TODAY, "restructured_on": date(2026, 6, 1), "class_before": LoanClass.DOUBTFUL}
    assert class_of_loan(0, **restructured) is LoanClass.DOUBTFUL
    assert class_of_loan(400, **restructured) is LoanClass.LOSS


def test_non_performing_begins_at_substandard():
    """The three worst of five."""
    assert [status for status in LoanClass if status.is_non_performing] == [LoanClass.SUBSTANDARD, LoanClass.DOUBTFUL, LoanClass.LOSS]


def test_a_loan_restructured_on_a_leap_day_is_observed_to_the_end_of_february():
    """Twelve months, clipped to the month."""
    assert observed_until(date(2028, 2, 29)) == date(2029, 2, 28)


@given(st.integers(0, 2000), st.integers(0, 2000), st.none() | st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.sampled_from(LoanClass))
def test_more_days_past_due_never_give_a_better_class(first, second, restructured_on, before):
    """Restructured or not; and a restructuring never improves the class."""
    fewer, more = (
        class_of_loan(days, as_of=TODAY, restructured_on=restructured_on, class_before=before) for days in sorted((first, second))
    )
    assert fewer.rank <= more.rank
    assert fewer.rank >= class_of_loan(min(first, second), as_of=TODAY).rank


def test_days_are_counted_from_zero():
    """A loan paid early is not past due by minus one day."""
    with pytest.raises(DecisionError, match="days_past_due = -1"):
        class_of_loan(-1, as_of=TODAY)
