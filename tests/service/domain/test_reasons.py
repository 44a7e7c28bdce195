"""Reasons are specific, ranked, in both languages, and only what caused the outcome stands against the applicant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders_cases import FakeBundle, application, decided, firm, lacking
from hypothesis import given
from hypothesis import strategies as st

from features.indicators import CATALOGUE
from features.points import ItemPoints
from service.domain.reasons import MOST, peer_median, points_reason

NAMES = sorted(CATALOGUE)
MANY = {"cash_ratio": -9, "debt_to_assets": -30, "net_margin": -4, "staff": -11, "rd_intensity": -9, "phd_share": 7, "revenue": 2}

SMALL = {"revenue_0": 4e6, "rd_expense_0": 0.0, "operating_cash_flow_0": 0.0}
"""A base of 1.6 m yuan, so that points and grade decide how much is lent."""


def codes(decision, direction):
    return [reason.code for reason in decision.reasons if reason.direction == direction]


def test_r5_the_four_heaviest_contributions_stand_against_in_order():
    """Largest first, ties by id; without a peer level the code claims no level, only the model's direction."""
    decision = decided(bundle=FakeBundle(default=0.15, points=MANY))
    assert codes(decision, "-") == ["DEBT_TO_ASSETS_WEAK", "STAFF_WEAK", "CASH_RATIO_WEAK", "RD_INTENSITY_WEAK"]
    assert codes(decision, "+") == ["PHD_SHARE_STRONG", "REVENUE_STRONG"]


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
    """Grade 6 lends T1 115 % of a base and T8 80 %: the points mattered, the score too; the item that lost most is named."""
    known = firm(rd_intensity=0.2, postgraduate_share=0.4, bases=SMALL)
    decision = decided(known=known, bundle=FakeBundle(default=0.02, points=MANY))
    assert (decision.outcome, decision.points.total, decision.points.tier) == ("counter", 2800, "T8")
    against = [r for r in decision.reasons if r.direction == "-"]
    assert [r.kind for r in against] == ["rule", "score", "score", "points"]
    assert against[3].code == "POINTS_RD_INTENSITY_LOW"
    assert against[3].points == -4800
    assert against[3].zh == "研发费用占营业收入的比例为20.0%,积分12(满分60)"
    assert against[3].en == "R&D intensity: 20.0%; earns 12 of 60 innovation points"


def test_an_item_without_evidence_names_the_document():
    """The staff roll is absent: postgraduates lose 40 points, and the roll would tell."""
    known = lacking("talent", rd_intensity=0.5, bases=SMALL)
    decision = decided(application(product="common-growth"), known, bundle=FakeBundle(default=0.03, points={"revenue": 1}))
    against = [r for r in decision.reasons if r.kind == "points"]
    assert [(r.code, r.points) for r in against] == [("POINTS_POSTGRADUATE_SHARE_UNKNOWN", -4000), ("POINTS_RD_INTENSITY_LOW", -3000)]
    assert against[0].zh == "研究生以上人员占比未知,可补充职工与社保名册,积分0(满分40)"
    assert against[0].en.endswith("; earns 0 of 40 innovation points")


def test_a_contribution_of_something_unknown_names_the_document():
    """The model may weigh what is missing; then the reason says so instead of citing a value."""
    decision = decided(known=lacking("invoices"), bundle=FakeBundle(default=0.15, points={"invoice_growth": -12}))
    reason = decision.reasons[0]
    assert (reason.code, reason.points) == ("INVOICE_GROWTH_UNKNOWN", -12)
    assert reason.en == "Invoice growth is not known; this would tell: VAT invoices of 24 months"
    assert decision.contributions[0].value is None


def test_what_the_evidence_on_file_cannot_tell_asks_for_nothing():
    """The statements are there but say nothing of cash: no document is asked for that was already sent."""
    decision = decided(known=firm(cash_cover_months=None), bundle=FakeBundle(default=0.15))
    assert decision.reasons[0].code == "CASH_COVER_MONTHS_UNKNOWN"
    assert decision.reasons[0].zh == "由现有年度财务报表无法得出货币资金覆盖月数"


