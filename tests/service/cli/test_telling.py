"""An offer on the command line shows every number with its parts."""

from __future__ import annotations

import orjson
from builders_cases import AS_OF, application, decided, firm

from service.cli.telling import case_lines, offer_lines
from service.domain import Prior, TakenOver


def lines(decision) -> str:
    return "\n".join(offer_lines(orjson.loads(decision.canonical())["offer"]))


def test_an_offer_is_told_with_its_parts():
    """Amount, levers, limit with the binding part marked, rate by parts, shares, payments, who signs."""
    told = lines(decided())
    assert "offered 2,000,000 yuan over 24 months at 3.18 %, equal principal" in told
    assert "levers A: express channel, three working days; pure credit;" in told
    assert "amount asked 2,000,000 <, product cap 10,000,000," in told
    assert "rate:     funding +1.90, relending -0.24, operating cost +0.60, expected loss +0.12, capital charge +0.65, margin +0.30" in told
    assert "loss:     bank 65 %, compensation pool 35 %" in told
    assert "first 83,333 + 5300.00 on 2026-12-23, last 83,341 + 220.85 on 2028-11-23" in told
    assert "signed by the branch, valid until 2026-12-23" in told


def test_a_path_and_a_programme_are_named():
    """Common growth for equipment: what is lent and leased, three dated steps, the science guarantee and its room."""
    asked = application(product="common-growth", amount=5_000_000, term_months=48, purpose="equipment")
    told = lines(decided(asked, firm(growth_stage=1.0)))
    assert "path:     from 2026-11-23 2.73 %, from 2027-11-23 2.93 %, from 2028-11-23 4.08 %" in told
    assert "guarantor 80 %, compensation pool 5 % (Anhui science guarantee), fee 1 % a year" in told
    assert "right:    equity option, exercised by a partner investor, 17,500 yuan, until 2031-11-23" in told
    assert "split:    bank loan 3,500,000 + lease 1,500,000 = 5,000,000 (equipment renewal: loan, guarantee, insurance, lease)" in told
    assert "room:     science-guarantee 5,000,000 left of 5,000,000, 0 used" in told


def test_room_that_is_unknown_or_unsaid_is_named():
    """8 m run under nobody knows what, so they count; a loan above the science guarantee's cap says why it is not taken."""
    asked = application(product="common-growth", amount=6_000_000, purpose="digitalisation")
    told = lines(decided(asked, firm(growth_stage=1.0, bases={"guarantee_unknown": 8e6})))
    assert "anhui-4321 12,000,000 left of 20,000,000, 8,000,000 used, 8,000,000 of it by loans of which nobody says who guarantees" in told
    assert "not by:   science-guarantee: its cap for one firm is used up" in told


def case_of(decision) -> str:
    return "\n".join(case_lines(orjson.loads(decision.canonical())))


def test_investors_a_relay_and_who_decides_are_told():
    """Loan-investment with and without its investors; a relay with its old loan; a referral with its mark."""
    bases = {"revenue_0": 8e6, "rd_expense_0": 1e6, "total_assets_0": 2e7}
    asked = application(product="loan-investment", amount=4_000_000)
    backed = decided(asked, firm(bases=bases, venture_capital=800.0, backed_rounds=1.0))
    assert case_of(backed) == "investors: alone counter 2,640,000, with them in full counter 3,520,000; they raised the amount by 880,000"
    loan = TakenOver(loan_id="L1", amount=3_000_000, granted_on=AS_OF - 700, overdue_on=None, stage="start-up", points=5001)
    relay = decided(application(product="growth-relay"), firm(growth_stage=1.0), prior=Prior(relay=loan))
    told = case_of(relay)
    assert "relay:    pays off loan L1 of 3,000,000 yuan, granted on 2024-12-23" in told
    assert "to be decided by the branch, as restructuring" in told


def test_nothing_is_told_where_nothing_is_offered():
    """A decline has no offer."""
    assert lines(decided(known=firm(listings_open=1.0))) == ""
