"""People of a bank for tests, as a gate would admit them, and what they write."""

from __future__ import annotations

from typing import Any

from builders_evidence import request

from service.tokens import Holder, Role

AUTHORITIES = {
    "officer.li": None,
    "branch.wang": "branch",
    "branch.zhao": "branch",
    "city.chen": "city-branch",
    "head.zhou": "head-office",
    "head.wu": "head-office",
}
"""Who may sign how far, by sign-in name."""
GROUNDS = "王经理(13800000000)现场核实:订单合同与回款均已核对无误,同意调整授信。"
"""Grounds that speak of a person, as people write them."""


class PeopleGate:
    """Admits `Person <name> <role>` as that person, and everything else as the gate behind it does."""

    def __init__(self, behind: Any) -> None:
        self.behind = behind

    def admit(self, header: str | None) -> Holder:
        words = (header or "").split()
        if words[:1] == ["Person"]:
            return Holder("session00000", Role(words[2]), words[1])
        holder: Holder = self.behind.admit(header)
        return holder


def person(login: str, role: str = "approver") -> dict[str, str]:
    """Headers of a person's request."""
    return {"Authorization": f"Person {login} {role}"}


def override(**changes: Any) -> dict[str, Any]:
    """The body of an override: 1 m yuan of the 2 m asked, at 4.00 %, for a month."""
    usual = {"reason": "evidence-verified-on-site", "text": GROUNDS, "outcome": "counter", "expires_on": "2026-12-23"}
    return {**usual, "amount": 1_000_000, "term_months": 24, "rate_bp": 400, **changes}


def declining(**changes: Any) -> dict[str, Any]:
    """The body of an override that declines."""
    return override(outcome="decline", reason="adverse-information", amount=None, term_months=None, rate_bp=None, **changes)


def young_firm() -> dict[str, Any]:
    """A young firm with fresh evidence and nothing against it: approved as asked."""
    usual = request()
    firm = {**usual["firm"], "founded_on": "2024-05-06", "searched": None}
    statement = {
        **usual["financials"][0],
        "year": 2025,
        "known_on": "2026-04-20",
        "rd_expense": 3_000_000,
        "revenue": 4_000_000,
        "hightech_revenue": 3_000_000,
    }
    statement |= {"total_assets": 60_000_000, "cash": 13_000_000, "net_profit": 500_000, "operating_cash_flow": 100_000}
    talent = {**usual["talent"][0], "period_end": "2025-12-31", "known_on": "2026-03-31", "postgraduates": 8}
    invoices = {**usual["invoices"][0], "month": "2026-09-01", "known_on": "2026-10-10"}
    patent = {**usual["patents"][0], "lapsed_on": None, "filed_on": "2024-06-01", "published_on": "2025-12-01", "granted_on": "2026-06-01"}
    patent |= {"acquired_on": None, "pledged_on": None}
    more = {"financials": [statement], "talent": [talent], "invoices": [invoices], "patents": [patent]}
    return {**usual, "firm": firm, **more, "conduct": [], "loans": []}
