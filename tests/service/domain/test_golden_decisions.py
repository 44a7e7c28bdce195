"""Decisions worked by hand from the shipped policy (docs/policy.md): what a bank employee would predict."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from builders_cases import AS_OF, FakeBundle, application, decided, firm


def fired(decision):
    return [(f.table, f.row, f.rule) for f in decision.fired if f.effect is not None]


def parts(decision):
    return [(p.name, p.amount) for p in decision.offer.limit_parts], [(p.name, p.bp) for p in decision.offer.rate_parts_bp]


def test_a_good_case_is_approved_as_asked():
    """PD 0.40 % is grade 3 (bound inclusive); points 60 x 0.5 + 40 x 0.5 = 50 are T5 (48 to 56): set A of the levers.

    Limit: revenue 100 m x 40 % = 40 m, R&D 100 m x 150 % = 150 m is the larger base; T5 adds 10 %, 15 m; cash bounds at 500 m,
    the product at 10 m, the head office at 50 m; 2 m were asked, which is the least.
    Rate over 24 months: funding 1.90; relending 60 % x (1.50 - 1.90) = -0.24; operating 0.60; expected loss: monthly hazard
    1 - 0.996^(1/12) = 0.00033395, 12 x h / (1 - h) = 0.40087 %, x LGD 45 % x bank 65 % = 11.7 bp, 12; capital 8 % x (10 - 1.90) = 64.8, 65;
    margin of set A 0.30; benefit of T5 -0.15. Sum 318. The pool carries 30 % + 5 % (pure credit), the bank 65 %.
    """
    decision = decided()
    assert (decision.outcome, decision.risk.grade, decision.points.tier, decision.points.total) == ("approve", 3, "T5", 5000)
    offer = decision.offer
    assert (offer.amount, offer.term_months, offer.rate_bp, offer.levers) == (2_000_000, 24, 318, "A")
    assert (offer.channel.id, offer.authority.id, offer.valid_until) == ("express", "branch", date(2026, 12, 23))
    assert (offer.collateral.id, offer.allocation.id, offer.monitoring.id) == ("none", "priority", "half-yearly")
    limit, rate = parts(decision)
    assert limit == [
        ("revenue_capacity", 40_000_000),
        ("rd_capacity", 150_000_000),
        ("points", 15_000_000),
        ("capacity", 165_000_000),
        ("cash_cap", 500_000_000),
        ("asked", 2_000_000),
        ("product_cap", 10_000_000),
        ("authority", 50_000_000),
    ]
    assert [p.name for p in offer.limit_parts if p.binding] == ["asked"]
    assert rate == [
        ("funding", 190),
        ("relending", -24),
        ("operating", 60),
        ("expected_loss", 12),
        ("capital", 65),
        ("margin", 30),
        ("technology_benefit", -15),
    ]
    assert [(s.party, s.share_bp) for s in offer.risk_sharing.shares] == [("bank", 6500), ("compensation-pool", 3500)]
    assert fired(decision) == [("levers", 1, None)]
    assert decision.referral is None


def test_every_offer_has_its_payments():
    """2 m over 24 months in equal principal: 83,333 a month and 83,341 at the end; first interest 2 m x 3.18 % / 12 = 5,300.00.

    Interest falls by 83,333 x 3.18 % / 12 = 220.83 a month; the last is 83,341 x 3.18 % / 12 = 220.85.
    """
    offer = decided().offer
    lines = offer.schedule.instalments
    assert (offer.repayment.id, len(lines), sum(line.principal for line in lines)) == ("equal-principal", 24, 2_000_000)
    assert (lines[0].due_on, lines[0].principal, lines[0].interest, lines[0].balance) == (date(2026, 12, 23), 83_333, "5300.00", 1_916_667)
    assert (lines[-1].due_on, lines[-1].principal, lines[-1].interest, lines[-1].balance) == (date(2028, 11, 23), 83_341, "220.85", 0)
    assert sum(Decimal(line.interest) for line in lines) == Decimal(offer.schedule.interest)


def test_a_riskier_case_gets_a_counter_offer_of_a_smaller_amount():
    """PD 3 % is grade 7, points 40 are T6: set D lends 80 % of the sized amount.

    Revenue 4 m x 40 % = 1.6 m is the larger base (R&D 0.5 m x 150 % = 0.75 m); T6 adds 5 %, 80,000; 80 % of 1,680,000 is 1,344,000:
    grade -336,000; loans running 200,000 are taken off: 1,144,000, rounded down to 1,140,000 of 2,345,000 asked.
    """
    known = firm(rd_intensity=0.4, postgraduate_share=0.4, loans_running=20.0, bases={"revenue_0": 4e6, "rd_expense_0": 5e5})
    decision = decided(application(amount=2_345_000), known, bundle=FakeBundle(default=0.03))
    assert (decision.outcome, decision.risk.grade, decision.points.tier, decision.offer.levers) == ("counter", 7, "T6", "D")
    assert decision.offer.amount == 1_140_000
    assert [(p.name, p.amount, p.kind) for p in decision.offer.limit_parts if p.kind != "bound"] == [
        ("revenue_capacity", 1_600_000, "base"),
        ("rd_capacity", 750_000, "base"),
        ("points", 80_000, "addition"),
        ("grade", -336_000, "addition"),
        ("existing_exposure", -200_000, "addition"),
        ("capacity", 1_144_000, "capacity"),
        ("rounding", -4_000, "rounding"),
    ]
    assert [p.name for p in decision.offer.limit_parts if p.binding] == ["capacity"]
    assert decision.reasons[0].code == "LIMIT_CAPACITY"
    assert decision.reasons[0].zh == "可贷额度为114万元:营业收入测算额160万元,创新积分上浮+8万元,评级调整-33.6万元,存量贷款扣减-20万元"


def test_little_cash_bounds_a_startup_s_loan():
    """Cash of 300,000 yuan x 500 % = 1.5 m: the offer is 1.5 m, and neither score nor points are blamed for it."""
    decision = decided(known=firm(bases={"cash_0": 3e5}))
    assert (decision.outcome, decision.offer.amount) == ("counter", 1_500_000)
    assert [r.code for r in decision.reasons if r.direction == "-"] == ["LIMIT_CASH_CAP"]
    assert decision.reasons[0].en == "CNY 1,500,000 can be lent: the limit by cash is CNY 1,500,000"


def test_a_weak_grade_needs_security_that_pure_credit_does_not_have():
    """PD 5 % is grade 8, T5: set E asks for a pledge of intellectual property; startup credit is pure credit: a person decides."""
    decision = decided(bundle=FakeBundle(default=0.05))
    assert (decision.outcome, decision.risk.grade, decision.risk.pd) == ("refer", 8, "0.05000")
    assert fired(decision) == [("levers", 5, None), ("levers", 5, "security-beyond-product")]


def test_without_revenue_and_research_figures_no_limit_can_be_worked_out():
    """Neither base is known: the case is referred, and the reason names both."""
    decision = decided(known=firm(bases={"revenue_0": None, "rd_expense_0": None}))
    assert (decision.outcome, fired(decision)[-1]) == ("refer", ("capacities", 1, "limit-unknown"))
    assert decision.reasons[0].en == "Nothing tells how much can be lent; not known: limit by revenue, limit by R&D expense"


def test_a_startup_without_title_or_rubric_is_not_served():
    """No valid title, and the technology-SME evaluation fails: no technical staff at all scores nothing on its first item."""
    decision = decided(known=firm(titles_valid=0.0, high_tech_certificate=0.0, tech_staff_share=0.0))
    assert (decision.outcome, fired(decision)) == ("decline", [("gates", 1, "technology-firm")])


def test_a_team_that_convinces_nobody_is_interviewed():
    """Two years in the industry, 10 % postgraduates, no provincial talent: gate 2 refers."""
    known = firm(founder_years=2.0, postgraduate_share=0.1, provincial_talents=0.0, rd_intensity=0.9)
    decision = decided(known=known)
    assert (decision.outcome, fired(decision)) == ("refer", [("gates", 2, "team")])


def test_a_firm_without_any_technology_of_its_own_is_declined():
    """No right in force, nothing filed, R&D of 4 % of revenue: gate 3; at 5 % it would pass."""
    bare = {"class1_rights": 0.0, "class2_rights": 0.0, "invention_applications": 0.0, "postgraduate_share": 1.0}
    assert fired(decided(known=firm(rd_intensity=0.04, **bare))) == [("gates", 3, "own-technology")]
    assert decided(known=firm(rd_intensity=0.05, **bare)).outcome == "approve"


def test_a_gate_that_cannot_be_judged_is_referred():
    """Founders and talents unknown where postgraduates do not suffice: the gate refers and names the document."""
    unknown = dict.fromkeys(("founder_years", "provincial_talents"))
    decision = decided(known=firm(postgraduate_share=0.1, rd_intensity=0.9, **unknown))
    assert fired(decision) == [("gates", 2, "team-unknown")]
    assert decision.reasons[0].zh == "准入条件尚无法判断,需提供职工与社保名册"


def test_more_than_the_product_gives_is_cut_to_its_cap_and_term():
    """Startup credit ends at 10 m yuan and 36 months: 12 m over 48 months becomes 10 m over 36, for the city branch to sign."""
    decision = decided(application(amount=12_000_000, term_months=48))
    assert (decision.outcome, decision.offer.amount, decision.offer.term_months) == ("counter", 10_000_000, 36)
    assert decision.offer.authority.id == "city-branch"
    assert [r.code for r in decision.reasons if r.kind == "rule"] == ["AMOUNT_ABOVE_CAP", "TERM_ABOVE_CAP"]


def test_thin_evidence_is_referred_and_names_the_documents():
    """59 % of the indicators are known where 60 % are needed; the invoices are absent and would help."""
    invoices = dict.fromkeys(
        [name for name in firm().values if name.startswith(("invoice", "voided", "buyer", "input_"))],
    )
    decision = decided(known=firm(coverage=0.5999, known={"invoices": None}, **invoices))
    assert (decision.outcome, decision.offer) == ("refer", None)
    assert fired(decision) == [("coverage", None, "coverage-of-indicators-low")]
    assert decision.reasons[0].zh == "企业指标仅59.99%已知,低于60%,可补充:近24个月增值税发票"
    assert [(m.table, m.state, m.effect) for m in decision.missing] == [("invoices", "missing", "coverage")]
    assert decision.referral.authority.id == "branch"


def test_stale_statements_are_referred_and_named_with_their_date():
    """Statements may be 460 days old; these are 461 days old at 2026-11-23: of 2025-08-19."""
    decision = decided(known=firm(known={"financials": AS_OF - 461}))
    assert decision.outcome == "refer"
    assert fired(decision) == [("evidence", 1, "financials-stale")]
    (missing,) = decision.missing
    assert (missing.document, missing.document_en) == ("年度财务报表", "annual financial statement")
    assert (missing.state, missing.known_on, missing.effect) == ("stale", "2025-08-19", "refer")


def test_an_open_listing_knocks_out_however_good_the_score():
    """Knock-out row 1: one open entry on the abnormal or dishonesty list declines a grade-1 firm."""
    decision = decided(known=firm(listings_open=1.0), bundle=FakeBundle(default=0.0005))
    assert (decision.outcome, decision.risk.grade, decision.offer) == ("decline", 1, None)
    assert fired(decision) == [("knock_outs", 1, "public-listing-open")]
    reason = decision.reasons[0]
    assert reason.zh == "仍被列入经营异常名录或严重违法失信名单(1项)"
    assert reason.en == "Still on the abnormal-operation or serious-dishonesty list (entries: 1)"


def test_a_weak_grade_declines_with_what_weighs_against_the_firm():
    """PD 15 % is grade 10, declined in every tier but T1 to T3; the reason is the one contribution against the firm."""
    decision = decided(bundle=FakeBundle(default=0.15))
    assert (decision.outcome, decision.risk.grade) == ("decline", 10)
    assert fired(decision) == [("levers", 7, None)]
    assert [r.code for r in decision.reasons if r.direction == "-"] == ["CASH_COVER_MONTHS_LOW"]


def test_strong_points_against_a_weak_grade_are_referred():
    """Points 60 x 0.9 + 40 x 0.9 = 90 are T1, PD 15 % is grade 10: disagreement row 1, where T5 would be declined."""
    decision = decided(known=firm(rd_intensity=0.9, postgraduate_share=0.9), bundle=FakeBundle(default=0.15))
    assert (decision.outcome, decision.points.tier) == ("refer", "T1")
    assert fired(decision) == [("disagreements", 1, "points-and-model-disagree")]


def test_hardly_any_innovation_is_referred_however_safe():
    """Points 10 are T10 (below 16); a grade-3 firm is referred by disagreement row 2."""
    decision = decided(known=firm(rd_intensity=0.1, postgraduate_share=0.1))
    assert (decision.outcome, decision.points.tier) == ("refer", "T10")
    assert fired(decision) == [("disagreements", 2, "points-and-model-disagree")]


def test_a_growth_firm_is_not_served_by_startup_credit_but_told_what_is_open_to_it():
    """Products row 1 serves start-ups only; rows 2 to 5 serve growth firms."""
    decision = decided(known=firm(growth_stage=1.0))
    assert decision.outcome == "decline"
    assert fired(decision) == [("products", 1, "stage-not-eligible")]
    assert decision.reasons[0].zh == "企业处于成长期,初创信用贷面向初创期企业;可申请:成长接力贷、贷投批量联动、共同成长计划、并购贷款"
