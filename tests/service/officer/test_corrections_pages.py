"""Overriding, signing, asking for review and concluding, by form."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from builders_officer import GROUNDS, Person, seen
from flask import Flask

Decide = Callable[..., dict[str, Any]]
FIELDS = {
    "outcome": "counter",
    "amount": "100万",
    "term_months": "24",
    "rate": "4.00",
    "reason": "evidence-verified-on-site",
    "text": GROUNDS,
    "expires_on": "2026-12-23",
}


def test_an_override_within_ones_authority_stands_at_once(officer_at: Person, decide: Decide) -> None:
    """The page then says what stands, who set it, and what the system had said."""
    address = f"/decisions/{decide()['decision_id']}"
    assert officer_at.send(f"{address}/override", FIELDS).headers["Location"] == address
    said = " ".join(seen(officer_at.get(f"{address}?lang=en").text))
    assert "Approve with changes" in said
    assert "CNY 1,000,000" in said
    assert "Set by a person; the answer of the system: Approve" in said
    assert f"Person {officer_at.login}" in said
    assert GROUNDS in said


def test_above_ones_authority_a_second_person_signs(app: Flask, officer_at: Person, approver_at: Person, decide: Decide) -> None:
    """It waits on the desk of who may sign; the proposer cannot sign it, the approver can, once."""
    decision = decide(product="common-growth", amount=5_000_000, term_months=36)
    address = f"/decisions/{decision['decision_id']}"
    fields = FIELDS | {"amount": "400万", "term_months": "36"}
    assert officer_at.send(f"{address}/override", fields).status_code == 303
    assert address in officer_at.get("/desk?queue=waiting").text
    found = re.search(r'href="(/overrides/[0-9A-Z]{26})"', approver_at.get(address).text)
    assert found
    assert "/overrides/" not in officer_at.get(address).text
    form = approver_at.get(f"{found[1]}?lang=en")
    assert "CNY 4,000,000" in form.text
    assert GROUNDS in form.text
    short = approver_at.send(found[1], {"verdict": "", "reason": "short"})
    assert short.status_code == 422
    assert "short" in short.text
    assert approver_at.send(found[1], {"verdict": "signed", "reason": GROUNDS}).headers["Location"] == address
    assert approver_at.send(found[1], {"verdict": "signed", "reason": GROUNDS}).status_code == 409
    assert address not in officer_at.get("/desk?queue=waiting").text
    assert "CNY 4,000,000" in approver_at.get(f"{address}?lang=en").text
    own = Person(app, "approver", "second", "branch")
    mine = own.send(f"{address}/override", fields | {"amount": "450万"})
    assert mine.status_code == 303
    assert "/overrides/" not in own.get(address).text


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"outcome": ""}, "outcome", "请填写本项"),
        ({"outcome": "perhaps"}, "outcome", "请从列出的选项中选择"),
        ({"amount": "0"}, "amount", "不得小于 1"),
        ({"amount": "900万"}, "amount", "应在10万元至200万元之间"),
        ({"rate": "9.99"}, "rate", "之间（政策下限与上限）"),
        ({"rate": "abc"}, "rate", "请填写整数"),
        ({"rate": ""}, "rate", "此结论须填写本项"),
        ({"text": "太短"}, "text", "至少填写 20 个字"),
        ({"expires_on": "2026-11-01"}, "expires_on", "应晚于今天"),
        ({"expires_on": "soon"}, "expires_on", "请填写日期"),
        ({"reason": ""}, "reason", "请填写本项"),
        ({"outcome": "approve"}, "outcome", "此条件应选“有条件同意”"),
    ],
)
def test_what_is_wrong_with_an_override_is_told_in_chinese(
    officer_at: Person, decide: Decide, changes: dict[str, str], field: str, said: str
) -> None:
    """Beside its field and on top; what was typed stays, and nothing is proposed."""
    address = f"/decisions/{decide()['decision_id']}/override"
    page = officer_at.send(address, FIELDS | changes)
    assert page.status_code == 422
    assert page.text.count(said) == 2, seen(page.text)
    assert f'href="#{field}"' in page.text
    assert "太短" in page.text if "text" in changes else GROUNDS in page.text
    assert "人工处理" not in officer_at.get(address.removesuffix("/override")).text


def test_a_client_asks_for_a_person_and_a_person_concludes(officer_at: Person, approver_at: Person, decide: Decide) -> None:
    """Filed by the officer, concluded by somebody else; meanwhile nothing is final, and asking twice is refused."""
    decision = decide(product="growth-relay")
    address = f"/decisions/{decision['decision_id']}"
    fields = {"asked_by": "王经理", "channel": "电话", "text": "请重新考虑"}
    assert officer_at.send(f"{address}/review", fields | {"text": ""}).status_code == 422
    assert officer_at.send(f"{address}/review", fields).headers["Location"] == address
    assert officer_at.send(f"{address}/review", fields).status_code == 409
    assert "not final before the review is concluded" in officer_at.get(f"{address}?lang=en").text
    found = re.search(r'href="(/reviews/[0-9A-Z]{26})"', approver_at.get(address).text)
    assert found
    assert "王经理" in approver_at.get(found[1]).text
    wrong = approver_at.send(found[1], {"verdict": "override", "reason": GROUNDS})
    assert wrong.status_code == 422
    assert "须选择一项" in wrong.text
    assert approver_at.send(found[1], {"verdict": "", "reason": ""}).status_code == 422
    assert approver_at.send(found[1], {"verdict": "uphold", "reason": GROUNDS}).headers["Location"] == address
    said = " ".join(seen(officer_at.get(f"{address}?lang=en").text))
    assert f"Upheld by Person {approver_at.login}" in said
    assert "The answer is final" in said


def test_a_machine_proposes_nothing(app: Flask, officer: dict[str, str], decide: Decide) -> None:
    """A bearer token may open the form and is refused as a page when it sends it."""
    address = f"/decisions/{decide()['decision_id']}/override"
    client = app.test_client()
    assert client.get(address, headers=officer).status_code == 200
    refused = client.post(address, data=FIELDS, headers=officer)
    assert (refused.status_code, refused.mimetype) == (403, "text/html")


@pytest.mark.parametrize("path", ["/overrides/01JDC0V9T7Q2M4X8K6Z3B5N1RA", "/reviews/01JDC0V9T7Q2M4X8K6Z3B5N1RA"])
def test_what_is_not_on_record_is_told_as_a_page(approver_at: Person, path: str) -> None:
    """Opened or sent."""
    assert approver_at.get(path).status_code == 404
    assert approver_at.send(path, {"verdict": "signed", "reason": GROUNDS}).status_code == 404
