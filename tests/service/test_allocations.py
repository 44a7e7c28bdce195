"""Allocations over HTTP: asked for once, worked on in the background, the same however often it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import builders_cases as cases
import orjson
import pytest
from builders_evidence import FIRM, OTHER, request
from builders_people import person
from builders_service import Clock, wait_until
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.active import Active
from service.background import Background
from service.batches import AllocationRequest
from service.desk import Desk
from service.domain.allocation import AllocationError, shipped_plan
from service.identifiers import new_decision_id
from service.store import Store
from service.store.allocations import KeptAllocation, KeptResult, find_result, keep_allocation, keep_result
from service.store.blobs import get_blob
from service.store.models import LedgerEntry
from service.use_cases import allocations
from service.use_cases.allocate import candidate_of
from service.use_cases.allocations import OVERDUE, work_on
from service.use_cases.tokens import create_token

Headers = dict[str, str]
Body = dict[str, Any]


@pytest.fixture
def evidence() -> Body:
    """A firm with fresh documents, a valid title and nothing against it."""
    fresh = {
        "financials": {"year": 2025, "known_on": "2026-04-20"},
        "talent": {"period_end": "2025-12-31", "known_on": "2026-03-31"},
        "invoices": {"month": "2026-10-01", "known_on": "2026-11-10"},
        "qualifications": {"valid_until": "2027-10-15"},
    }
    usual = request()
    return usual | {"conduct": [], "loans": []} | {name: [usual[name][0] | said] for name, said in fresh.items()}


@pytest.fixture
def active(active: Active) -> Active:
    """Points of a few hundredths make the middle tiers."""
    return replace(active, scheme=cases.two_items(cases.LOW_TIERS))


@pytest.fixture
def body(filed: str) -> Body:
    """The firm on file asks for 2 m yuan, a firm that nobody knows for 3 m."""
    asked = [{"firm_id": filed, "amount": 2_000_000, "term_months": 24}, {"firm_id": OTHER, "amount": 3_000_000, "term_months": 12}]
    return {"product": "loan-investment", "envelope": 20_000_000, "firms": asked}


@pytest.fixture
def finished(client: FlaskClient, officer: Headers) -> Callable[[TestResponse], Body]:
    """Poll until an allocation is no longer running."""

    def wait(made: TestResponse) -> Body:
        assert made.status_code == 202, made.text
        seen: list[Body] = []

        def is_over() -> bool:
            seen.append(client.get(made.headers["Location"], headers=officer).json)
            return bool(seen[-1]["status"] != "running")

        wait_until(is_over)
        return seen[-1]

    return wait


def post(client: FlaskClient, headers: Headers, body: Body, key: str = "") -> TestResponse:
    return client.post("/v1/allocations", json=body, headers=headers | ({"Idempotency-Key": key} if key else {}))


def test_a_batch_is_decided_recorded_and_placed(
    client: FlaskClient, officer: Headers, body: Body, finished: Callable[[TestResponse], Body]
) -> None:
    """Each firm has its decision on record or its own error; those that may borrow share the envelope."""
    page = finished(post(client, officer, body))
    assert page["status"] == "done"
    known, unknown = page["firms"]
    record = client.get(f"/v1/decisions/{known['decision_id']}", headers=officer).json
    assert (record["application"]["firm_id"], record["outcome"]) == (FIRM, known["outcome"])
    assert (unknown["firm_id"], unknown["decision_id"], unknown["error"]) == (OTHER, None, "unknown-firm")
    spread = page["allocation"]
    considered = {one["firm_id"] for one in (*spread["placed"], *spread["unplaced"])}
    assert considered == {FIRM}
    assert spread["offered"] <= spread["envelope"] == 20_000_000


def test_answers_are_what_the_document_promises(
    client: FlaskClient, officer: Headers, body: Body, finished: Callable[[TestResponse], Body]
) -> None:
    """Both routes answer what /openapi.json describes, and the request it describes is the one that is taken."""
    document = client.get("/openapi.json").json

    def check(name: str, said: Body) -> None:
        Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]}).validate(said)

    check("AllocationRequest", body)
    made = post(client, officer, body)
    check("AllocationPage", made.json)
    check("AllocationPage", finished(made))


def test_the_same_key_and_request_are_one_allocation(
    client: FlaskClient, officer: Headers, body: Body, finished: Callable[[TestResponse], Body]
) -> None:
    """A repetition answers with the first one's number; another request under the key is refused."""
    first = post(client, officer, body, "k1")
    page = finished(first)
    again = post(client, officer, body, "k1")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (202, "true")
    assert again.json == page
    other = post(client, officer, body | {"envelope": 1_000_000}, "k1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")


