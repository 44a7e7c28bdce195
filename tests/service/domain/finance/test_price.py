"""The rate and its parts, by hand and as laws."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import DecisionError
from service.domain.finance.price import Curve, PriceTerms, Relending, TenorRate, expected_loss_bp, price
from service.domain.finance.schedule import Repayment
from service.domain.finance.term_structure import TermStructure, term_structure

TERMS = PriceTerms(
    funding=Curve((TenorRate(up_to_months=12, rate_bp=180), TenorRate(up_to_months=None, rate_bp=195))),
    operating_bp=60,
    capital_ratio_bp=850,
    hurdle_bp=1000,
    lpr=Curve((TenorRate(up_to_months=60, rate_bp=300), TenorRate(up_to_months=None, rate_bp=350))),
    floor_spread_bp=-80,
    cap_spread_bp=300,
)
LOAN = {
    "pd": Decimal("0.0072"),
    "lgd_bp": 4500,
    "amount": 3_200_000,
    "term_months": 24,
    "repayment": Repayment.EQUAL_PRINCIPAL,
    "margin_bp": 55,
    "benefit_bp": 20,
}
prices = st.fixed_dictionaries(
    {
        "pd": st.decimals(0, Decimal("0.999"), places=5),
        "lgd_bp": st.integers(0, 10_000),
        "amount": st.integers(1, 50_000_000),
        "term_months": st.integers(1, 72),
        "repayment": st.sampled_from(Repayment),
        "margin_bp": st.integers(0, 500),
        "benefit_bp": st.integers(0, 300),
        "bank_share_bp": st.integers(0, 10_000),
        "relending": st.none() | st.builds(Relending, rate_bp=st.integers(100, 200), share_bp=st.integers(0, 10_000)),
    }
)
scales = st.lists(st.integers(0, 40_000), max_size=5).map(lambda later: (10_000, *later))


def parts_of(**changed: object) -> dict[str, int]:
    return {part.name: part.bp for part in price(TERMS, **(LOAN | changed)).parts}


def test_a_rate_worked_by_hand():
    """A month: h = 1 - 0.9928^(1/12) = 0.00060199; 12 h / (1 - h) x 45 % = 33 bp. Capital: 8.5 % x (10.00 - 1.95) % = 68.4 bp."""
    assert parts_of() == {"funding": 195, "operating": 60, "expected_loss": 33, "capital": 68, "margin": 55, "technology_benefit": -20}
    assert price(TERMS, **LOAN).rate_bp == 391


def test_a_short_loan_takes_the_short_bucket():
    """Twelve months are still in it: 180 bp, and 8.5 % x 8.20 % = 69.7 of capital; a day over a year is not."""
    assert [parts_of(term_months=12)[name] for name in ("funding", "capital")] == [180, 70]
    assert parts_of(term_months=13)["funding"] == 195


def test_relending_replaces_a_share_of_the_funding():
    """60 % at 1.50 % instead of 1.95 %: 0.6 x -45 = -27."""
    offer = price(TERMS, **LOAN, relending=Relending(rate_bp=150, share_bp=6000))
    assert [(p.name, p.bp) for p in offer.parts][:3] == [("funding", 195), ("relending", -27), ("operating", 60)]
    assert offer.rate_bp == 364


def test_the_expected_loss_is_that_of_the_banks_share():
    """Compensation pool 35 %: 0.0032527 x 65 % is 21 bp."""
    assert parts_of(bank_share_bp=6500)["expected_loss"] == 21


def test_the_floor_is_a_part_of_its_own():
    """391 - 280 more benefit is 111; LPR 300 - 80 is 220, so the floor adds 109."""
    offer = price(TERMS, **LOAN | {"benefit_bp": 300})
    assert (offer.parts[-1].name, offer.parts[-1].bp, offer.rate_bp, offer.is_capped) == ("floor", 109, 220, False)


def test_the_cap_is_a_part_of_its_own_and_says_that_the_risk_is_not_paid():
    """PD 20 %: h = 1 - 0.8^(1/12), 12 h / (1 - h) x 45 % = 0.10135; the sum 1,372 is cut to LPR 300 + 300."""
    offer = price(TERMS, **LOAN | {"pd": Decimal("0.2")})
    assert parts_of(pd=Decimal("0.2"))["expected_loss"] == 1014
    assert (offer.parts[-1].name, offer.parts[-1].bp, offer.rate_bp, offer.is_capped) == ("cap", 600 - 1372, 600, True)


def test_the_bounds_follow_the_lpr_of_the_term():
    """Over five years the longer LPR counts."""
    assert [price(TERMS, **LOAN | {"term_months": months}).cap_bp for months in (60, 61)] == [600, 650]


@pytest.mark.parametrize("kind", Repayment)
def test_a_monthly_default_rate_of_one_per_cent_costs_the_same_in_every_loan(kind):
    """PD 1 - 0.99^12: 12 x 0.01 / 0.99 x 45 % = 545 bp, whatever is repaid when."""
    terms = replace(TERMS, cap_spread_bp=3000)
    pd = 1 - Decimal("0.99") ** 12
    for months in (1, 12, 60):
        parts = price(terms, **LOAN | {"pd": pd, "repayment": kind, "term_months": months}).parts
        assert {p.name: p.bp for p in parts}["expected_loss"] == 545


def test_the_balance_weighs_the_loss_of_each_month():
    """Balances 2 and 1, survival 0.9 and 0.72: lost 0.1 x 2 + 0.18, paying 0.9 x 2 + 0.72; 12 x 0.38 / 2.52 x 50 % = 0.90476."""
    structure = TermStructure((Decimal(1), Decimal("0.9"), Decimal("0.72")))
    assert expected_loss_bp(structure, (2, 1), lgd_bp=5000) == 9048


@given(prices, scales)
def test_the_parts_sum_to_the_rate_within_its_bounds(loan, multipliers):
    """Whole basis points, no part twice, and at most one bound."""
    offer = price(replace(TERMS, hazard_multipliers_bp=multipliers), **loan)
    names = [part.name for part in offer.parts]
    assert offer.rate_bp == sum(part.bp for part in offer.parts)
    assert offer.floor_bp <= offer.rate_bp <= offer.cap_bp
    assert len(set(names)) == len(names)
    assert not {"floor", "cap"} <= set(names)
    assert all(isinstance(part.bp, int) for part in offer.parts)


@given(prices, st.decimals(0, Decimal("0.999"), places=5), scales)
def test_more_risk_is_never_cheaper(loan, other, multipliers):
    """All else equal, a higher PD never lowers the rate; nor does a higher loss or a larger share of it."""
    terms = replace(TERMS, hazard_multipliers_bp=multipliers)
    low, high = (price(terms, **loan | {"pd": pd}).rate_bp for pd in sorted((loan["pd"], other)))
    assert low <= high
    assert price(terms, **loan | {"lgd_bp": 10_000, "bank_share_bp": 10_000}).rate_bp >= price(terms, **loan).rate_bp


@given(prices, scales)
def test_the_charge_pays_for_the_losses(loan, multipliers):
    """Paid monthly on the balance by those that have not defaulted, the charge brings in the expected loss, to half a basis point."""
    structure = term_structure(loan["pd"], loan["term_months"], multipliers_bp=multipliers)
    balances = [loan["amount"]] * loan["term_months"]
    charge = expected_loss_bp(structure, balances, lgd_bp=loan["lgd_bp"])
    exposure = sum(Fraction(s) * loan["amount"] for s in structure.survival[1:])
    lost = Fraction(structure.cumulative) * loan["amount"] * loan["lgd_bp"] / 10_000
    brought = exposure * charge / 120_000
    assert abs(brought - lost) <= exposure / 240_000


@given(prices)
def test_a_rising_hazard_costs_more_the_longer_it_lasts(loan):
    """With multipliers that rise, a longer bullet loan never has a lower expected loss."""
    charges = [
        expected_loss_bp(term_structure(loan["pd"], n, multipliers_bp=(10_000, 12_000, 15_000)), [loan["amount"]] * n, lgd_bp=4500)
        for n in (12, 24, 36, 60)
    ]
    assert all(short <= long for short, long in pairwise(charges))


def test_a_certain_default_has_no_price():
    """The message says what to do instead."""
    with pytest.raises(DecisionError, match="decline or refer"):
        price(TERMS, **LOAN | {"pd": Decimal(1)})


@pytest.mark.parametrize("field", ["margin_bp", "benefit_bp", "lgd_bp", "bank_share_bp"])
def test_a_negative_parameter_is_refused_by_name(field):
    """Each is given at or above zero; the benefit counts negative by itself."""
    with pytest.raises(DecisionError, match=f"^{field} = -1: "):
        price(TERMS, **LOAN | {field: -1})


@pytest.mark.parametrize(
    "buckets",
    [(), ((12, 180),), ((None, 180), (None, 190)), ((24, 180), (12, 190), (None, 195)), ((0, 180), (None, 190))],
)
def test_a_curve_with_a_gap_or_an_unreachable_bucket_is_refused(buckets):
    """No last bucket for all longer terms, one after it, months that do not rise, none at all."""
    with pytest.raises(DecisionError, match=r"^curve = "):
        Curve(tuple(TenorRate(up_to_months=months, rate_bp=rate) for months, rate in buckets))


def test_terms_may_leave_no_room_at_all():
    """A hurdle equal to the funding rate charges nothing for capital; a floor equal to the cap fixes the rate."""
    fixed = price(replace(TERMS, hurdle_bp=195, floor_spread_bp=50, cap_spread_bp=50), **LOAN)
    assert {part.name: part.bp for part in fixed.parts}["capital"] == 0
    assert fixed.rate_bp == 350


@pytest.mark.parametrize(("field", "value"), [("hurdle_bp", 194), ("floor_spread_bp", 301)])
def test_terms_that_turn_a_part_around_are_refused(field, value):
    """A hurdle below the funding rate, a floor above the cap."""
    with pytest.raises(DecisionError, match=f"^{field} = {value}: "):
        replace(TERMS, **{field: value})
