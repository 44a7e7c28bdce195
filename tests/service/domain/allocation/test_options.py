"""What an offer is expected to earn, by hand, and which offers are worth considering."""

from __future__ import annotations

from fractions import Fraction

import pytest
from builders_allocation import candidate
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.domain.allocation import shipped_plan
from service.domain.allocation.options import Refusal, expected_loss, expected_profit, options_of
from service.domain.allocation.plan import Curve

PLAN = shipped_plan()


def test_the_profit_of_an_offer_by_hand() -> None:
    """2 m yuan at 3.70 %, accepted by 85 %: PD 0.5 % and LGD 45 % leave 0.5065 % a year, less 6,000 yuan of handling."""
    # 0.995 x 370 - (190 + 40 + 65) - 0.005 x 4500 = 368.15 - 295 - 22.5 = 50.65 bp; 2 m x 50.65 bp = 10,130 yuan
    # 0.85 x (10,130 - 6,000) = 3,510.50 yuan
    assert expected_profit(candidate(), PLAN, amount=2_000_000, rate_bp=370, accepts_bp=8_500) == 351_050


def test_the_expected_loss_by_hand() -> None:
    """2 m yuan at a PD of 0.5 % and an LGD of 45 %, accepted by 82 %: 4,500 x 0.82 yuan."""
    assert expected_loss(candidate(), amount=2_000_000, accepts_bp=8_200) == 369_000


@given(
    pd=st.integers(0, 10**7),
    amount=st.integers(1, 10**9),
    rate=st.integers(0, 10_000),
    accepts=st.integers(0, 10_000),
    lgd=st.integers(0, 10_000),
)
def test_profit_is_the_formula_to_the_fen(pd: int, amount: int, rate: int, accepts: int, lgd: int) -> None:
    """The integers are the exact fraction rounded half up, for any numbers."""
    one = candidate(pd=f"{pd // 10**7}.{pd % 10**7:07}", lgd_bp=lgd)
    risk = Fraction(pd, 10**7)
    margin = (1 - risk) * Fraction(rate, 10_000) - Fraction(PLAN.costs.rate_bp, 10_000) - risk * Fraction(lgd, 10_000)
    exact = 100 * Fraction(accepts, 10_000) * (amount * margin - PLAN.costs.handling)
    found = expected_profit(one, PLAN, amount=amount, rate_bp=rate, accepts_bp=accepts)
    assert Fraction(-1, 2) < found - exact <= Fraction(1, 2)


def test_a_chance_between_two_points_lies_on_their_line() -> None:
    """From 85 % at 3.70 % to 55 % at 4.40 %: at 4.05 % it is 70 %; beyond the ends it stays."""
    curve = PLAN.curve_of(4)
    assert isinstance(curve, Curve)
    assert [curve.accepts(rate) for rate in (100, 300, 370, 405, 440, 540, 900)] == [9_600, 9_600, 8_500, 7_000, 5_500, 1_200, 1_200]


@given(rate=st.integers(0, 2_000), grade=st.sampled_from([1, 4, 7]))
def test_a_dearer_loan_is_never_likelier_to_be_accepted(rate: int, grade: int) -> None:
    """Every shipped curve falls or stays, one basis point at a time, and keeps between 0 and 1."""
    curve = PLAN.curve_of(grade)
    assert curve is not None
    assert 0 <= curve.accepts(rate + 1) <= curve.accepts(rate) <= 10_000


def test_each_amount_has_its_best_rate() -> None:
    """No rate within the bounds earns more at that amount; the amounts are the plan's levels of the limit."""
    options = options_of(candidate(), PLAN)
    assert not isinstance(options, Refusal)
    assert [option.amount for option in options] == [800_000, 1_200_000, 1_600_000, 2_000_000]
    curve = PLAN.curve_of(4)
    assert curve is not None
    for option in options:
        tried = [
            expected_profit(candidate(), PLAN, amount=option.amount, rate_bp=r, accepts_bp=curve.accepts(r)) for r in range(330, 451, 5)
        ]
        assert option.profit == max(tried)


def test_rates_are_the_bounds_and_the_steps_between() -> None:
    """3.02 % to 3.13 % in steps of 0.05 % are 3.02, 3.05, 3.10 and 3.13; bounds that are equal are one rate."""
    assert list(PLAN.rates(302, 313)) == [302, 305, 310, 313]
    assert list(PLAN.rates(300, 300)) == [300]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"grade": 11}, "grade-outside-plan"),
        ({"limit": 499_999}, "limit-below-minimum"),
        ({"min_rate_bp": 300, "max_rate_bp": 300}, "no-positive-profit"),
    ],
)
def test_a_firm_without_an_offer_is_told_why(said: dict[str, int], code: str) -> None:
    """A grade without a curve, a limit too small, rates that earn no profit: each has its code and both languages."""
    why = options_of(candidate(pd="0.02000", **said), PLAN)
    assert isinstance(why, Refusal)
    assert why.code == code
    assert why.zh
    assert why.en


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"pd": "1.2"}, "at most 1"),
        ({"pd": 0.004}, "valid string"),
        ({"pd": "1e-3"}, "pattern"),
        ({"pd": "0.123456789"}, "pattern"),
        ({"max_rate_bp": 299}, "at least min_rate_bp, 330"),
        ({"firm_id": "1"}, "firm_id"),
        ({"region": "Hefei"}, "pattern"),
    ],
)
def test_a_candidate_that_makes_no_sense_is_refused(said: dict[str, object], message: str) -> None:
    """Probabilities have at most seven decimals and are at most one; bounds are in order; codes are codes."""
    with pytest.raises(ValidationError, match=message):
        candidate(**said)
