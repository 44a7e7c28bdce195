"""Deciding over HTTP: the answer is the record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from builders_evidence import OTHER
from builders_service import Clock
from flask import Flask
from flask.testing import FlaskClient

from service.desk import Desk
from service.domain import Decision
from service.errors import NotReady
from service.store.blobs import get_blob

Headers = dict[str, str]
Body = dict[str, Any]


def test_a_decision_is_answered_as_it_is_kept(client: FlaskClient, officer: Headers, asked: Body) -> None:
    """What POST answers, GET answers again, byte for byte, under the address and hash that POST named."""
    made = client.post("/v1/decisions", json=asked, headers=officer)
    assert made.status_code == 201, made.text
    kept = client.get(made.headers["Location"], headers=officer)
    assert (kept.status_code, kept.data, kept.headers["ETag"]) == (200, made.data, made.headers["ETag"])
    assert made.headers["ETag"] == f'"{Decision.model_validate_json(made.data).hash}"'


def test_a_caller_who_has_the_decision_is_not_sent_it_again(client: FlaskClient, officer: Headers, asked: Body) -> None:
    """A GET with the hash in If-None-Match is answered 304 without a body."""
    made = client.post("/v1/decisions", json=asked, headers=officer)
    again = client.get(made.headers["Location"], headers=officer | {"If-None-Match": made.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_decision_may_rest_on_evidence_sent_with_it(client: FlaskClient, officer: Headers, evidence: Body, desk: Desk) -> None:
    """Evidence in the request is pinned by hash and kept as a snapshot, but is not put on file."""
    body = {"product": "startup-credit", "amount": 500_000, "term_months": 12, "evidence": evidence}
    made = client.post("/v1/decisions", json=body, headers=officer)
    assert made.status_code == 201, made.text
    with desk.store.reading() as unit:
        assert get_blob(unit, made.json["pins"]["evidence"]).startswith(b"{")
    assert client.get(f"/v1/firms/{evidence['firm']['firm_id']}", headers=officer).status_code == 404


def test_the_firm_on_file_and_the_same_evidence_sent_decide_alike(
    client: FlaskClient, officer: Headers, asked: Body, evidence: Body
) -> None:
    """Only number and time differ between a decision on a firm on file and one on the same evidence in the request."""
    on_file = client.post("/v1/decisions", json=asked, headers=officer).json
    sent = client.post("/v1/decisions", json={**asked, "firm_id": None, "evidence": evidence}, headers=officer).json
    assert {k: v for k, v in on_file.items() if k != "decision_id"} == {k: v for k, v in sent.items() if k != "decision_id"}


def test_a_past_day_counts_only_what_was_known_by_then(client: FlaskClient, officer: Headers, asked: Body) -> None:
    """A decision as of a day before the first statement was known lacks that statement."""
    made = client.post("/v1/decisions", json={**asked, "as_of": "2024-01-31"}, headers=officer)
    assert made.status_code == 201, made.text
    assert made.json["as_of"] == "2024-01-31"
    assert "financials" in {gap["table"] for gap in made.json["missing"]}


def test_a_new_day_and_new_evidence_are_seen_at_once(
    client: FlaskClient, officer: Headers, risk: Headers, asked: Body, evidence: Body, clock: Clock
) -> None:
    """The remembered indicators of a firm are used neither for another day nor after new evidence."""
    first = client.post("/v1/decisions", json=asked, headers=officer).json
    clock.now += timedelta(days=1)
    second = client.post("/v1/decisions", json=asked, headers=officer).json
    evidence["conduct"].append({**evidence["conduct"][0], "record_id": "XF-10", "cleared_on": None})
    client.post("/v1/firms", json=evidence, headers=risk)
    third = client.post("/v1/decisions", json=asked, headers=officer).json
    assert [d["as_of"] for d in (first, second, third)] == ["2026-11-23", "2026-11-24", "2026-11-24"]
    assert first["pins"]["evidence"] == second["pins"]["evidence"] != third["pins"]["evidence"]


def test_indicators_are_computed_once_a_day(client: FlaskClient, officer: Headers, asked: Body, app: Flask) -> None:
    """The first request of the day builds a firm's indicators; later ones find them in memory, a new process in the database."""
    for _ in range(2):
        client.post("/v1/decisions", json=asked, headers=officer)
    desk: Desk = app.extensions["jifen"]
    desk.rows._rows.clear()
    client.post("/v1/decisions", json=asked, headers=officer)
    numbers = client.get("/metrics").text
    assert [f'jifen_firm_rows_total{{source="{source}"}} 1.0' in numbers for source in ("built", "memory", "database")] == [True] * 3


def test_memory_holds_no_more_firms_than_it_may(desk: Desk, filed: str) -> None:
    """The row asked for longest ago is forgotten."""
    desk.rows._capacity = 2
    for days in range(4):
        desk.rows.of_firm(filed, desk.today() - timedelta(days=days))
    assert [key.as_of for key in desk.rows._rows] == [20778, 20777]


