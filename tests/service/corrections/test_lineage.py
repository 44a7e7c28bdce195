"""Facts have a source: what a loading says of its origin, and every scored value walked back to it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from builders_evidence import evidence_texts
from builders_service import csv_file
from flask import Flask
from flask.testing import FlaskClient

from features.evidence import FirmEvidence, dossier_of
from features.evidence.visible import visible_rows
from features.indicators import CATALOGUE
from features.tables import TABLES
from service.cli import main

Headers = dict[str, str]
Decide = Callable[..., dict[str, Any]]
Entries = Callable[[str], list[tuple[str, str, bytes]]]
SAID = {
    "source": "专利登记簿",
    "authority": "征信业务管理办法第八条",
    "consent": "授权书-2026-0113",
    "fetched_at": "2026-11-20T09:30:00+08:00",
}


def lineage(client: FlaskClient, decision: dict[str, Any], who: Headers) -> dict[str, Any]:
    """Read a decision's lineage."""
    answer = client.get(f"/v1/decisions/{decision['decision_id']}/lineage", headers=who)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def test_r15_a_loading_keeps_what_is_said_of_its_origin(
    client: FlaskClient, risk: Headers, evidence: dict[str, Any], entries: Entries
) -> None:
    """Source, authority, consent, fetch time and checksum are on file, in the answer and in the ledger's content."""
    filed = client.post("/v1/firms", json={**evidence, "lineage": SAID}, headers=risk)
    shown = client.get(f"/v1/ingests/{filed.json['ingest_id']}", headers=risk).json
    assert {name: shown[name] for name in SAID} == {**SAID, "fetched_at": "2026-11-20T01:30:00Z"}
    assert (shown["channel"], shown["checksum"][:7]) == ("POST /v1/firms", "sha256:")
    said = orjson.loads(entries(filed.json["ingest_id"])[0][2])
    assert said["format"] == "ingest/2"
    assert {name: said[name] for name in SAID} == {**SAID, "fetched_at": "2026-11-20T01:30:00.000Z"}
    assert client.get("/v1/ingests/x", headers=risk).json["code"] == "unknown-loading"


def test_r15_bulk_files_say_their_origin_in_the_form(client: FlaskClient, risk: Headers) -> None:
    """Text fields beside the files; where nobody says a source, the way it came in stands there."""
    for said, source in ((SAID, SAID["source"]), ({}, "POST /v1/ingests")):
        files = {"firms": csv_file("firms", [{}]), **said}
        loaded = client.post("/v1/ingests", data=files, content_type="multipart/form-data", headers=risk)
        assert (loaded.status_code, loaded.json["source"], loaded.json["authority"]) == (201, source, said.get("authority"))


@pytest.mark.parametrize(
    ("said", "field"),
    [({"fetched_at": "2026-11-25T00:00:00Z"}, "/fetched_at"), ({"fetched_at": "yesterday"}, "/fetched_at"), ({"colour": "red"}, "colour")],
)
def test_a_wrong_origin_is_refused(client: FlaskClient, risk: Headers, said: dict[str, str], field: str) -> None:
    """Moments that lie ahead or are none, and text fields that nobody knows, name the field."""
    files = {"firms": csv_file("firms", [{}]), **said}
    refused = client.post("/v1/ingests", data=files, content_type="multipart/form-data", headers=risk)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, field)


def test_r15_an_installation_may_require_source_and_authority(
    app: Flask, client: FlaskClient, risk: Headers, officer: Headers, evidence: dict[str, Any]
) -> None:
    """With JIFEN_REQUIRE_LINEAGE on, evidence of unknown origin is refused by every way in; evidence of known origin is not."""
    desk = app.extensions["jifen"]
    app.extensions["jifen"] = replace(desk, settings=replace(desk.settings, require_lineage=True))
    refused = client.post("/v1/firms", json={**evidence, "lineage": {"source": "x"}}, headers=risk)
    assert (refused.status_code, [fault["field"] for fault in refused.json["errors"]]) == (422, ["/lineage/authority"])
    bulk = client.post("/v1/ingests", data={"firms": csv_file("firms", [{}])}, content_type="multipart/form-data", headers=risk)
    assert [fault["field"] for fault in bulk.json["errors"]] == ["source", "authority"]
    assert client.post("/v1/firms", json={**evidence, "lineage": SAID}, headers=risk).status_code == 201
    firm = evidence["firm"]["firm_id"]
    venture = {"firm_id": firm, "investor": "A", "round": "angel", "amount": 1, "closed_on": "2026-01-01", "known_on": "2026-01-01"}
    batch = {"firms": [{"firm_id": firm, "amount": 1_000_000, "term_months": 12}], "envelope": 1_000_000}
    batch |= {"rounds": [venture], "investors": [{"investor": "A", "tier": "guidance"}]}
    answer = client.post("/v1/allocations", json=batch, headers=officer)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == ["/lineage/source", "/lineage/authority"]