def test_decisions_on_record_are_allocated_without_deciding_again(
    client: FlaskClient, officer: Headers, asked: Body, finished: Callable[[TestResponse], Body], clock: Clock
) -> None:
    """The offers stand as they were made, until they run out."""
    made = client.post("/v1/decisions", json=asked | {"product": "loan-investment"}, headers=officer).json
    body = {"envelope": 20_000_000, "decisions": [made["decision_id"]]}
    page = finished(post(client, officer, body))
    assert page["firms"] == [
        {"firm_id": FIRM, "decision_id": made["decision_id"], "outcome": made["outcome"], "error": None, "detail": None}
    ]
    assert len(client.get("/v1/decisions", headers=officer).json["decisions"]) == 1
    clock.now += timedelta(days=400)
    late = finished(post(client, officer, body))
    assert (late["firms"][0]["error"], late["allocation"]["placed"]) == ("offer-expired", [])


def test_work_done_twice_leaves_one_result(client: FlaskClient, officer: Headers, body: Body, desk: Desk) -> None:
    """Were two processes to work on it, decisions are recorded once and the result is the same bytes."""
    asked = KeptAllocation(
        allocation_id=new_decision_id(desk.clock()),
        token_id="0" * 12,
        role="officer",
        key=None,
        request=orjson.dumps(AllocationRequest.model_validate_json(orjson.dumps(body)).model_dump(mode="json")),
        recorded_at=desk.clock(),
    )
    with desk.store.writing() as unit:
        keep_allocation(unit, asked)
    work_on(desk, asked)
    with desk.store.reading() as unit:
        first = find_result(unit, asked.allocation_id)
    work_on(desk, asked)
    with desk.store.writing() as unit:
        keep_result(unit, asked.allocation_id, KeptResult(desk.clock(), "sha256:other", b"other"))
        assert find_result(unit, asked.allocation_id) == first
    assert len(client.get("/v1/decisions", headers=officer).json["decisions"]) == 1


def test_decisions_of_a_persons_allocation_are_the_persons(client: FlaskClient, body: Body, finished: Any, store: Store) -> None:
    """Worked on in the background or taken up later, the ledger names who asked."""
    person(store, "zhang.wei")
    headers = {"Authorization": f"Bearer {create_token(store, name='laptop', user='zhang.wei').text}"}
    assert finished(post(client, headers, body))["status"] == "done"
    with store.reading() as unit:
        assert unit.scalars(select(LedgerEntry.actor).where(LedgerEntry.kind == "decision")).all() == ["zhang.wei"]


def test_an_allocation_whose_process_died_is_taken_up_by_the_next_that_is_asked(
    client: FlaskClient, officer: Headers, body: Body, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays running, not lost; once overdue, a question about it sets it going again."""
    taken: list[str] = []

    def note(_: Background, name: str, work: object) -> None:
        taken.append(name)

    monkeypatch.setattr(Background, "take_up", note)
    made = post(client, officer, body)
    number = made.json["allocation_id"]
    assert client.get(made.headers["Location"], headers=officer).json["status"] == "running"
    assert taken == [number]
    clock.now += OVERDUE
    client.get(made.headers["Location"], headers=officer)
    assert taken == [number, number]


def test_rounds_of_the_batch_count_for_the_decision(
    client: FlaskClient, officer: Headers, body: Body, finished: Callable[[TestResponse], Body]
) -> None:
    """A round sent with the batch is evidence of that decision, pinned by hash; the firm's file stays as it was."""
    round_ = {
        "firm_id": FIRM,
        "investor": "Qihang",
        "round": "a",
        "amount": 30_000_000,
        "closed_on": "2026-05-01",
        "known_on": "2026-05-20",
    }
    with_rounds = body | {"firms": body["firms"][:1], "rounds": [round_], "investors": [{"investor": "Qihang", "tier": "top"}]}
    plain = finished(post(client, officer, body))["firms"][0]
    backed = finished(post(client, officer, with_rounds))["firms"][0]
    pins = [client.get(f"/v1/decisions/{one['decision_id']}", headers=officer).json["pins"]["evidence"] for one in (plain, backed)]
    file = client.get(f"/v1/firms/{FIRM}", headers=officer).json
    assert pins[0] == file["sha256"] != pins[1]
    assert len(file["evidence"]["funding"]) == len(request()["funding"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"firms": [{"firm_id": FIRM, "amount": 1, "term_months": 1}] * 2}, "/firms/1/firm_id"),
        ({"firms": [], "decisions": []}, ""),
        ({"decisions": ["x"]}, ""),
        ({"firms": [], "decisions": ["01JDC0V9T7Q2M4X8K6Z3B5N1RA"]}, "/decisions/0"),
        ({"firms": [{"firm_id": FIRM, "amount": "1", "term_months": 1}]}, "/firms/0/amount"),
        ({"product": "other"}, "/product"),
        (
            {
                "rounds": [
                    {"firm_id": OTHER, "investor": "x", "round": "a", "amount": 1, "closed_on": "2026-01-01", "known_on": "2026-01-01"}
                ]
            },
            "/rounds/0/investor",
        ),
        ({"envelope": 0}, "/envelope"),
    ],
)
def test_a_wrong_batch_names_row_and_remedy(client: FlaskClient, officer: Headers, body: Body, change: Body, field: str) -> None:
    """Nothing is recorded; each wrong row has its JSON pointer, rule and remedy."""
    answer = post(client, officer, body | change)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")
    assert field in [fault["field"] for fault in answer.json["errors"]]
    assert all(fault["remedy"] for fault in answer.json["errors"])


