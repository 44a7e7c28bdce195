"""Decisions worked by hand from the shipped policy (docs/policy.md): what a bank employee would predict."""

from __future__ import annotations

from datetime import date

from builders_cases import AS_OF, FakeBundle, application, decided, firm


def fired(decision):
    return [(f.table, f.row, f.rule) for f in decision.fired if f.effect is not None]


def test_a_good_case_is_approved_as_asked():
    """PD 0.40 % is grade 3 (bound inclusive); points 60 x 0.5 + 40 x 0.5 = 50 are T5 (48 to 56); cell 100 %; rate 2.80 %."""
    decision = decided()
    assert (decision.outcome, decision.risk.grade, decision.points.tier, decision.points.total) == ("approve", 3, "T5", 5000)
    offer = decision.offer
    assert (offer.amount, offer.term_months, offer.rate_bp) == (2_000_000, 24, 280)
    assert (offer.channel, offer.authority, offer.valid_until) == ("express", "branch", date(2026, 12, 23))
    assert fired(decision) == [("outcomes", 3, None)]
    assert decision.referral is None


def test_a_riskier_case_gets_a_counter_offer_of_a_smaller_amount():
    """PD 5 % is grade 8 (3.8 to 6.5); T5 lends 60 %: 0.6 x 2,345,000 = 1,407,000, rounded down to 1,400,000; rate 4.60 %."""
    decision = decided(application(amount=2_345_000), bundle=FakeBundle(default=0.05))
    assert (decision.outcome, decision.risk.grade, decision.risk.pd) == ("counter", 8, "0.05000")
    assert (decision.offer.amount, decision.offer.rate_bp) == (1_400_000, 460)
    assert [(p.name, p.amount, p.binding) for p in decision.offer.limit_parts] == [
        ("asked", 2_345_000, False),
        ("product_cap", 10_000_000, False),
        ("graded", 1_400_000, True),
    ]


def test_more_than_the_product_gives_is_cut_to_its_cap_and_term():
    """Startup credit ends at 10 m yuan and 36 months: 12 m over 48 months becomes 10 m over 36, for the city branch to sign."""
    decision = decided(application(amount=12_000_000, term_months=48))
    assert (decision.outcome, decision.offer.amount, decision.offer.term_months) == ("counter", 10_000_000, 36)
    assert decision.offer.authority == "city-branch"
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
    assert decision.referral.authority == "branch"


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
    assert fired(decision) == [("outcomes", 10, None)]
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
    """Products row 1 serves start-ups only; rows 2 to 4 serve growth firms."""
    decision = decided(known=firm(growth_stage=1.0))
    assert decision.outcome == "decline"
    assert fired(decision) == [("products", 1, "stage-not-eligible")]
    assert decision.reasons[0].zh == "企业处于成长期,初创信用贷面向初创期企业;可申请:成长接力贷、贷投批量联动、共同成长计划"


def test_a_relay_without_a_loan_to_take_over_is_referred():
    """Referrals row 4 holds for growth-relay only: no running loan is on record."""
    decision = decided(application(product="growth-relay"), firm(growth_stage=1.0))
    assert (decision.outcome, fired(decision)) == ("refer", [("referrals", 4, "no-loan-to-relay")])
    running = decided(application(product="growth-relay"), firm(growth_stage=1.0, loans_running=300.0))
    assert running.outcome == "approve"
