"""Each rule at its bound, on both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.metadata import version

import pytest
from builders_cases import AS_OF, FIRM_ID, NOW, FakeBundle, application, decided, firm, two_items

from features.indicators import CATALOGUE
from service.domain import DecisionError, load_policy
from service.domain.program import code_version


@pytest.mark.parametrize(
    ("field", "at", "beyond", "rule"),
    [
        ("listings_open", 0.0, 1.0, "public-listing-open"),
        ("arrears_open", 0.0, 1.0, "tax-arrears-open"),
        ("loans_defaulted", 0.0, 1.0, "loan-defaulted"),
        ("loans_overdue_2y", 0.0, 1.0, "loan-overdue"),
        ("lawsuits_2y", 2.0, 3.0, "many-lawsuits"),
        ("bought_in_share", 0.5, 0.5001, "rights-mostly-bought"),
    ],
)
def test_an_indicator_rule_holds_beyond_its_bound_only(field, at, beyond, rule):
    """The last value that passes and the first that does not."""
    assert decided(known=firm(**{field: at})).outcome == "approve"
    assert [f.rule for f in decided(known=firm(**{field: beyond})).fired if f.rule] == [rule]


@pytest.mark.parametrize("field", ["listings_open", "arrears_open", "loans_defaulted", "loans_overdue_2y"])
def test_a_rule_that_cannot_be_judged_refers_and_names_the_document(field):
    """Unknown never passes a rule that says unknown = refer."""
    decision = decided(known=firm(**{field: None}))
    assert decision.outcome == "refer"
    assert decision.reasons[0].code.endswith("_UNKNOWN")
    assert ("公共信用信息报告" if field in ("listings_open", "arrears_open") else "征信报告") in decision.reasons[0].zh


def test_an_ignored_unknown_passes():
    """Lawsuits that are not known do not refer: the rule says ignore."""
    assert decided(known=firm(lawsuits_2y=None)).outcome == "approve"


@pytest.mark.parametrize(
    ("pd", "grade"),
    [
        (0.0, 1),
        (0.001, 1),
        (0.00101, 2),
        (0.002, 2),
        (0.004, 3),
        (0.0075, 4),
        (0.00751, 5),
        (0.013, 5),
        (0.022, 6),
        (0.038, 7),
        (0.065, 8),
        (0.11, 9),
        (0.2, 10),
        (0.20001, 11),
        (1.0, 11),
    ],
)
def test_a_grade_takes_its_upper_bound(pd, grade):
    """Bounds are inclusive; PDs above 20 % are the default grade."""
    assert decided(bundle=FakeBundle(default=pd)).risk.grade == grade


def test_a_pd_is_graded_as_it_is_recorded():
    """0.100004 % is recorded as 0.00100 and therefore grade 1: whoever reads the record gets the same grade."""
    risk = decided(bundle=FakeBundle(default=0.00100004)).risk
    assert (risk.pd, risk.grade) == ("0.00100", 1)


@pytest.mark.parametrize(
    ("amount", "outcome"), [(99_999, "decline"), (100_000, "approve"), (10_000_000, "approve"), (10_000_001, "counter")]
)
def test_amounts_at_the_product_s_ends(amount, outcome):
    """From 100,000 to 10,000,000 yuan, both included."""
    assert decided(application(amount=amount)).outcome == outcome


@pytest.mark.parametrize(("months", "outcome"), [(36, "approve"), (37, "counter")])
def test_terms_at_the_product_s_end(months, outcome):
    """36 months are still startup credit."""
    assert decided(application(term_months=months)).outcome == outcome


def test_a_request_at_the_cap_is_not_told_that_it_goes_beyond():
    """10 m yuan over 36 months are within the product; one yuan or one month more is not."""
    assert [f.rule for f in decided(application(amount=10_000_000, term_months=36)).fired if f.rule] == []
    assert [f.rule for f in decided(application(amount=10_000_001)).fired if f.rule] == ["amount-above-cap"]
    assert [f.rule for f in decided(application(term_months=37)).fired if f.rule] == ["term-above-cap"]


@pytest.mark.parametrize(("amount", "authority"), [(3_000_000, "branch"), (3_000_001, "city-branch"), (10_000_000, "city-branch")])
def test_authority_at_its_limits(amount, authority):
    """Limits of authority are inclusive."""
    assert decided(application(amount=amount)).offer.authority.id == authority


def test_the_head_office_takes_the_rest():
    """Above 10 m yuan the head office signs."""
    assert decided(application(product="common-growth", amount=10_000_001)).offer.authority.id == "head-office"


def test_an_offer_that_is_certainly_below_the_product_s_minimum_is_declined():
    """Cash of 21,999 yuan bounds at 5 x 21,999 = 109,995, cut to 100,000; 19,999 at 99,995, cut to 90,000, below the minimum."""
    assert decided(known=firm(bases={"cash_0": 21_999.0})).offer.amount == 100_000
    decision = decided(known=firm(bases={"cash_0": 19_999.0}))
    assert (decision.outcome, decision.offer, decision.reasons[0].code) == ("decline", None, "TOO_SMALL_FOR_PRODUCT")
    assert decision.reasons[0].zh == "按企业财务数据至多可贷9万元(货币资金约束额9.9995万元),低于产品最低金额10万元"
    assert [(f.table, f.row) for f in decision.fired if f.effect] == [("products", 1)]


def test_what_running_loans_alone_take_below_the_minimum_is_referred():
    """40 % of 1 m revenue + 10 % = 440,000 less 350,000 running is 90,000: a person looks, as only the amounts granted are known.

    A base of 80,000 carries 92,000 at the best tier's 115 %, too little for certain; if R&D is not known, nothing is certain.
    """
    small = {"revenue_0": 1e6, "rd_expense_0": 0.0}
    decision = decided(known=firm(loans_running=35.0, bases=small))
    assert (decision.outcome, decision.reasons[0].code) == ("refer", "OFFER_BELOW_MINIMUM")
    assert decision.reasons[0].zh == (
        "可提供的金额9万元低于产品最低金额10万元:营业收入测算额40万元,创新积分上浮+4万元,存量贷款扣减-35万元;需人工审核"
    )
    tiny = {"revenue_0": 2e5, "rd_expense_0": 0.0}
    assert decided(known=firm(loans_running=35.0, bases=tiny)).outcome == "decline"
    assert decided(known=firm(loans_running=35.0, bases=tiny | {"rd_expense_0": None})).outcome == "refer"


@pytest.mark.parametrize(("table", "days"), [("financials", 460), ("talent", 460), ("invoices", 75)])
def test_evidence_is_fresh_on_its_last_day(table, days):
    """`max_age_days` is inclusive."""
    assert decided(known=firm(known={table: AS_OF - days})).missing == ()
    stale = decided(known=firm(known={table: AS_OF - days - 1}))
    assert (stale.outcome, [m.state for m in stale.missing]) == ("refer", ["stale"])


def test_a_register_does_not_age():
    """Nothing new in a register for ten years is good news or no news, not stale evidence."""
    assert decided(known=firm(known={"conduct": AS_OF - 3650, "patents": AS_OF - 3650})).outcome == "approve"


def test_a_searched_register_without_entries_is_not_missing():
    """No date, and no months since the last record, but the counts are known to be zero: it was searched and is empty."""
    assert decided(known=firm(known={"conduct": None}, months_since_record=None)).missing == ()


@pytest.mark.parametrize(("coverage", "outcome"), [(0.6, "approve"), (0.59999, "refer")])
def test_the_coverage_floor_is_inclusive(coverage, outcome):
    """60 % of the indicators suffice; a share just below is never rounded up to it."""
    assert decided(known=firm(coverage=coverage)).outcome == outcome


def test_the_floor_of_the_points_weight_is_inclusive():
    """Without postgraduates 60 of 100 weights are known, which suffices; without R&D only 40 are."""
    assert decided(known=firm(postgraduate_share=None, rd_intensity=0.9)).outcome == "approve"
    decision = decided(known=firm(rd_intensity=None, postgraduate_share=1.0))
    assert [f.rule for f in decision.fired if f.rule] == ["coverage-of-points-low"]


def test_an_unknown_stage_is_referred_without_a_score():
    """No stage, no model: the case goes to a person with the document named."""
    decision = decided(known=firm(growth_stage=None, context={}))
    assert (decision.outcome, decision.risk, decision.pins.bundle, decision.contributions) == ("refer", None, None, ())
    assert decision.reasons[0].code == "STAGE_UNKNOWN"


def test_a_segment_without_an_approved_model_is_referred():
    """Fail closed: no bundle for start-ups, or one whose answer is not a number."""
    assert [r.code for r in decided(bundles={}).reasons] == ["MODEL_NOT_AVAILABLE"]
    assert decided(bundle=FakeBundle(default=float("nan"))).reasons[0].code == "MODEL_NOT_AVAILABLE"


def test_stable_firms_are_scored_by_the_growth_model():
    """Two models serve three stages."""
    bundles = {"growth": FakeBundle(name="jifen-growth", segment="growth")}
    decision = decided(application(product="common-growth"), firm(growth_stage=2.0), bundles=bundles)
    assert (decision.risk.model, decision.risk.segment) == ("jifen-growth@7", "growth")


def test_an_explanation_that_does_not_explain_is_referred():
    """A residual over the bundle's tolerance refers; one within it does not."""
    assert decided(bundle=FakeBundle(residual=2e-6)).reasons[0].code == "SCORE_UNEXPLAINED"
    assert decided(bundle=FakeBundle(residual=1e-9)).outcome == "approve"


