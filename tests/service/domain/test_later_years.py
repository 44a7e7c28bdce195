"""How the one-year PD spreads over the term of an offer, by the model or by the policy, and what that costs; numbers by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders_cases import FakeBundle, application, decided, firm
from hypothesis import given
from hypothesis import strategies as st

from service.domain import PolicyError, load_policy
from service.domain.finance.term_structure import term_structure

BOUNDS = 'model_hazards = { at_least = "50 %", at_most = "300 %" }\n'
DOUBLED = FakeBundle(hazards=(10_000, 20_000))


def part(decision, name):
    (found,) = [one.bp for one in decision.offer.rate_parts_bp if one.name == name]
    return found


def test_the_models_later_years_are_priced_and_recorded():
    """PD 0.4 %, hazard doubled in year 2, 24 months of equal principal, LGD 45 %, bank 65 %.

    Survival is 0.996 after year 1 and 0.996^3 = 0.988047936 after year 2: marginal PDs 0.004 and 0.007952064. Charged on balances
    (24 + ... + 13 = 222 of 300 in year 1, 78 in year 2): (222 x 0.40087 + 78 x 0.80334) / 300 = 0.5055 % x 45 % x 65 % = 14.8 bp, 15;
    12 with a constant hazard. A year: 1 - 0.988047936^(1/2) = 0.0059940.
    """
    decision = decided(bundle=DOUBLED)
    assert decision.offer.term_structure.model_dump() == {
        "source": "model",
        "hazards_bp": (10_000, 20_000),
        "marginal_pds": ("0.004", "0.007952064"),
        "cumulative_pd": "0.011952064",
        "yearly_pd": "0.005994",
    }
    assert (part(decision, "expected_loss"), part(decided(), "expected_loss")) == (15, 12)
    assert decision.offer.rate_bp == decided().offer.rate_bp + 3


def test_a_model_that_tells_no_later_years_leaves_it_to_the_policy():
    """A constant hazard, and the record says whose it is; a year then costs what the first does."""
    structure = decided().offer.term_structure
    assert (structure.source, structure.hazards_bp, structure.yearly_pd) == ("policy", (10_000, 10_000), "0.004")


def test_a_policy_that_does_not_ask_the_model_keeps_its_own_hazards(policy_text):
    """Nothing but `hazards` counts then, whatever the model tells."""
    own = load_policy(policy_text.replace(BOUNDS, "").replace('hazards = ["100 %"]', 'hazards = ["100 %", "150 %"]'))
    structure = decided(bundle=DOUBLED, policy=own).offer.term_structure
    assert (structure.source, structure.hazards_bp) == ("policy", (10_000, 15_000))


def test_the_policy_bounds_what_the_model_may_say():
    """Ten times the hazard is cut to 300 %, a tenth raised to 50 %; the last year told holds for all later ones."""
    asked = application(product="common-growth", term_months=60)
    structure = decided(asked, bundle=FakeBundle(hazards=(10_000, 100_000, 1_000))).offer.term_structure
    assert structure.hazards_bp == (10_000, 30_000, 5_000, 5_000, 5_000)


def test_the_last_year_goes_as_far_as_the_term():
    """18 months: a whole year and half of one; 12 months: one year, whose hazard is the first."""
    half, whole = (decided(application(term_months=months), bundle=DOUBLED).offer.term_structure for months in (18, 12))
    assert half.marginal_pds == ("0.004", "0.003984")
    assert (whole.hazards_bp, whole.marginal_pds, whole.yearly_pd) == ((10_000,), ("0.004",), "0.004")


def test_a_rate_path_is_worth_its_risk_based_rate_under_the_models_years_too():
    """Both present values are weighed with the model's survival, so they agree to the yuan, and differ from a constant hazard's."""
    asked = application(product="common-growth", amount=5_000_000, term_months=36)
    told = FakeBundle(default=0.02, hazards=(10_000, 20_000, 15_000))
    path, plain = (decided(asked, firm(growth_stage=1.0), bundle=one).offer for one in (told, FakeBundle(default=0.02)))
    assert abs(Decimal(path.rate_path.present_value) - Decimal(path.rate_path.risk_present_value)) < 1
    assert path.rate_bp > plain.rate_bp
    assert path.rate_path.risk_present_value != plain.rate_path.risk_present_value


@pytest.mark.parametrize("bounds", ["{ at_least = '110 %', at_most = '300 %' }", "{ at_least = '50 %', at_most = '90 %' }"])
def test_bounds_hold_the_first_years_hazard(policy_text, bounds):
    """100 % lies between them, else the first year itself would be out of bounds."""
    with pytest.raises(PolicyError, match="must hold 100 % between at_least and at_most"):
        load_policy(policy_text.replace(BOUNDS, f"model_hazards = {bounds}\n"))


@given(
    st.integers(0, 99_999).map(lambda units: Decimal(units) / 100_000),
    st.integers(1, 60),
    st.lists(st.integers(0, 50_000), max_size=4).map(lambda more: (10_000, *more)),
)
def test_marginal_pds_sum_to_the_cumulative_one_exactly(pd, months, multipliers):
    """And there is one for each started year."""
    structure = term_structure(pd, months, multipliers_bp=multipliers)
    assert sum(structure.by_year) == structure.cumulative
    assert len(structure.by_year) == -(-months // 12)


@given(st.integers(0, 99_999).map(lambda units: Decimal(units) / 100_000), st.integers(1, 60))
def test_a_constant_hazard_costs_the_same_every_year(pd, months):
    """The yearly PD over any term is the one-year PD, to the last of its seven digits (bar a PD so high that fifteen digits are spent)."""
    structure = term_structure(pd, months)
    if structure.survival[-1] > Decimal("1e-6"):
        assert structure.yearly == pd


def test_a_certain_default_is_certain_every_year():
    """Nobody survives; no power is taken of nothing."""
    assert term_structure(Decimal(1), 24).yearly == 1