def test_pages_of_decisions_follow_each_other(client: FlaskClient, officer: Headers, asked: Body) -> None:
    """`next` of a page leads to the rest, each decision once and in the order of recording; the last page has none."""
    made = [client.post("/v1/decisions", json=asked, headers=officer).json["decision_id"] for _ in range(5)]
    first = client.get("/v1/decisions?limit=3", headers=officer).json
    rest = client.get(f"/v1/decisions?limit=3&after={first['next']}", headers=officer).json
    assert [line["decision_id"] for line in first["decisions"] + rest["decisions"]] == made
    assert rest["next"] is None


def test_a_page_can_be_of_one_firm(client: FlaskClient, officer: Headers, asked: Body, filed: str) -> None:
    """Filtering by a firm shows its decisions and no other firm's."""
    client.post("/v1/decisions", json=asked, headers=officer)
    mine = client.get(f"/v1/decisions?firm_id={filed}", headers=officer).json
    assert [line["firm_id"] for line in mine["decisions"]] == [filed]
    assert client.get(f"/v1/decisions?firm_id={OTHER}", headers=officer).json == {"decisions": [], "next": None}


def test_the_same_key_and_request_give_the_same_decision(client: FlaskClient, officer: Headers, asked: Body) -> None:
    """A retried request, however its fields are ordered, is answered with the first decision and marked as a replay."""
    key = officer | {"Idempotency-Key": "retry-1"}
    first = client.post("/v1/decisions", json=asked, headers=key)
    again = client.post("/v1/decisions", json=dict(reversed(asked.items())), headers=key)
    assert (again.status_code, again.data, again.headers["Idempotent-Replayed"]) == (201, first.data, "true")
    assert "Idempotent-Replayed" not in first.headers
    assert len(client.get("/v1/decisions", headers=officer).json["decisions"]) == 1


def test_a_key_belongs_to_one_request_of_one_token(client: FlaskClient, officer: Headers, as_role: Any, asked: Body) -> None:
    """Another request under a used key is refused; another token may use the same key."""
    key = {"Idempotency-Key": "once"}
    client.post("/v1/decisions", json=asked, headers=officer | key)
    other = client.post("/v1/decisions", json={**asked, "amount": 1}, headers=officer | key)
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")
    assert client.post("/v1/decisions", json={**asked, "amount": 1_000_000}, headers=as_role("officer") | key).status_code == 201


def test_requests_at_once_under_one_key_lead_to_one_decision(app: Flask, officer: Headers, asked: Body) -> None:
    """Eight threads with one key get the same bytes, and one decision is on record."""

    def send(_: int) -> bytes:
        return app.test_client().post("/v1/decisions", json=asked, headers=officer | {"Idempotency-Key": "together"}).data

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(send, range(8)))
    assert len(answers) == 1
    assert len(app.test_client().get("/v1/decisions", headers=officer).json["decisions"]) == 1


def test_every_acknowledged_decision_is_on_record_once(app: Flask, officer: Headers, asked: Body) -> None:
    """Of 8 threads with 25 requests each, every answer is kept, exactly once and as answered."""

    def send(_: int) -> list[bytes]:
        client = app.test_client()
        return [client.post("/v1/decisions", json=asked, headers=officer).data for _ in range(25)]

    with ThreadPoolExecutor(8) as threads:
        answered = {body for bodies in threads.map(send, range(8)) for body in bodies}
    client, kept = app.test_client(), []
    page = {"next": 0}
    while page["next"] is not None:
        page = client.get(f"/v1/decisions?limit=200&after={page['next']}", headers=officer).json
        kept += [client.get(f"/v1/decisions/{line['decision_id']}", headers=officer).data for line in page["decisions"]]
    assert len(answered) == len(kept) == 200
    assert answered == set(kept)


def test_without_its_artefacts_the_service_decides_nothing(
    client: FlaskClient, officer: Headers, asked: Body, app: Flask, desk: Desk
) -> None:
    """A service whose models are missing answers 503 with the reason, and nothing is on record."""
    app.extensions["jifen"] = replace(desk, fixed=NotReady("no models; train them"))
    refused = client.post("/v1/decisions", json=asked, headers=officer)
    assert (refused.status_code, refused.json["code"], refused.json["detail"]) == (503, "not-ready", "no models; train them")
    assert client.get("/v1/decisions", headers=officer).json["decisions"] == []


def test_a_decision_that_cannot_be_recorded_is_not_given(
    client: FlaskClient, officer: Headers, asked: Body, app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the commit fails the answer is a 503 problem without a decision, and a retry succeeds."""

    def fail(_: object) -> list[Any]:
        raise OSError("disk full")

    kept = desk.recorder._commit
    monkeypatch.setattr(desk.recorder, "_commit", fail)
    refused = client.post("/v1/decisions", json=asked, headers=officer | {"Idempotency-Key": "k"})
    assert (refused.status_code, refused.json["code"], refused.headers["Retry-After"]) == (503, "not-recorded", "1")
    assert "decision_id" not in refused.json
    monkeypatch.setattr(desk.recorder, "_commit", kept)
    assert client.post("/v1/decisions", json=asked, headers=officer | {"Idempotency-Key": "k"}).status_code == 201