def test_a_product_the_policy_does_not_offer_is_declined(policy_text):
    """The reason lists what is on offer."""
    without = load_policy("\n".join(line for line in policy_text.splitlines() if '"startup-credit",  stages' not in line))
    decision = decided(policy=without)
    assert (decision.outcome, decision.reasons[0].code) == ("decline", "PRODUCT_NOT_OFFERED")
    assert decision.reasons[0].en.endswith("it offers growth-relay, loan-investment, common-growth, acquisition")


@pytest.mark.parametrize(
    ("asked", "given", "said"),
    [
        ({"as_of": date(2026, 11, 22)}, {}, "build them for that date"),
        ({"as_of": date(2026, 11, 24)}, {}, "lies after today, 2026-11-23"),
        ({}, {"now": datetime(2026, 10, 31, 8, tzinfo=UTC)}, "policy technology-2026-11 is in force from 2026-11-01"),
        ({}, {"now": NOW.replace(tzinfo=None)}, "has no zone"),
        ({}, {"scheme": two_items("")}, "has the tiers none"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(asked, given, said):
    """Nothing is decided, and the message says what to do."""
    with pytest.raises(DecisionError, match=said):
        decided(application(**asked), **given)


def test_another_firm_s_evidence_is_refused():
    """The application and the evidence must be of one firm."""
    with pytest.raises(DecisionError, match=f"the evidence is of {FIRM_ID}"):
        decided(application(firm_id="91340100MA2NUWQK10"))


def test_a_policy_starts_at_midnight_in_china():
    """2026-10-31 16:00 UTC is 2026-11-01 00:00 in China: in force."""
    first = date(2026, 11, 1)
    day = (first - date(1970, 1, 1)).days
    known = replace(firm(), as_of=day, known=dict.fromkeys(firm().known, day))
    decision = decided(application(as_of=first), known, now=datetime(2026, 10, 31, 16, tzinfo=UTC))
    assert decision.outcome == "approve"


def test_points_that_do_not_sum_to_the_score_stop_the_decision():
    """A model whose explanation contradicts its score is refused, not smoothed over."""
    with pytest.raises(DecisionError, match="do not make the score 619"):
        decided(bundle=FakeBundle(score_off_by=1))


def test_a_model_of_another_segment_is_refused():
    """Start-ups are never scored by the growth model."""
    with pytest.raises(DecisionError, match="the firm is of segment startup, model jifen-fake serves growth"):
        decided(bundles={"startup": FakeBundle(segment="growth")})


def test_a_model_of_other_inputs_is_refused():
    """A bundle trained on a bank's own table cannot decide on indicators."""
    with pytest.raises(DecisionError, match="reads CheckingAccount: not indicators"):
        decided(bundle=FakeBundle(points={"CheckingAccount": 3}))


def test_a_required_table_that_is_absent_is_referred_and_named():
    """No statement at all: everything that reads only statements is unknown, and the policy requires them."""
    bare = {name: None for name, value in firm().values.items() if CATALOGUE[name].tables == ("financials",)}
    decision = decided(known=firm(known={"financials": None}, coverage=0.7, **bare))
    assert ("evidence", 1, "financials-missing") in [(f.table, f.row, f.rule) for f in decision.fired]
    assert "缺少年度财务报表,请补充" in [r.zh for r in decision.reasons]
    assert [(m.document, m.state, m.known_on, m.effect) for m in decision.missing] == [("年度财务报表", "missing", None, "refer")]


def test_the_program_s_version_is_pinned_unless_one_is_given():
    """The installed version of the distribution, with the hash of its files."""
    assert decided(code=None).pins.code == code_version()
    assert code_version().startswith(f"{version('jifen')}+sha256.")


def test_only_what_is_illustrative_or_simulated_is_warned_of(policy_text):
    """An approved policy, an official scheme and a model of real loans need no warning; the caller's own come last, once."""
    policy = load_policy(policy_text.replace('status = "illustrative"', 'status = "approved"'))
    official = replace(two_items(), status="official")
    assert decided(policy=policy, scheme=official).warnings == ()
    assert decided(policy=policy, scheme=official, bundle=FakeBundle(simulated=True)).warnings == ("simulated_data",)
    given = ("merged_evidence", "illustrative_policy", "merged_evidence")
    assert decided(warnings=given).warnings == ("illustrative_weights", "illustrative_policy", "merged_evidence")
