"""Retrainings over the API: started by who may propose, polled by who may read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders_releases import office_of, released, wanted
from builders_retraining import JOB, kept
from builders_service import Clock
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from service.desk import Desk
from service.store import Store

Headers = dict[str, str]


@pytest.fixture
def launched(app: Flask, desk: Desk) -> list[str]:
    started: list[str] = []
    app.extensions["jifen"] = replace(desk, launch=started.append)
    return started


@pytest.fixture
def first(store: Store, desk: Desk, clock: Clock, folders: Path) -> None:
    """A release was approved: later ones keep its peers."""
    released(office_of(store, desk.settings.home, clock), wanted(folders))


def fits(client: FlaskClient, name: str, body: Any) -> bool:
    document = client.get("/openapi.json").json
    assert document is not None
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return Draft202012Validator(schema).is_valid(body)


def test_one_is_started_and_polled(client: FlaskClient, risk: Headers, officer: Headers, launched: list[str], first: None) -> None:
    """202 with the place to look at it; its process is started once; readers see it with its log."""
    answer = client.post("/v1/retrainings", json={"reason": "drift", "segments": ["startup"], "trials": 3}, headers=risk)
    assert answer.status_code == 202, answer.text
    number = answer.json["job_id"]  # type: ignore[index]
    assert (launched, answer.headers["Location"]) == ([number], f"/v1/retrainings/{number}")
    assert fits(client, "RetrainingShown", answer.json)
    shown = client.get(f"/v1/retrainings/{number}", headers=officer).json
    assert shown is not None
    assert fits(client, "RetrainingLog", shown)
    assert (shown["state"], shown["plan"]["trials"], shown["started_by"]["kind"], shown["lines"]) == ("queued", 3, "token", [])
    again = client.post("/v1/retrainings", json={"reason": "drift"}, headers=risk)
    assert (again.status_code, again.json["code"]) == (409, "retraining-busy")  # type: ignore[index]
    assert len(launched) == 1


@pytest.mark.parametrize("state", ["done", "failed"])
def test_how_it_ended_is_answered_as_the_document_says(
    client: FlaskClient, officer: Headers, store: Store, clock: Clock, state: str
) -> None:
    """Outcome or error, never both; the list has it too."""
    kept(store, clock.now, state=state)
    shown = client.get(f"/v1/retrainings/{JOB}", headers=officer).json
    assert shown is not None
    assert fits(client, "RetrainingLog", shown)
    assert (shown["error"] is None) == (state == "done")
    assert (shown["outcome"] is None) == (state == "failed")
    assert [line["said"] for line in shown["lines"]] == ["", "reading", "binning"]
    listed = client.get("/v1/retrainings?limit=5", headers=officer).json
    assert listed is not None
    assert fits(client, "RetrainingsPage", listed)
    assert [one["job_id"] for one in listed["retrainings"]] == [JOB]


@pytest.mark.parametrize(
    ("body", "code", "word"),
    [
        ({}, "invalid-request", "/reason"),
        ({"reason": "x", "segments": []}, "invalid-request", "/segments"),
        ({"reason": "x", "trials": 1000}, "invalid-request", "/trials"),
        ({"reason": "x", "evidence": "../../etc"}, "invalid-request", "right below JIFEN_HOME"),
        ({"reason": "x"}, "retraining-invalid", "--reference FILE"),
    ],
)
def test_wrong_input_starts_nothing(
    client: FlaskClient, risk: Headers, launched: list[str], body: dict[str, Any], code: str, word: str
) -> None:
    """The field, its rule and what to do; and before a first release, that the command line is needed."""
    answer = client.post("/v1/retrainings", json=body, headers=risk)
    assert (answer.status_code, answer.json["code"]) == (422, code)  # type: ignore[index]
    assert word in answer.text
    assert launched == []


def test_one_that_is_not_there(client: FlaskClient, officer: Headers, as_role: Callable[[str], Headers]) -> None:
    """404 with the problem's code; who may not propose starts none."""
    assert client.get("/v1/retrainings/none", headers=officer).json["code"] == "unknown-retraining"  # type: ignore[index]
    assert client.post("/v1/retrainings", json={"reason": "x"}, headers=as_role("validator")).status_code == 403
