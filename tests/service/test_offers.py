"""Products side by side, and what would change a decision, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import builders_cases as cases
import pytest
from builders_evidence import request as evidence_request
from builders_recourse import StepBundle
from flask import Flask
from flask.testing import FlaskClient

from service.active import Active
from service.desk import Desk
from service.errors import NotReady

Headers = dict[str, str]
Body = dict[str, Any]
ADDRESS = "/v1/firms/{}/offers?amount={}&term_months={}"


@pytest.fixture
def active(active: Active) -> Active:
    """Models that like cash: past 2.5 months of it the PD falls from 15 % to 0.1 %."""
    models = {segment: StepBundle({"cash_cover_months": (2.5, 145)}, segment=segment) for segment in ("startup", "growth")}
    return replace(active, bundles=models)


@pytest.fixture
def evidence() -> Body:
    """A start-up with fresh papers and nothing against it; three millions of cash cover 1.9 months of costs."""
    sent = evidence_request(loans=[], conduct=[])
    sent["firm"] |= {"founded_on": "2022-05-06", "searched": "patents;conduct;loans"}
    sent["financials"][0] |= {"year": 2025, "known_on": "2026-04-20", "revenue": 18_000_000, "net_profit": 500_000}
    sent["financials"][0] |= {"operating_cash_flow": 900_000}
    sent["talent"][0] |= {"period_end": "2025-12-31", "known_on": "2026-03-31"}
    sent["qualifications"][0] |= {"valid_from": "2025-10-16", "valid_until": "2028-10-15"}
    del sent["invoices"]
    return sent


def rank(line: Body) -> tuple[int, int, int]:
    offer = line["offer"] or {"amount": 0, "rate_bp": 0}
    return ["approve", "counter", "refer", "decline"].index(line["outcome"]), -offer["amount"], offer["rate_bp"]


def test_every_product_has_a_line_best_first(client: FlaskClient, officer: Headers, filed: str, desk: Desk) -> None:
    """Each product of the policy once, in the documented order, for the amount and term asked."""
    page = client.get(ADDRESS.format(filed, 2_000_000, 24), headers=officer).json
    assert sorted(line["product"] for line in page["offers"]) == sorted(row.product for row in desk.active.policy.products)
    assert page["offers"] == sorted(page["offers"], key=rank)
    assert (page["firm_id"], page["amount"], page["term_months"], page["as_of"]) == (filed, 2_000_000, 24, "2026-11-23")
    assert "outcome" in page["order"]


def test_a_line_is_what_a_decision_would_be(client: FlaskClient, officer: Headers, filed: str) -> None:
    """The same outcome, offer and reasons against it as a recorded decision of that product."""
    page = client.get(ADDRESS.format(filed, 2_000_000, 24), headers=officer).json
    for line in page["offers"]:
        asked = {"product": line["product"], "amount": 2_000_000, "term_months": 24, "firm_id": filed}
        decided = client.post("/v1/decisions", json=asked, headers=officer).json
        assert [line[name] for name in ("outcome", "offer", "says", "missing")] == [
            decided[name] for name in ("outcome", "offer", "says", "missing")
        ]
        assert line["reasons"] == [reason for reason in decided["reasons"] if reason["direction"] == "-"]


def test_a_purpose_brings_its_combination_to_the_products_that_have_one(
    client: FlaskClient, officer: Headers, risk: Headers, evidence: Body
) -> None:
    """Equipment: where the line is a combination, what is lent and leased makes the amount; an unknown purpose is refused."""
    evidence["financials"][0] |= {"cash": 9_000_000, "current_assets": 15_000_000, "rd_expense": 7_000_000}
    filed = client.post("/v1/firms", json=evidence, headers=risk).json["firm_id"]
    address = ADDRESS.format(filed, 2_000_000, 24)
    page = client.get(f"{address}&purpose=equipment", headers=officer).json
    assert page["purpose"] == "equipment"
    split = [line["offer"] for line in page["offers"] if line["offer"] and line["offer"]["combination"]]
    assert split
    for offer in split:
        assert [part["instrument"] for part in offer["split"]] == ["loan", "lease"]
        assert sum(part["amount"] for part in offer["split"]) == offer["amount"]
        assert offer["lent"] == offer["split"][0]["amount"]
    assert client.get(f"{address}&purpose=gold", headers=officer).json["code"] == "invalid-request"


def test_a_comparison_is_not_recorded_and_says_so(client: FlaskClient, officer: Headers, filed: str) -> None:
    """Nothing is on record afterwards, and the page tells."""
    page = client.get(ADDRESS.format(filed, 2_000_000, 24), headers=officer).json
    assert page["recorded"] is False
    assert client.get("/v1/decisions", headers=officer).json["decisions"] == []


def test_the_nearest_better_offer_keeps_the_product(client: FlaskClient, officer: Headers, filed: str) -> None:
    """No line proposes another product: that is what the other lines are for."""
    page = client.get(ADDRESS.format(filed, 2_000_000, 24), headers=officer).json
    changes = [change for line in page["offers"] if line["better"] for change in line["better"]["changes"]]
    assert changes
    assert all(change["field"] != "product" for change in changes)


@pytest.mark.parametrize("query", ["", "?amount=1", "?amount=0&term_months=12", "?amount=1000&term_months=61", "?amount=x&term_months=12"])
def test_amount_and_term_are_needed(client: FlaskClient, officer: Headers, filed: str, query: str) -> None:
    """Both, within their bounds."""
    answer = client.get(f"/v1/firms/{filed}/offers{query}", headers=officer)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")


def test_offers_need_a_firm_a_reader_and_models(client: FlaskClient, officer: Headers, filed: str, app: Flask, desk: Desk) -> None:
    """An unknown firm, no token, and a service without models are named problems."""
    address = ADDRESS.format(filed, 2_000_000, 24)
    assert client.get(ADDRESS.format(cases.FIRM_ID, 1, 1), headers=officer).json["code"] == "unknown-firm"
    assert client.get(address).status_code == 401
    app.extensions["jifen"] = replace(desk, fixed=NotReady("no models"))
    assert client.get(address, headers=officer).json["code"] == "not-ready"


def test_a_decision_records_what_would_change_it(client: FlaskClient, officer: Headers, asked: Body) -> None:
    """Plans are part of the record, byte for byte what is shown later, and every one ends better."""
    made = client.post("/v1/decisions", json=asked, headers=officer)
    assert made.json["outcome"] != "approve"
    assert made.json["recourse"]
    assert client.get(made.headers["Location"], headers=officer).data == made.data
    for plan in made.json["recourse"]:
        assert rank({"outcome": plan["outcome"], "offer": None})[0] < rank({"outcome": made.json["outcome"], "offer": None})[0]


def test_a_request_may_leave_recourse_out(client: FlaskClient, officer: Headers, asked: Body) -> None:
    """Then the record says null: not looked for, which is not the same as none found."""
    made = client.post("/v1/decisions", json={**asked, "recourse": False}, headers=officer).json
    assert made["recourse"] is None


def test_points_and_model_stand_side_by_side(client: FlaskClient, officer: Headers, asked: Body) -> None:
    """The tier, the grade, and whether the policy calls the pair a contradiction."""
    made = client.post("/v1/decisions", json=asked, headers=officer).json
    assert made["says"] == {"points": made["points"]["tier"], "model": made["risk"]["grade"], "agree": made["says"]["agree"]}
    contradictions = [row for row in made["fired"] if row["table"] == "disagreements"]
    assert made["says"]["agree"] is not bool(contradictions)


def test_asking_twice_with_and_without_recourse_is_not_the_same_request(
    client: FlaskClient, officer: Headers, asked: Body, as_role: Callable[[str], Headers]
) -> None:
    """An idempotency key stands for one request as it was sent."""
    key = officer | {"Idempotency-Key": "one"}
    client.post("/v1/decisions", json=asked, headers=key)
    assert client.post("/v1/decisions", json={**asked, "recourse": False}, headers=key).json["code"] == "idempotency-key-reused"