def test_r15_every_scored_value_walks_back_to_raw_rows_and_their_loading(
    client: FlaskClient, risk: Headers, officer: Headers, decide: Decide, evidence: dict[str, Any]
) -> None:
    """Each indicator of points, score and rules names its tables; each row of them names the loading it first came with."""
    more = {"firm": evidence["firm"], "contracts": [{**evidence["contracts"][0], "contract_id": "HT-2"}], "lineage": SAID}
    decide()
    second = client.post("/v1/firms", json=more, headers=risk).json["ingest_id"]
    decision = decide()
    found = lineage(client, decision, officer)
    used = {item["indicator"] for item in decision["points"]["items"]} | {one["indicator"] for one in decision["contributions"]}
    assert used <= {value["indicator"] for value in found["values"]}
    for value in found["values"]:
        assert set(value["tables"]) == set(CATALOGUE[value["indicator"]].tables)
        assert all(found["tables"][table] for table in value["tables"] if table in found["tables"])
    contracts = {row["row"]["contract_id"]: row for row in found["tables"]["contracts"]}
    assert (contracts["HT-1"]["version"], contracts["HT-2"]["version"]) == (1, 2)
    assert contracts["HT-2"]["ingest_id"] == second
    assert (found["evidence_from"], found["version"], found["same_definitions"]) == ("file", 2, True)
    loadings = {one["ingest_id"]: one for one in found["loadings"]}
    assert loadings[second]["authority"] == SAID["authority"]
    assert {row["ingest_id"] for rows in found["tables"].values() for row in rows} == set(loadings)


def test_r15_a_rule_that_fired_is_walked_back_too(
    client: FlaskClient, risk: Headers, officer: Headers, decide: Decide, evidence: dict[str, Any]
) -> None:
    """The knock-out names its indicator, and its row the loading that brought it."""
    listed = {"firm_id": evidence["firm"]["firm_id"], "record_id": "X-1", "kind": "dishonesty-list", "amount": 1}
    listed |= {"happened_on": "2026-09-01", "known_on": "2026-09-02"}
    decide()
    client.post("/v1/firms", json={"firm": evidence["firm"], "conduct": [listed]}, headers=risk)
    found = lineage(client, decide(), officer)
    rules = {by for value in found["values"] for by in value["used_by"] if by.startswith("rule:knock_outs/")}
    assert rules
    (row,) = found["tables"]["conduct"]
    assert (row["row"]["record_id"], row["known_on"], row["happened_on"], row["version"]) == ("X-1", "2026-09-02", "2026-09-01", 2)


def test_r15_evidence_sent_with_the_request_says_so(
    client: FlaskClient, officer: Headers, decide: Decide, evidence: dict[str, Any], asked: dict[str, Any]
) -> None:
    """There is no loading behind it: every row came with the request, whatever is on file."""
    own = {**evidence, "contracts": [{**evidence["contracts"][0], "contract_id": "MINE"}]}
    made = client.post("/v1/decisions", json={**{k: v for k, v in asked.items() if k != "firm_id"}, "evidence": own}, headers=officer)
    found = lineage(client, made.json, officer)
    assert (found["evidence_from"], found["version"], found["loadings"]) == ("request", None, [])
    assert {row["came_with"] for rows in found["tables"].values() for row in rows} == {"request"}


def test_r15_only_what_was_known_then_is_shown(
    client: FlaskClient, risk: Headers, officer: Headers, decide: Decide, evidence: dict[str, Any]
) -> None:
    """Rows known later are left out, later events of a row are null, and a restated year is told from the one that stands."""
    statement = evidence["financials"][0]
    restated = {**statement, "known_on": "2026-06-30", "revenue": 4_100_000}
    client.post("/v1/firms", json={"firm": evidence["firm"], "financials": [restated]}, headers=risk)
    found = lineage(client, decide(as_of="2026-07-01"), officer)
    assert [(row["known_on"], row["stands"]) for row in found["tables"]["financials"]] == [("2026-04-20", False), ("2026-06-30", True)]
    assert found["tables"]["invoices"] == []
    earlier = lineage(client, decide(as_of="2026-05-20"), officer)
    assert [row["stands"] for row in earlier["tables"]["financials"]] == [True]
    (patent,) = earlier["tables"]["patents"]
    assert (patent["row"]["granted_on"], patent["row"]["published_on"]) == (None, "2025-12-01")


def test_unknown_decisions_have_no_lineage(client: FlaskClient, officer: Headers) -> None:
    """404."""
    assert client.get("/v1/decisions/x/lineage", headers=officer).json["code"] == "unknown-decision"


def test_visible_rows_of_every_table_are_those_that_are_measured(evidence: dict[str, Any]) -> None:
    """Every table of the model can be walked; nothing of the day itself is hidden."""
    dossier = dossier_of(FirmEvidence.model_validate(evidence))
    assert set(visible_rows(dossier, 20_780)) == set(TABLES)


def test_the_commands_say_and_walk_the_origin(
    client: FlaskClient,
    decide: Decide,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    database: str,
    tmp_path: Path,
) -> None:
    """`jifen ingest` keeps what its options say, and refuses without where it must; `jifen audit lineage` tells the whole way."""
    monkeypatch.setenv("JIFEN_HOME", str(tmp_path))
    monkeypatch.setenv("JIFEN_DATABASE_URL", database)
    monkeypatch.setenv("COLUMNS", "240")
    folder = tmp_path / "evidence"
    folder.mkdir()
    for name, frame in evidence_texts().items():
        frame.write_csv(folder / f"{name}.csv")

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["jifen", *words])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, said.out + said.err

    decision = decide()
    code, told = run("audit", "lineage", decision["decision_id"])
    assert code == 0
    assert "rd_intensity" in told
    assert "authority not said" in told
    assert orjson.loads(run("audit", "lineage", decision["decision_id"], "--json")[1])["version"] == 1
    assert run("audit", "lineage", "x")[0] == 2
    monkeypatch.setenv("JIFEN_REQUIRE_LINEAGE", "on")
    code, told = run("ingest", str(folder))
    assert (code, "--source" in told) == (2, True)
    code, told = run("ingest", str(folder), "--source", "register", "--authority", "art. 8", "--fetched-at", SAID["fetched_at"])
    assert code == 0, told