def test_an_item_among_peers_tells_its_rank():
    """Where a scheme ranks firms, the reason gives percentile and number of peers; without a comparable firm, the value alone."""
    item = ItemPoints(
        id="revenue", group="growth", indicator="revenue", zh="营业收入", en="Revenue", points=92, out_of=400, lowest=0,
        value=1234.5, unit="10k yuan", percentile=2300, peers=1284, cell=("electronics", "start-up"),
        source_table="financials", known_on=None, missing=False, note=(),
    )  # fmt: skip
    ranked = points_reason(item, frozenset())
    assert ranked.zh == "营业收入为1,234.5万元,位于同类1284家企业的第23百分位,积分0.92(满分4)"
    assert ranked.en == "Revenue: CNY 12.35 m, percentile 23 of 1284 comparable firms; earns 0.92 of 4 innovation points"
    alone = points_reason(replace(item, points=0, percentile=None, peers=None, missing=True, note=("no-peers",)), frozenset())
    assert (alone.code, alone.zh) == ("POINTS_REVENUE_UNKNOWN", "营业收入为1,234.5万元,积分0(满分4)")


def test_without_a_single_weak_point_the_peer_group_is_the_reason():
    """A decline always has a reason, and it is never the score itself."""
    decision = decided(bundle=FakeBundle(default=0.15, points={"staff": 3}))
    assert codes(decision, "-") == ["PEER_GROUP_RISK"]
    assert "初创期" in decision.reasons[0].zh


def test_caps_leave_room_for_the_grade():
    """Amount and term above the product's, and a limit that the grade cut: three rules, then what the points lost."""
    known = firm(rd_intensity=0.4, postgraduate_share=0.4, bases=SMALL)
    decision = decided(application(amount=20_000_000, term_months=60), known, bundle=FakeBundle(default=0.03, points=MANY))
    assert codes(decision, "-") == ["AMOUNT_ABOVE_CAP", "LIMIT_CAPACITY", "TERM_ABOVE_CAP", "POINTS_RD_INTENSITY_LOW"]


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


@given(
    value=st.floats(-5, 50, allow_nan=False),
    peer=st.floats(-5, 50, allow_nan=False),
    points=st.integers(-60, 60).filter(bool),
    name=st.sampled_from([n for n in NAMES if CATALOGUE[n].unit not in {"flag", "stage"} and n in firm().values]),
)
def test_r5_the_code_and_the_words_agree_with_value_and_peers_and_the_sign_with_the_model(value, peer, points, name):
    """HIGH stands above the median shown beside it, LOW below, TYPICAL at it, whatever the model makes of it; the sign is the model's."""
    profile = {"features": {name: {"edges": [peer], "shares": [0.5, 0.5]}}}
    decision = decided(known=firm(**{name: value}), bundle=FakeBundle(default=0.15, points={name: points}, reference_profile=profile))
    for reason in (r for r in decision.reasons if r.kind == "score" and r.indicator == name):
        assert reason.direction == ("+" if points > 0 else "-")
        assert reason.code == name.upper() + ("_HIGH" if value > peer else "_LOW" if value < peer else "_TYPICAL")
        assert "低于" not in reason.zh or value < peer
        assert "; below" not in reason.en or value < peer
        assert "高于" not in reason.zh or value > peer
        assert "; above" not in reason.en or value > peer


def test_a_value_above_its_peers_is_never_called_low():
    """Cash for 7 months against a median of 5 that the model still counts against the firm: HIGH, above, and a minus."""
    decision = decided(known=firm(cash_cover_months=7.0), bundle=FakeBundle(default=0.15, points={"cash_cover_months": -3}))
    reason = decision.reasons[0]
    assert (reason.code, reason.direction, reason.points) == ("CASH_COVER_MONTHS_HIGH", "-", -3)
    assert reason.zh == "货币资金可覆盖7.0个月经营支出,高于同类企业中位数5.0个月"


def test_the_peer_median_is_the_edge_that_half_of_the_firms_reach():
    """Shares 0.3 up to 2.0 and 0.3 up to 5.0: the median firm lies at 5.0. No profile, no median."""
    profile = {"features": {"a": {"edges": [2.0, 5.0], "shares": [0.3, 0.3, 0.4]}, "b": {"edges": [1.0], "shares": [0.5, 0.5]}}}
    assert peer_median(profile, "a") == 5.0
    assert peer_median(profile, "b") == 1.0
    assert peer_median({"features": {"c": {"edges": [1.0], "shares": [0.2, 0.8]}}}, "c") is None
    assert peer_median({}, "a") is None
