"""Evidence on file: versions, what is shown of them, and points."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from builders_evidence import FIRM
from flask import Flask
from flask.testing import FlaskClient

from service.desk import Desk
from service.errors import NotReady
from service.store.blobs import get_blob, hash_of, pack, put_blobs
from service.store.models import Blob

Headers = dict[str, str]
Body = dict[str, Any]


def test_what_was_sent_is_shown(client: FlaskClient, officer: Headers, filed: str, evidence: Body) -> None:
    """The rows of a firm come back as they were sent, with the version they belong to."""
    page = client.get(f"/v1/firms/{filed}", headers=officer).json
    sent = {name: rows for name, rows in evidence.items() if name != "firm"}
    shown = {name: rows for name, rows in page["evidence"].items() if name != "firms"}
    assert shown == sent
    assert page["evidence"]["firms"][0]["name"] == evidence["firm"]["name"]
    assert (page["version"], [v["version"] for v in page["versions"]]) == (1, [1])
    assert page["sha256"] == page["versions"][0]["sha256"]


def test_the_same_again_is_no_new_version(client: FlaskClient, risk: Headers, filed: str, evidence: Body) -> None:
    """Evidence that is on file already is answered 200 with the version that is there."""
    again = client.post("/v1/firms", json=evidence, headers=risk)
    assert (again.status_code, again.json["version"]) == (200, 1)
    assert again.headers["Location"] == f"/v1/firms/{filed}?version=1"


def test_new_evidence_is_laid_on_what_is_there(client: FlaskClient, risk: Headers, filed: str, evidence: Body) -> None:
    """A later statement joins the earlier one, tables that were not sent stay, and the old version is still shown."""
    later = {**evidence["financials"][0], "year": 2025, "known_on": "2026-04-20", "revenue": 24_000_000}
    made = client.post("/v1/firms", json={"firm": evidence["firm"], "financials": [later]}, headers=risk)
    assert (made.status_code, made.json["version"]) == (201, 2)
    new = client.get(made.headers["Location"], headers=risk).json
    old = client.get(f"/v1/firms/{filed}?version=1", headers=risk).json
    assert [row["year"] for row in new["evidence"]["financials"]] == [2024, 2025]
    assert new["evidence"]["patents"] == old["evidence"]["patents"]
    assert [row["year"] for row in old["evidence"]["financials"]] == [2024]


@pytest.mark.parametrize("address", ["/v1/firms/x", f"/v1/firms/{FIRM}", f"/v1/firms/{FIRM}/points"])
def test_a_firm_without_evidence_is_unknown(client: FlaskClient, officer: Headers, address: str) -> None:
    """Nothing is shown of a firm that is not on file."""
    answer = client.get(address, headers=officer)
    assert (answer.status_code, answer.json["code"]) == (404, "unknown-firm")


def test_a_version_that_was_never_there_is_unknown(client: FlaskClient, officer: Headers, filed: str) -> None:
    """A version number beyond the newest is named."""
    answer = client.get(f"/v1/firms/{filed}?version=9", headers=officer)
    assert answer.status_code == 404
    assert "version 9" in answer.json["detail"]


def test_points_are_those_of_the_scheme_that_decides(client: FlaskClient, officer: Headers, filed: str, asked: Body) -> None:
    """The points of a firm equal, in total and item by item, the points its decision of the same day rests on."""
    points = client.get(f"/v1/firms/{filed}/points", headers=officer).json
    decision = client.post("/v1/decisions", json=asked, headers=officer).json
    assert points["total"] == decision["points"]["total"] == sum(item["points"] for item in points["items"])
    assert points["evidence"] == decision["pins"]["evidence"]
    assert points["scheme"] == "two-items@1"


def test_points_of_another_scheme_that_needs_no_peers(client: FlaskClient, officer: Headers, filed: str) -> None:
    """The official technology-SME rubric can be asked for whatever decides."""
    points = client.get(f"/v1/firms/{filed}/points?scheme=tech-sme-rubric", headers=officer).json
    assert points["scheme"].startswith("tech-sme-rubric@")
    assert (points["out_of"], points["reference"]) == (10_000, None)
    assert points["eligibility"]["outcome"] in {"pass", "fail", "unknown"}


@pytest.mark.parametrize(("scheme", "said"), [("cn-core-18", "ranks firms among peers"), ("magic", "there are cn-core-18")])
def test_a_scheme_that_cannot_be_used_is_refused(client: FlaskClient, officer: Headers, filed: str, scheme: str, said: str) -> None:
    """A scheme without its reference base, or that does not exist, is a named problem."""
    answer = client.get(f"/v1/firms/{filed}/points?scheme={scheme}", headers=officer)
    assert (answer.status_code, answer.json["code"]) == (404, "unknown-scheme")
    assert said in answer.json["detail"]


def test_what_decides_can_be_asked(client: FlaskClient, officer: Headers, app: Flask, desk: Desk) -> None:
    """The active models, schemes, reference base and policy are named with their hashes."""
    models = client.get("/v1/models", headers=officer).json
    active = desk.active
    assert {segment: one["sha256"] for segment, one in models["bundles"].items()} == {s: b.hash for s, b in active.bundles.items()}
    assert next((s["name"], s["active"]) for s in models["schemes"]) == ("two-items", True)
    assert (models["policy"]["sha256"], models["reference"]) == (active.policy.hash, None)


def test_bytes_on_file_are_checked_when_they_are_read(desk: Desk) -> None:
    """A blob whose bytes were changed, or that is gone, is an error and never an answer."""
    blob = pack("dossier", b"what was said")
    with desk.store.writing() as unit:
        put_blobs(unit, [blob, blob])
        assert get_blob(unit, hash_of(b"what was said")) == b"what was said"
        unit.execute(Blob.__table__.update().values(packed=pack("dossier", b"something else")["packed"]))
        with pytest.raises(ValueError, match="changed from outside"):
            get_blob(unit, hash_of(b"what was said"))
        with pytest.raises(ValueError, match="changed from outside"):
            get_blob(unit, hash_of(b"never kept"))


def test_two_loadings_at_once_do_not_lose_each_other(app: Flask, risk: Headers, filed: str, evidence: Body) -> None:
    """Evidence sent from several threads ends in as many versions, the last of which holds all rows."""

    def send(number: int) -> int:
        row = {**evidence["contracts"][0], "contract_id": f"HT-{number}"}
        body = {"firm": evidence["firm"], "contracts": [row]}
        return int(app.test_client().post("/v1/firms", json=body, headers=risk).status_code)

    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(send, range(10, 16))) == {201}
    page = app.test_client().get(f"/v1/firms/{filed}", headers=risk).json
    assert page["version"] == 7
    assert [row["contract_id"] for row in page["evidence"]["contracts"]] == ["HT-1", *(f"HT-{n}" for n in range(10, 16))]


def test_points_need_a_service_that_is_ready(client: FlaskClient, officer: Headers, filed: str, app: Flask, desk: Desk) -> None:
    """Without active artefacts no points are given."""
    app.extensions["jifen"] = replace(desk, fixed=NotReady("no models"))
    assert client.get(f"/v1/firms/{filed}/points", headers=officer).json["code"] == "not-ready"
    assert client.get("/v1/models", headers=officer).json["code"] == "not-ready"
