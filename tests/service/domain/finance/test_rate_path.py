"""The rate path of the common-growth plan, by hand and as laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import DecisionError
from service.domain.finance.rate_path import PathStep, PathTerms, RatePath, StepRule, Trigger, TriggeredPath, rate_path
from service.domain.finance.schedule import Repayment, Schedule, schedule_of
from service.domain.finance.term_structure import TermStructure, term_structure

TERMS = PathTerms(steps=(StepRule(months=12, discount_bp=60),), floor_bp=220, cap_bp=600, discount_rate_bp=0)
LOAN = {"risk_rate_bp": 360, "amount": 1_200_000, "term_months": 24, "repayment": Repayment.BULLET, "drawn_on": date(2026, 11, 30)}


def path(terms: PathTerms = TERMS, **changed: object) -> RatePath:
    found = rate_path(terms, **(LOAN | changed))
    assert found is not None
    return found


def rates(found: RatePath) -> list[int]:
    return [step.rate_bp for step in found.steps]


def early(*steps: tuple[int, int], **changed: int) -> PathTerms:
    return replace(TERMS, steps=tuple(StepRule(months=months, discount_bp=discount) for months, discount in steps), **changed)


def test_what_is_given_up_in_the_first_year_comes_back_in_the_second():
    """3,600 a month at 3.60 %; 3,000 at 3.00 % for a year, so 4,200 for another, which is 4.20 %."""
    found = path()
    assert found.steps == (
        PathStep(from_month=1, from_on=date(2026, 11, 30), rate_bp=300),
        PathStep(from_month=13, from_on=date(2027, 11, 30), rate_bp=420),
    )
    assert (found.settlement, found.kept_bp) == (0, 10_000)
    assert found.present_value == found.risk_present_value == found.schedule.interest == Decimal("86400.00")
    assert [str(line.interest) for line in found.schedule.instalments[11:13]] == ["3000.00", "4200.00"]


def test_three_steps_rise_to_the_solved_one():
    """A year at 3.00 % and half a year at 3.40 % give up 12 x 600 + 6 x 200 = 8,400; over six months that is 1,400: 5.00 %."""
    found = path(early((12, 60), (6, 20)))
    assert [(step.from_month, step.rate_bp) for step in found.steps] == [(1, 300), (13, 340), (19, 500)]
    assert (found.settlement, found.present_value) == (0, Decimal("86400.00"))


def test_what_basis_points_cannot_hit_is_settled_in_yuan():
    """Three months, the first at 3.55 %: 50 yuan are owed over two, 3.625 %. At 3.62 % 40 come back; 10 are the settlement."""
    found = path(early((1, 5)), term_months=3)
    assert (rates(found), found.settlement) == ([355, 362], 10)
    assert found.present_value == found.risk_present_value == Decimal("10800.00")
    assert found.schedule.interest == Decimal("10790.00")


def test_later_interest_is_worth_less():
    """At 12 % a month later is worth 1 / 1.01: 1,010 yuan given up now are 1,020.10 next month; 4.62 % brings 1,020 of them."""
    found = path(early((1, 101), discount_rate_bp=1200), term_months=2)
    assert (rates(found), found.settlement) == ([259, 462], 0)
    assert found.risk_present_value == Decimal("7093.42")
    assert found.present_value == Decimal("7093.32")


def test_later_interest_is_less_sure():
    """Nine in ten pay the first month, 81 in 100 the second: 900 given up x 0.9 are 810, which 1,000 x 0.81 bring back."""
    survival = TermStructure((Decimal(1), Decimal("0.9"), Decimal("0.81")))
    found = path(early((1, 90)), term_months=2, structure=survival)
    assert (rates(found), found.settlement) == ([270, 460], 0)
    assert found.present_value == found.risk_present_value == Decimal("6156.00")


def test_the_floor_holds_the_early_step():
    """2.00 % below 3.60 % would be 1.60 %; the floor is 2.20 %, so 5.00 % later."""
    assert rates(path(early((12, 200)))) == [220, 500]


def test_the_cap_shrinks_the_discount_as_little_as_need_be():
    """At most 4.00 % brings 400 a month back, so 40 of 60 basis points can be given: 3.20 %."""
    found = path(replace(TERMS, cap_bp=400))
    assert rates(found) == [320, 400]
    assert found.kept_bp == 6833
    assert 60 * found.kept_bp // 10_000 == 40
    assert 60 * (found.kept_bp + 1) // 10_000 == 41


def test_a_trigger_shifts_the_steps_within_floor_and_cap():
    """Growth reached: 1.00 % less, not below 2.20 %; cooperation ended: 2.00 % more, not above 6.00 %."""
    found = path(replace(TERMS, triggers=(Trigger(id="growth-reached", shift_bp=-100), Trigger(id="cooperation-ended", shift_bp=200))))
    assert found.triggered == (
        TriggeredPath(id="growth-reached", rates_bp=(220, 320)),
        TriggeredPath(id="cooperation-ended", rates_bp=(500, 600)),
    )


def test_bounds_without_room_keep_the_rate_where_it_is():
    """Floor and cap at 3.60 %: nothing can be given and nothing has to come back."""
    found = path(replace(TERMS, floor_bp=360, cap_bp=360))
    assert (rates(found), found.settlement, found.kept_bp) == ([360, 360], 0, 10_000)


@pytest.mark.parametrize("changed", [{"risk_rate_bp": 219}, {"risk_rate_bp": 601}, {"term_months": 12}])
def test_there_is_no_path_outside_the_bounds_or_the_term(changed):
    """A risk-based rate below the floor or above the cap; early steps that fill the whole term."""
    assert rate_path(TERMS, **LOAN | changed) is None


loans = st.fixed_dictionaries(
    {
        "risk_rate_bp": st.integers(220, 600),
        "amount": st.integers(1000, 50_000_000),
        "term_months": st.integers(25, 60),
        "repayment": st.sampled_from(Repayment),
        "drawn_on": st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    }
)
discounts = st.lists(st.integers(0, 200), min_size=2, max_size=2).map(lambda pair: sorted(pair, reverse=True))
terms = st.builds(
    lambda discounts, months, rate: early(*zip(months, discounts, strict=True), discount_rate_bp=rate),
    discounts,
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
    st.integers(0, 500),
)
pds = st.none() | st.decimals(0, Decimal("0.5"), places=5)


def flat(loan: dict[str, object]) -> Schedule:
    """The schedule at the risk-based rate throughout."""
    return schedule_of(rate_bp=loan["risk_rate_bp"], **{name: value for name, value in loan.items() if name != "risk_rate_bp"})


@given(terms, loans, pds)
def test_a_path_is_worth_the_risk_based_price_to_the_yuan(rule, loan, pd):
    """Recomputed from the schedule and the settlement alone; the steps rise and stay within floor and cap."""
    structure = None if pd is None else term_structure(pd, loan["term_months"])
    found = rate_path(rule, **loan, structure=structure)
    assert found is not None
    weights = [
        (Fraction(structure.survival[k]) if structure else 1) * Fraction(120_000, 120_000 + rule.discount_rate_bp) ** k
        for k in range(1, loan["term_months"] + 1)
    ]
    lines = zip(weights, found.schedule.instalments, flat(loan).instalments, strict=True)
    worth = sum(weight * Fraction(line.interest - other.interest) for weight, line, other in lines)
    assert abs(worth + found.settlement * weights[-1]) <= Fraction(1, 2) + Fraction(1, 1000)
    assert abs(found.present_value - found.risk_present_value) <= Decimal("0.51")
    assert found.settlement >= 0
    assert all(low <= high for low, high in pairwise([rule.floor_bp, *rates(found), rule.cap_bp]))


@given(terms, loans)
def test_the_steps_never_change_what_principal_is_due(rule, loan):
    """The firm's principal plan is that of the risk-based rate."""
    found = rate_path(rule, **loan)
    assert found is not None
    assert [line.principal for line in found.schedule.instalments] == [line.principal for line in flat(loan).instalments]


@pytest.mark.parametrize(
    ("steps", "named"),
    [((), "steps"), (((0, 10),), "months"), (((6, 10), (6, 20)), "discount_bp"), (((6, -1),), "discount_bp")],
)
def test_a_path_that_does_not_begin_low_and_rise_is_refused(steps, named):
    """No step, an empty one, a later one with a larger discount, one above the risk-based rate."""
    with pytest.raises(DecisionError, match=f"^{named} = "):
        early(*steps)


def test_a_floor_above_the_cap_is_refused():
    """Nothing lies between them."""
    with pytest.raises(DecisionError, match="floor_bp = 601"):
        replace(TERMS, floor_bp=601)


@pytest.mark.parametrize(("pd", "months", "why"), [("0.01", 12, "shorter than the term"), ("1", 24, "leaves nobody to pay")])
def test_a_structure_that_cannot_weigh_the_last_step_is_refused(pd, months, why):
    """It must cover the term, and somebody must be left to pay."""
    with pytest.raises(DecisionError, match=why):
        path(structure=term_structure(Decimal(pd), months))
