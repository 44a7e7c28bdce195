"""A fact known after the as-of date changes nothing, and one that lies after today never comes in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builders_evidence import request as evidence_request
from flask.testing import FlaskClient

from features.tables import TABLES, Clock

Headers = dict[str, str]
FIRST = "2026-11-23"
LATER = {
    "financials": {"year": 2025, "known_on": "2026-12-20", "revenue": 900_000_000, "rd_expense": 1},
    "patents": {"patent_id": "CN-LATER", "filed_on": "2026-05-01", "published_on": "2026-12-01", "granted_on": "2027-01-05"},
    "talent": {"period_end": "2025-12-31", "known_on": "2026-12-10", "staff": 900, "postgraduates": 900, "technical_staff": 900},
    "programmes": {"programme_id": "LATER", "granted_on": "2026-12-01"},
    "contracts": {"contract_id": "LATER", "registered_on": "2026-11-24", "amount": 99_000_000},
    "funding": {"round_id": "LATER", "closed_on": "2026-11-01", "known_on": "2026-11-24", "amount": 99_000_000},
    "qualifications": {"kind": "little-giant", "valid_from": "2026-11-24", "valid_until": "2029-11-24"},
    "conduct": {"record_id": "LATER", "kind": "dishonesty-list", "happened_on": "2026-10-01", "known_on": "2026-11-24", "cleared_on": None},
    "invoices": {"month": "2026-10-01", "known_on": "2026-11-24", "issued_amount": 999_000_000},
    "loans": {"loan_id": "LATER", "applied_on": "2026-11-24", "drawn_on": "2026-12-01", "overdue_on": "2027-01-02", "default_on": None},
}
"""In every table a row that was known on a later day, and would have changed the answer."""


def planted(evidence: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    """The firm's own row and the later rows, and a later event on a row that is on file."""
    rows = {table: [{**(evidence[table] or usual[table])[0], **changes}] for table, changes in LATER.items()}
    rows["talent"][0] |= {"phds": 3}
    rows["loans"][0] |= {"closed_on": None, "observed_until": "2027-02-01", "loss": None}
    rows["patents"].append({**evidence["patents"][0], "lapsed_on": "2027-01-15"})
    return {"firm": evidence["firm"], **rows}


@pytest.fixture
def usual() -> dict[str, Any]:
    """Every table with one row."""
    return evidence_request()


def test_r16_facts_known_later_change_nothing(
    client: FlaskClient,
    risk: Headers,
    decide: Callable[..., dict[str, Any]],
    evidence: dict[str, Any],
    usual: dict[str, Any],
    later: Callable[[int], None],
) -> None:
    """Planted in every table, they leave a decision as of an earlier day as it was; as of a later day they count."""
    before = decide(as_of=FIRST)
    later(100)
    filed = client.post("/v1/firms", json=planted(evidence, usual), headers=risk)
    assert filed.status_code == 201, filed.text
    after, now = decide(as_of=FIRST), decide()
    assert after["pins"].pop("evidence") != before["pins"].pop("evidence")
    for told in (before, after):
        for name in ("decision_id", "decided_at"):
            told.pop(name)
    assert after == before
    assert now["outcome"] == "decline"
    assert set(LATER) | {"firms"} == set(TABLES)


def dated_columns() -> list[tuple[str, str]]:
    """Every date column of every table but those that are planned ahead."""
    return [
        (spec.name, column.name)
        for spec in TABLES.values()
        for column in spec.columns
        if column.kind == "date" and column.clock is not Clock.PLANNED
    ]


@pytest.mark.parametrize(("table", "column"), dated_columns())
def test_r16_a_fact_after_today_is_refused(
    client: FlaskClient, risk: Headers, officer: Headers, usual: dict[str, Any], table: str, column: str
) -> None:
    """On file or with a request, a date after today in China is a fault at its column."""
    row = {**(usual["firm"] if table == "firms" else usual[table][0]), column: "2026-11-24"}
    body = {**usual, **({"firm": row} if table == "firms" else {table: [row]})}
    asked = {"product": "startup-credit", "amount": 1, "term_months": 1, "evidence": body}
    for answer in (
        client.post("/v1/firms", json=body, headers=risk),
        client.post("/v1/decisions", json=asked, headers=officer),
    ):
        assert answer.status_code == 422
        assert any("2026-11-24" in fault["value"] + str(fault) for fault in answer.json["errors"])


def test_r16_a_round_of_a_batch_known_after_today_is_refused(client: FlaskClient, officer: Headers, filed: str) -> None:
    """What an investor will announce tomorrow is not known today."""
    round_ = {"firm_id": filed, "investor": "A", "round": "angel", "amount": 1, "closed_on": "2026-11-01", "known_on": "2026-11-24"}
    batch = {"firms": [{"firm_id": filed, "amount": 1_000_000, "term_months": 12}], "envelope": 1_000_000}
    batch |= {"rounds": [round_], "investors": [{"investor": "A", "tier": "guidance"}]}
    answer = client.post("/v1/allocations", json=batch, headers=officer)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "/rounds/0/known_on")


def test_r16_a_decision_cannot_be_as_of_tomorrow(client: FlaskClient, officer: Headers, asked: dict[str, Any]) -> None:
    """Nothing is known of a day that lies ahead."""
    answer = client.post("/v1/decisions", json={**asked, "as_of": "2026-11-24"}, headers=officer)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "/as_of")
