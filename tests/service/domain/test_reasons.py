"""Reasons are specific, ranked, in both languages, and only what caused the outcome stands against the applicant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders_cases import FakeBundle, application, decided, firm
from hypothesis import given
from hypothesis import strategies as st

from features.indicators import CATALOGUE
from service.domain.reasons import MOST, peer_median

NAMES = sorted(CATALOGUE)
MANY = {"cash_ratio": -9, "debt_to_assets": -30, "net_margin": -4, "staff": -11, "rd_intensity": -9, "phd_share": 7, "revenue": 2}


def codes(decision, direction):
    return [reason.code for reason in decision.reasons if reason.direction == direction]


def test_the_four_heaviest_contributions_stand_against_in_order():
    """Largest first, ties by id; the code says which way the value is wrong where a direction is declared."""
    decision = decided(bundle=FakeBundle(default=0.15, points=MANY))
    assert codes(decision, "-") == ["DEBT_TO_ASSETS_HIGH", "STAFF_LOW", "CASH_RATIO_LOW", "RD_INTENSITY_WEAK"]
    assert codes(decision, "+") == ["PHD_SHARE_HIGH", "REVENUE_HIGH"]


def test_a_knock_out_is_the_only_reason_against():
    """The score did not cause it, so the score's weak points are not given as reasons."""
    decision = decided(known=firm(listings_open=1.0), bundle=FakeBundle(default=0.15, points=MANY))
    assert codes(decision, "-") == ["PUBLIC_LISTING_OPEN"]


def test_no_more_than_four_rules_are_cited_and_all_are_listed_as_fired():
    """Three knock-outs and two gates: four reasons, five fired rules."""
    bad = firm(growth_stage=2.0, listings_open=1.0, arrears_open=1.0, loans_defaulted=1.0)
    decision = decided(application(amount=50_000), bad)
    assert len(codes(decision, "-")) == MOST
    assert len([f for f in decision.fired if f.effect == "decline"]) == 5


def test_a_tier_that_cost_something_is_explained_by_points_items():
    """Grade 7 lends T1 100 % and T8 60 %: the points mattered, the score too; the item that lost most is named."""
    known = firm(rd_intensity=0.2, postgraduate_share=0.4)
    decision = decided(known=known, bundle=FakeBundle(default=0.03, points=MANY))
    assert (decision.outcome, decision.points.total, decision.points.tier) == ("counter", 2800, "T8")
    against = [r for r in decision.reasons if r.direction == "-"]
    assert [r.kind for r in against] == ["score", "score", "score", "points"]
    assert against[3].code == "POINTS_RD_INTENSITY_LOW"
    assert against[3].points == -4800
    assert against[3].zh == "研发费用占营业收入的比例为20.0%,得12分(满分60)"
    assert against[3].en == "R&D intensity: 20.0%, earns 12 of 60 innovation points"


def test_an_item_without_evidence_names_the_document():
    """Postgraduates are unknown: the loss is 40 points, and the staff roll would tell."""
    decision = decided(known=firm(postgraduate_share=None, rd_intensity=0.5), bundle=FakeBundle(default=0.03, points={"staff": 1}))
    against = [r for r in decision.reasons if r.direction == "-"]
    assert [r.code for r in against] == ["POINTS_POSTGRADUATE_SHARE_UNKNOWN", "POINTS_RD_INTENSITY_LOW"]
    assert "职工与社保名册" in against[0].zh
    assert against[0].en.endswith("it earns no innovation points of 40")


def test_a_contribution_of_something_unknown_names_the_document():
    """The model may weigh what is missing; then the reason says so instead of citing a value."""
    decision = decided(known=firm(cash_cover_months=None), bundle=FakeBundle(default=0.15))
    reason = decision.reasons[0]
    assert (reason.code, reason.points) == ("CASH_COVER_MONTHS_UNKNOWN", -12)
    assert reason.en == "Cash cover is not known; this would tell: annual financial statement"
    assert decision.contributions[1].value is None


def test_a_request_indicator_that_is_unknown_needs_no_document():
    """Cash is not known, so neither is the loan to cash; the statement would tell. The amount itself is always known."""
    bare = replace(firm(), bases=dict.fromkeys(firm().bases))
    decision = decided(known=bare, bundle=FakeBundle(default=0.15, points={"loan_to_cash": -3, "loan_amount": -2}))
    assert codes(decision, "-") == ["LOAN_TO_CASH_UNKNOWN", "LOAN_AMOUNT_WEAK"]
    assert decision.reasons[1].zh == "申请金额为200.0万元"


def test_without_a_single_weak_point_the_peer_group_is_the_reason():
    """A decline always has a reason, and it is never the score itself."""
    decision = decided(bundle=FakeBundle(default=0.15, points={"staff": 3}))
    assert codes(decision, "-") == ["PEER_GROUP_RISK"]
    assert "初创期" in decision.reasons[0].zh


def test_caps_leave_room_for_the_grade():
    """Amount and term above the product's and a weak grade: two rules, then what weighs against the firm."""
    decision = decided(application(amount=20_000_000, term_months=60), bundle=FakeBundle(default=0.05, points=MANY))
    assert codes(decision, "-") == ["AMOUNT_ABOVE_CAP", "TERM_ABOVE_CAP", "DEBT_TO_ASSETS_HIGH", "POINTS_RD_INTENSITY_LOW"]


@pytest.mark.parametrize("name", NAMES)
def test_every_indicator_can_be_a_reason_in_both_languages(name):
    """No template fails, and no reason says that the score was too low."""
    value = None if CATALOGUE[name].group == "request" else 1.0
    known = firm(**({} if value is None else {name: value})) if name != "growth_stage" else firm()
    decision = decided(known=known, bundle=FakeBundle(default=0.05, points={name: -5}))
    said = [text for reason in decision.reasons for text in (reason.zh, reason.en)]
    assert said
    assert not any("{" in text or "score" in text.lower() or "评分" in text for text in said)


@given(
    points=st.dictionaries(st.sampled_from(NAMES), st.integers(-60, 60), min_size=1, max_size=25),
    default=st.floats(0, 1),
    asked=st.integers(100_000, 30_000_000),
)
def test_reasons_cite_only_what_weighs_their_way(points, default, asked):
    """A reason against cites points below zero, one in favour above; never more than four of each; ranked by size."""
    decision = decided(application(amount=asked), bundle=FakeBundle(default=default, points=points))
    for direction, sign in (("-", -1), ("+", 1)):
        cited = [r for r in decision.reasons if r.direction == direction]
        assert len(cited) <= MOST
        by_score = [r.points for r in cited if r.kind == "score" and r.indicator]
        assert all(sign * p > 0 for p in by_score)
        assert by_score == sorted(by_score, key=abs, reverse=True)
    if decision.outcome != "approve":
        assert [r for r in decision.reasons if r.direction == "-"]


def test_the_peer_median_is_the_edge_that_half_of_the_firms_reach():
    """Shares 0.3 up to 2.0 and 0.3 up to 5.0: the median firm lies at 5.0. No profile, no median."""
    profile = {"features": {"a": {"edges": [2.0, 5.0], "shares": [0.3, 0.3, 0.4]}, "b": {"edges": [1.0], "shares": [0.5, 0.5]}}}
    assert peer_median(profile, "a") == 5.0
    assert peer_median(profile, "b") == 1.0
    assert peer_median({"features": {"c": {"edges": [1.0], "shares": [0.2, 0.8]}}}, "c") is None
    assert peer_median({}, "a") is None
