"""What holds for every decision, whatever goes in."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import orjson
import rfc8785
from builders_cases import FakeBundle, application, decided, firm
from hypothesis import given
from hypothesis import strategies as st

from features.indicators import CATALOGUE
from service.domain import Decision, Outcome, canonical_bytes, shipped_policy
from service.domain.policy.verdicts import grade_of

NAMES = sorted(CATALOGUE)
points_by_indicator = st.dictionaries(st.sampled_from(NAMES), st.integers(-60, 60), max_size=25)
unit = st.floats(0, 1)
defaults = st.floats(0, 0.12) | unit
maybe_unit = st.none() | unit

asked_for = st.builds(
    application,
    product=st.sampled_from([p.product for p in shipped_policy().products]),
    amount=st.integers(1, 1_000_000_000) | st.integers(100_000, 9_000_000),
    term_months=st.integers(1, 60),
    purpose=st.sampled_from([None, "equipment", "digitalisation"]),
)
firms = st.builds(
    firm,
    coverage=unit,
    rd_intensity=maybe_unit,
    postgraduate_share=maybe_unit,
    growth_stage=st.sampled_from([None, 0.0, 1.0, 2.0]),
    listings_open=st.sampled_from([None, 0.0, 0.0, 1.0]),
    loans_running=st.just(5.0),
    incubated=st.sampled_from([None, 0.0, 1.0]),
    titles_valid=st.sampled_from([0.0, 1.0]),
    bases=st.fixed_dictionaries(
        {},
        optional={
            "revenue_0": st.none() | st.floats(0, 5e6),
            "rd_expense_0": st.none() | st.floats(0, 5e6),
            "guaranteed_national_special_guarantee": st.none() | st.integers(0, 40_000_000).map(float),
            "guarantee_unknown": st.none() | st.integers(0, 9_000_000).map(float),
        },
    ),
)
bundles = st.builds(FakeBundle, default=defaults, points=points_by_indicator.map(lambda points: points or {"staff": 0}))
texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), max_size=3)
cases = st.tuples(asked_for, firms, bundles, texts)


def walk(value):
    """Every leaf of a JSON value."""
    if isinstance(value, dict):
        yield from (leaf for part in value.values() for leaf in walk(part))
    elif isinstance(value, list):
        yield from (leaf for part in value for leaf in walk(part))
    else:
        yield value


@given(cases)
def test_the_same_inputs_give_the_same_bytes(case):
    """Pure: nothing but the arguments counts."""
    asked, known, bundle, warnings = case
    first, second = (decided(asked, known, bundle=bundle, warnings=warnings) for _ in range(2))
    assert first.canonical() == second.canonical()
    assert first.hash == second.hash


@given(cases)
def test_the_canonical_bytes_are_those_of_rfc_8785(case):
    """And they hold no float; text of any script is kept as it is."""
    asked, known, bundle, warnings = case
    content = decided(asked, known, bundle=bundle, warnings=warnings).canonical()
    value = orjson.loads(content)
    assert content == rfc8785.dumps(value)
    assert not any(isinstance(leaf, float) for leaf in walk(value))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_sorted_compact_json_is_canonical_without_floats_and_with_ascii_keys(value):
    """The two conditions under which the fast serialiser and RFC 8785 agree."""
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(cases)
def test_a_decision_reads_back_as_itself(case):
    """What was stored is the value that was decided."""
    asked, known, bundle, warnings = case
    decision = decided(asked, known, bundle=bundle, warnings=warnings)
    again = Decision.model_validate_json(decision.canonical())
    assert again == decision
    assert again.canonical() == decision.canonical()


@given(cases)
def test_contributions_sum_to_the_score(case):
    """Base score and signed points, exactly; those left out are zero."""
    decision = decided(*case[:2], bundle=case[2])
    if decision.risk is not None:
        assert decision.risk.base_score + sum(c.points for c in decision.contributions) == decision.risk.score
        assert all((c.points > 0) == (c.direction == "+") and c.points for c in decision.contributions)


@given(cases)
def test_an_offer_stays_within_what_was_asked_and_the_product(case):
    """The binding part is the amount, it is the smallest, and exactly one binds; no offer without approval or counter."""
    asked = case[0]
    decision = decided(*case[:2], bundle=case[2])
    assert (decision.offer is not None) == (decision.outcome in (Outcome.APPROVE, Outcome.COUNTER))
    assert (decision.referral is not None) == (decision.outcome is Outcome.REFER)
    if decision.offer is not None:
        product = next(p for p in shipped_policy().products if p.product == asked.product)
        parts = decision.offer.limit_parts
        least = min(p.amount for p in parts if p.kind in ("capacity", "bound"))
        rounding = sum(p.amount for p in parts if p.kind == "rounding")
        assert [p.amount for p in parts if p.binding] == [least]
        assert least + rounding == decision.offer.amount
        assert product.min_amount <= decision.offer.amount <= min(asked.amount, product.max_amount)
        is_as_asked = (decision.offer.amount, decision.offer.term_months) == (asked.amount, asked.term_months)
        assert is_as_asked == (decision.outcome is Outcome.APPROVE)


@given(cases, defaults)
def test_a_worse_pd_never_gives_a_better_outcome(case, other):
    """All else equal: neither the outcome nor the amount rises, and the rate does not fall unless other security is given."""
    asked, known, bundle, _ = case
    low, high = sorted((bundle.default, other))
    better, worse = (decided(asked, known, bundle=FakeBundle(default=pd, points=bundle.points)) for pd in (low, high))
    assert worse.outcome.rank >= better.outcome.rank
    if worse.offer is not None:
        assert worse.offer.amount <= better.offer.amount
        assert worse.offer.rate_bp >= better.offer.rate_bp or worse.offer.collateral != better.offer.collateral


@given(cases)
def test_every_number_of_an_offer_is_the_sum_of_its_parts(case):
    """Rate parts make the rate, shares the whole, principals the amount, interest its total; a capacity is its base and additions."""
    offer = decided(*case[:2], bundle=case[2]).offer
    if offer is None:
        return
    assert sum(part.bp for part in offer.rate_parts_bp) == offer.rate_bp
    assert sum(share.share_bp for share in offer.risk_sharing.shares) == 10_000
    lines = offer.schedule.instalments
    assert (sum(line.principal for line in lines), lines[-1].balance, len(lines)) == (offer.lent, 0, offer.term_months)
    assert sum(part.amount for part in offer.split) == (offer.amount if offer.split else 0)
    assert offer.lent == next((part.amount for part in offer.split if part.instrument == "loan"), offer.amount)
    for room in offer.risk_sharing.rooms:
        assert (room.used is None) == (room.left is None) == (room.undeclared is None)
        assert room.used is None or room.left == max(room.firm_cap - room.used, 0)
        is_taken = offer.risk_sharing.programme is not None and offer.risk_sharing.programme.id == room.programme
        assert not is_taken or 0 < offer.risk_sharing.covered <= room.left
    assert sum(Decimal(line.interest) for line in lines) == Decimal(offer.schedule.interest)
    by_kind = {kind: [p.amount for p in offer.limit_parts if p.kind == kind] for kind in ("base", "addition", "capacity")}
    assert by_kind["capacity"] == [max(0, max(by_kind["base"]) + sum(by_kind["addition"]))]
    if offer.rate_path is not None:
        assert abs(Decimal(offer.rate_path.present_value) - Decimal(offer.rate_path.risk_present_value)) <= Decimal("0.5")


@given(cases, unit, unit)
def test_more_points_never_give_a_worse_outcome(case, first, second):
    """All else equal: where strong points contradict a weak grade the case is referred, which is better than declined."""
    asked, known, bundle, _ = case
    low, high = sorted((first, second))
    values = known.values | {"postgraduate_share": 0.0}
    weaker, stronger = (decided(asked, replace(known, values=values | {"rd_intensity": rd}), bundle=bundle) for rd in (low, high))
    assert stronger.outcome.rank <= weaker.outcome.rank


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_grades_rise_with_the_pd(first, second):
    """Every PD has one grade, and a larger PD never a safer one."""
    low, high = sorted((first, second))
    assert grade_of(shipped_policy(), low) <= grade_of(shipped_policy(), high)
