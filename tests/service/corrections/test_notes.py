"""Notes on a decision: written once, under a name, sealed, entered in the ledger, and seen by those who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from builders_corrections import person
from builders_officer import Person, seen
from flask import Flask
from flask.testing import FlaskClient

from service.clock import Clock
from service.desk import Desk
from service.ledger import Actor
from service.use_cases.shredding import shred_texts

Decide = Callable[..., dict[str, Any]]
SAID = "客户下月有一笔 120 万元技术合同待登记"


@pytest.fixture
def noted(client: FlaskClient, decide: Decide) -> dict[str, Any]:
    decision = decide()
    made = client.post(f"/v1/decisions/{decision['decision_id']}/notes", json={"text": SAID}, headers=person("branch.wang"))
    assert made.status_code == 201, made.text
    note: dict[str, Any] = made.json
    return note


def test_a_note_stands_with_who_and_when(client: FlaskClient, noted: dict[str, Any]) -> None:
    """Those who decide, sign or examine read it; for others it is sealed."""
    address = f"/v1/decisions/{noted['decision_id']}/notes"
    (shown,) = client.get(address, headers=person("branch.wang")).json["notes"]
    assert shown == noted
    assert (shown["written_by"], shown["text"]) == ("branch.wang", SAID)


def test_the_ledger_commits_to_it_without_its_words(noted: dict[str, Any], entries: Callable[..., Any]) -> None:
    """The sealed bytes are in the entry, so nothing can be changed unseen; the words are not."""
    content = [content for kind, _, content in entries(noted["decision_id"]) if kind == "note"]
    assert len(content) == 1
    said = content[0] if isinstance(content[0], dict) else orjson.loads(content[0])
    assert said["note_id"] == noted["note_id"]
    assert set(said["sealed"]) == {"text"}
    assert SAID not in str(said)


def test_only_a_person_writes_one_and_not_without_words(client: FlaskClient, decide: Decide, officer: dict[str, str]) -> None:
    """A machine's token has nothing to remember."""
    address = f"/v1/decisions/{decide()['decision_id']}/notes"
    assert client.post(address, json={"text": SAID}, headers=officer).json["code"] == "person-required"
    assert client.post(address, json={"text": "  "}, headers=person("branch.wang")).status_code == 422
    assert client.post("/v1/decisions/NOTHING/notes", json={"text": SAID}, headers=person("branch.wang")).status_code == 404


def test_its_key_can_be_destroyed(client: FlaskClient, noted: dict[str, Any], desk: Desk, clock: Clock) -> None:
    """Then that it was written stays, and its words are gone for everybody."""
    shred_texts(desk.store, noted["note_id"], clock(), actor=Actor(kind="system", id="jifen"), reason="request of the person concerned")
    (shown,) = client.get(f"/v1/decisions/{noted['decision_id']}/notes", headers=person("branch.wang")).json["notes"]
    assert (shown["note_id"], shown["text"]) == (noted["note_id"], None)


def test_a_note_is_written_on_a_page_and_stands_on_the_case_and_in_the_trail(app: Flask, decide: Decide) -> None:
    """The form says what will happen; what is missing is told with what was typed."""
    officer, auditor = Person(app, "officer"), Person(app, "auditor")
    number = decide()["decision_id"]
    path = f"/decisions/{number}/note"
    assert "任何人不能修改或删除" in officer.get(f"{path}?lang=zh").text
    wrong = officer.send(path, {"text": ""})
    assert wrong.status_code == 422
    assert "请填写本项" in wrong.text
    made = officer.send(path, {"text": SAID})
    assert made.headers["Location"] == f"/decisions/{number}#notes"
    page = officer.get(f"/decisions/{number}?lang=zh").text
    assert SAID in page
    assert f"Person {officer.login}" in page
    record = auditor.get(f"/audit/decisions/{number}?lang=zh").text
    assert SAID in record
    assert "写了备注" in record
    assert SAID in officer.get(f"/decisions/{number}/sheet").text
    assert "1 note" in seen(auditor.get(f"/audit/decisions/{number}?lang=en").text)
    assert auditor.get(path).status_code == 403
