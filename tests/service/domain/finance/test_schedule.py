"""Repayment schedules, by hand and for every loan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import DecisionError
from service.domain.finance.schedule import Repayment, Schedule, add_months, balances_of, principals_of, schedule_of

loans = st.fixed_dictionaries(
    {
        "amount": st.integers(1, 50_000_000),
        "rate_bp": st.integers(0, 2400),
        "term_months": st.integers(1, 60),
        "drawn_on": st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    }
)
kinds = st.sampled_from(Repayment)


def lines(schedule: Schedule) -> list[tuple[str, int, str, int]]:
    return [(str(i.due_on), i.principal, str(i.interest), i.balance) for i in schedule.instalments]


def test_a_bullet_loan_pays_interest_monthly_and_principal_at_the_end():
    """1,200,000 at 3.60 %: 3,600.00 a month; the 30th becomes the 28th in February."""
    schedule = schedule_of(Repayment.BULLET, amount=1_200_000, rate_bp=360, term_months=3, drawn_on=date(2026, 11, 30))
    assert lines(schedule) == [
        ("2026-12-30", 0, "3600.00", 1_200_000),
        ("2027-01-30", 0, "3600.00", 1_200_000),
        ("2027-02-28", 1_200_000, "3600.00", 0),
    ]
    assert schedule.interest == Decimal("10800.00")


def test_equal_principal_leaves_the_rounding_to_the_last_instalment():
    """1,000,000 in three at 4 %: 666,667 x 4 % / 12 is 2,222.2233, and 333,334 x 4 % / 12 is 1,111.1133."""
    schedule = schedule_of(Repayment.EQUAL_PRINCIPAL, amount=1_000_000, rate_bp=400, term_months=3, drawn_on=date(2026, 1, 15))
    assert lines(schedule) == [
        ("2026-02-15", 333_333, "3333.33", 666_667),
        ("2026-03-15", 333_333, "2222.22", 333_334),
        ("2026-04-15", 333_334, "1111.11", 0),
    ]


def test_an_annuity_pays_the_level_amount_less_what_whole_yuan_leave():
    """100,000 in two at 12 %: level 100,000 x 0.01 x 1.0201 / 0.0201 = 50,751.24; the first principal is 50,751.24 - 1,000.00."""
    schedule = schedule_of(Repayment.ANNUITY, amount=100_000, rate_bp=1200, term_months=2, drawn_on=date(2026, 1, 31))
    assert lines(schedule) == [("2026-02-28", 49_751, "1000.00", 50_249), ("2026-03-31", 50_249, "502.49", 0)]
    assert [i.payment for i in schedule.instalments] == [Decimal("50751.00"), Decimal("50751.49")]


def test_an_annuity_without_interest_is_equal_principal():
    """The formula would divide by zero; 1,000 in three is 333.33."""
    assert principals_of(Repayment.ANNUITY, amount=1000, rate_bp=0, term_months=3) == (333, 333, 334)


def test_half_a_fen_is_rounded_up():
    """6 yuan at 1.00 % for a month are 0.005 yuan."""
    schedule = schedule_of(Repayment.BULLET, amount=6, rate_bp=100, term_months=1, drawn_on=date(2026, 1, 1))
    assert str(schedule.interest) == "0.01"


def test_a_month_after_the_last_of_january_is_the_last_of_february():
    """In a leap year too, and across the turn of the year."""
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert add_months(date(2026, 12, 31), 14) == date(2028, 2, 29)
    assert add_months(date(2026, 11, 30), 12) == date(2027, 11, 30)


@given(kinds, loans)
def test_a_schedule_repays_exactly(kind, loan):
    """Principals sum to the amount, none is negative, balances run down to zero, interest is that of the balance."""
    schedule = schedule_of(kind, **loan)
    owed = loan["amount"]
    for number, line in enumerate(schedule.instalments, start=1):
        assert (line.number, line.due_on) == (number, add_months(loan["drawn_on"], number))
        assert 0 <= line.principal <= owed
        assert abs(line.interest - Decimal(owed * loan["rate_bp"]) / 120_000) <= Decimal("0.005")
        assert -line.interest.as_tuple().exponent == 2
        owed -= line.principal
        assert line.balance == owed
    assert owed == 0
    assert len(schedule.instalments) == loan["term_months"]
    assert sum(line.principal for line in schedule.instalments) == schedule.amount == loan["amount"]
    assert schedule.interest == sum(line.interest for line in schedule.instalments)


@given(loans)
def test_the_payments_of_an_annuity_are_level_but_for_less_than_a_yuan(loan):
    """All but the last, which absorbs what was rounded: less than a yuan a month, and its interest."""
    payments = [line.payment for line in schedule_of(Repayment.ANNUITY, **loan).instalments]
    if all(payment >= 1 for payment in payments):
        assert max(payments[:-1], default=0) - min(payments[:-1], default=0) < 1
        assert abs(payments[-1] - payments[0]) <= 2 * len(payments)


@given(loans)
def test_the_faster_the_principal_comes_back_the_less_interest_is_paid(loan):
    """Bullet dearest, equal principal cheapest; whole yuan can turn the order of the latter two by a yuan a month."""
    bullet, equal, annuity = (schedule_of(kind, **loan).interest for kind in Repayment)
    assert equal <= bullet
    assert annuity <= bullet
    assert equal <= annuity + loan["term_months"]


@given(kinds, loans)
def test_balances_are_what_is_owed_before_each_instalment(kind, loan):
    """The first is the amount, each later one the balance the instalment before has left."""
    schedule = schedule_of(kind, **loan)
    balances = balances_of([line.principal for line in schedule.instalments])
    assert balances == (loan["amount"], *(line.balance for line in schedule.instalments[:-1]))


@pytest.mark.parametrize(("field", "value"), [("amount", 0), ("term_months", 0), ("rate_bp", -1)])
def test_an_impossible_loan_is_refused_by_name(field, value):
    """The message names the field and its value."""
    loan = {"amount": 1000, "rate_bp": 300, "term_months": 12, field: value}
    with pytest.raises(DecisionError, match=f"{field} = {value}: "):
        principals_of(Repayment.BULLET, **loan)
