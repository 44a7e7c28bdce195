"""Lists of leads over the API: asked for by who may propose, polled and taken by who may read."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from service.desk import Desk
from service.portfolio.leads import LEADS, leads_of
from service.prospects.plan import LeadsFound
from service.store import Store
from service.store.leads_runs import begin_leads, end_leads

Headers = dict[str, str]
FOUND = LeadsFound(
    firms=1,
    products=(),
    warnings=("simulated_data",),
    sha256="x",
    evidence="e",
    models={"growth": "m"},
    scheme="s",
    reference=None,
    policy="p",
    plan="c",
    program="0",
)


@pytest.fixture
def started(app: Flask, desk: Desk) -> list[str]:
    numbers: list[str] = []
    app.extensions["jifen"] = replace(desk, prospect=numbers.append)
    return numbers


def fits(client: FlaskClient, name: str, body: Any) -> bool:
    document = client.get("/openapi.json").json
    assert document is not None
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return Draft202012Validator(schema).is_valid(body)


def parquet(code: str) -> bytes:
    """A list with one lead whose texts would run in a spreadsheet."""
    row: dict[str, Any] = dict.fromkeys(LEADS, None) | {
        "product": "startup-credit",
        "rank": 1,
        "firm_id": code,
        "as_of": date(2026, 11, 23),
    }
    sink = io.BytesIO()
    pl.DataFrame([row | {"warnings": ["simulated_data"], "reasons_for": ["a", "b"]}]).write_parquet(sink)
    return sink.getvalue()


def test_one_is_started_polled_and_taken(
    client: FlaskClient, risk: Headers, officer: Headers, started: list[str], store: Store, desk: Desk
) -> None:
    """202 with the place to look at it; its process is started once; readers see how far it is and take the file once it is there."""
    answer = client.post("/v1/leads", json={"products": ["startup-credit"], "top": 10}, headers=risk)
    assert answer.status_code == 202, answer.text
    number = answer.json["job_id"]  # type: ignore[index]
    assert (started, answer.headers["Location"]) == ([number], f"/v1/leads/{number}")
    assert fits(client, "LeadsShown", answer.json)
    shown = client.get(f"/v1/leads/{number}", headers=officer).json
    assert shown is not None
    assert (shown["state"], shown["plan"]["as_of"], shown["share_bp"], shown["has_file"]) == ("queued", "2026-11-23", 0, False)
    assert client.get(f"/v1/leads/{number}/file.csv", headers=officer).json["code"] == "wrong-state"  # type: ignore[index]
    again = client.post("/v1/leads", json={}, headers=risk)
    assert (again.status_code, again.json["code"], len(started)) == (409, "wrong-state", 1)  # type: ignore[index]
    content = parquet("=cmd")
    with store.writing() as unit:
        begin_leads(unit, number, host="elsewhere", pid=1, now=desk.clock())
        end_leads(unit, number, desk.clock(), made=(FOUND, content))
    done = client.get("/v1/leads?limit=5", headers=officer).json
    assert done is not None
    assert fits(client, "LeadsPage", done)
    assert [(one["state"], one["share_bp"], one["found"]["warnings"]) for one in done["lists"]] == [("done", 10_000, ["simulated_data"])]
    taken = client.get(f"/v1/leads/{number}/file.parquet", headers=officer)
    assert (taken.data, taken.mimetype) == (content, "application/vnd.apache.parquet")
    table = client.get(f"/v1/leads/{number}/file.csv", headers=officer)
    assert table.headers["Content-Disposition"] == f"attachment; filename=leads-{number}.csv"
    assert "'=cmd" in table.text
    assert "2026-11-23" in table.text


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"as_of": "2026-11-24"}, "must not lie after today, 2026-11-23"),
        ({"as_of": 0}, "/as_of"),
        ({"products": ["other"]}, "must be a product of the policy in force"),
        ({"products": ["startup-credit", "startup-credit"]}, "name each once"),
        ({"products": ["gold"]}, "/products"),
        ({"top": 0}, "/top"),
        ({"amount": 1.5}, "/amount"),
        ({"term_months": 999}, "/term_months"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_wrong_input_starts_nothing(client: FlaskClient, risk: Headers, started: list[str], body: dict[str, Any], word: str) -> None:
    """The field, its rule and what to do."""
    answer = client.post("/v1/leads", json=body, headers=risk)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")  # type: ignore[index]
    assert word in answer.text
    assert started == []


def test_roles_are_those_of_retrainings(
    client: FlaskClient, started: list[str], officer: Headers, as_role: Callable[[str], Headers]
) -> None:
    """Who may not propose starts none; one that is not there is a 404 for every reader; an examiner's look is on record."""
    for role in ("officer", "validator", "auditor", "admin"):
        assert client.post("/v1/leads", json={}, headers=as_role(role)).status_code == 403
    for place in ("", "/file.csv", "/file.parquet"):
        assert client.get(f"/v1/leads/none{place}", headers=officer).json["code"] == "unknown-leads"  # type: ignore[index]
    assert client.get("/v1/leads", headers=as_role("auditor")).status_code == 200
    entries = client.get("/v1/audit/entries?kind=audit", headers=as_role("auditor"))
    assert "get_leads_lists" in entries.text


def test_no_leads_are_columns_without_rows() -> None:
    """Nothing to rank gives the columns."""
    assert leads_of([], ["startup-credit"], top=5).columns == list(LEADS)