def test_two_decisions_of_one_firm_are_refused(client: FlaskClient, officer: Headers, asked: Body) -> None:
    """Which of the two counts is for the caller to say."""
    numbers = [client.post("/v1/decisions", json=asked, headers=officer).json["decision_id"] for _ in range(2)]
    answer = post(client, officer, {"envelope": 1_000_000, "decisions": numbers})
    assert [fault["field"] for fault in answer.json["errors"]] == ["/decisions/1"]


def test_unknown_plans_and_allocations_are_named(client: FlaskClient, officer: Headers, body: Body) -> None:
    """Each has its code and says what there is instead."""
    plan = post(client, officer, body | {"plan": "mine"})
    assert (plan.status_code, plan.json["code"]) == (422, "plan-invalid")
    assert "illustrative-2026-11" in plan.json["detail"]
    nothing = client.get("/v1/allocations/01JDC0V9T7Q2M4X8K6Z3B5N1RA", headers=officer)
    assert (nothing.status_code, nothing.json["code"]) == (404, "unknown-allocation")


def test_only_a_role_that_decides_may_allocate(client: FlaskClient, risk: Headers, body: Body) -> None:
    """Who loads evidence does not lend on it."""
    assert post(client, risk, body).status_code == 403


def test_an_allocation_that_cannot_be_stood_by_says_so(
    client: FlaskClient, officer: Headers, body: Body, finished: Callable[[TestResponse], Body], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A solver without an answer leaves a failed allocation with a reason, never a made-up one."""

    def fail(*_: object) -> None:
        raise AllocationError("the solver gave no answer")

    monkeypatch.setattr(allocations, "allocation_of", fail)
    page = finished(post(client, officer, body))
    assert (page["status"], page["allocation"], page["error"]["code"]) == ("failed", None, "allocation-failed")


def test_a_decision_enters_with_what_the_bank_itself_may_lose(
    client: FlaskClient, officer: Headers, body: Body, finished: Callable[[TestResponse], Body], desk: Desk
) -> None:
    """PD, grade and limit are the record's; the loss given default is the collateral's times the bank's share; a rate path is not moved.

    The PD is that of a year over the term; records that tell no term structure enter with the one-year PD.
    """
    number = finished(post(client, officer, body))["firms"][0]["decision_id"]
    record = client.get(f"/v1/decisions/{number}", headers=officer).json
    with desk.store.reading() as unit:
        dossier = get_blob(unit, record["pins"]["evidence"])
    found = candidate_of(record, dossier, shipped_plan())
    assert found is not None
    offer = record["offer"]
    (bank,) = [one["share_bp"] for one in offer["risk_sharing"]["shares"] if one["party"] == "bank"]
    assert (found.pd, found.grade, found.limit) == (offer["term_structure"]["yearly_pd"], record["risk"]["grade"], offer["amount"])
    assert offer["collateral"]["id"] == "none"
    assert found.lgd_bp == -(-4_500 * bank // 10_000) < 4_500
    assert (found.min_rate_bp, found.max_rate_bp) == (offer["rate_bp"] - 10, offer["rate_bp"] + 50)
    fixed = candidate_of(record | {"offer": offer | {"rate_path": {"steps": []}}}, dossier, shipped_plan())
    assert fixed is not None
    assert fixed.min_rate_bp == fixed.max_rate_bp == offer["rate_bp"]
    before = candidate_of(record | {"offer": offer | {"term_structure": None}}, dossier, shipped_plan())
    assert before is not None
    assert before.pd == record["risk"]["pd"]
    assert candidate_of(record | {"outcome": "refer"}, dossier, shipped_plan()) is None
