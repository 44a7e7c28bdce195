"""How the service says how it is."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.config import Settings
from service.desk import Desk
from service.logs import JsonLines
from service.metrics import Metrics
from service.store import is_current, is_reachable, open_store

Headers = dict[str, str]


def test_a_service_with_everything_is_ready(client: FlaskClient) -> None:
    """Alive and ready are answered without a token."""
    assert client.get("/healthz").json == {"status": "alive"}
    ready = client.get("/readyz")
    checks = dict.fromkeys(("database", "storage", "clock", "artefacts", "ledger", "switch"), "ok")
    assert (ready.status_code, ready.json) == (200, {"status": "ready", "checks": checks})


def test_a_service_without_models_is_alive_but_not_ready(settings: Settings, store: Any) -> None:
    """Missing artefacts are told with their place and remedy, and do not stop the service."""
    app = create_app(settings)
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["status"], ready.json["checks"]["database"]) == (503, "not-ready", "ok")
    assert "no approved release is in force; one person proposes it" in ready.json["checks"]["artefacts"]
    app.extensions["jifen"].store.close()


def test_a_database_of_another_version_is_not_ready(tmp_path: Path, active: Any) -> None:
    """Tables that are not up to date are told, not used."""
    (tmp_path / "jifen.db").touch()
    app = create_app({"JIFEN_HOME": str(tmp_path), "JIFEN_LOG_LEVEL": "ERROR"}, active=active)
    ready = app.test_client().get("/readyz")
    assert ready.status_code == 503
    assert "tables of version none" in ready.json["checks"]["database"]
    app.extensions["jifen"].store.close()


def test_a_database_that_does_not_answer_is_not_ready(app: Flask, desk: Desk) -> None:
    """A server that is down is told as such."""
    nowhere = open_store("postgresql+psycopg://nobody@127.0.0.1:1/none", lock_seconds=1)
    app.extensions["jifen"] = replace(desk, store=nowhere)
    ready = app.test_client().get("/readyz")
    assert ready.status_code == 503
    assert "does not answer" in ready.json["checks"]["database"]
    nowhere.close()
    desk.store.close()


def test_a_damaged_database_is_not_ready(tmp_path: Path, app: Flask, desk: Desk) -> None:
    """A file that is no database is told as such."""
    (tmp_path / "broken.db").write_bytes(b"not a database at all" * 100)
    broken = open_store(f"sqlite:///{tmp_path / 'broken.db'}", lock_seconds=1)
    app.extensions["jifen"] = replace(desk, store=broken)
    assert "the database is damaged" in app.test_client().get("/readyz").json["checks"]["database"]
    broken.close()
    desk.store.close()


def test_numbers_count_decisions_and_requests(client: FlaskClient, officer: Headers, asked: dict[str, Any]) -> None:
    """Decisions are counted by product and outcome, requests by route and status, commits by size; no firm is named."""
    made = client.post("/v1/decisions", json=asked, headers=officer | {"Idempotency-Key": "a"})
    client.post("/v1/decisions", json=asked, headers=officer | {"Idempotency-Key": "a"})
    client.get("/nowhere")
    answer = client.get("/metrics")
    assert answer.content_type.startswith("text/plain")
    outcome = made.json["outcome"]
    assert f'jifen_decisions_total{{outcome="{outcome}",product="startup-credit"}} 1.0' in answer.text
    assert 'jifen_request_seconds_count{method="POST",route="/v1/decisions",status="201"} 2.0' in answer.text
    assert 'jifen_request_seconds_count{method="(any)",route="(none)",status="404"} 1.0' in answer.text
    assert "jifen_commit_records_count 1.0" in answer.text
    assert asked["firm_id"] not in answer.text


def test_numbers_of_all_workers_are_summed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where workers share a folder the exposition is made from it."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert Metrics().exposition() == b""


def test_a_log_line_is_one_json_object() -> None:
    """A line carries its fields, and an exception with its trace, on one line."""
    try:
        int("x")
    except ValueError as error:
        caught = (type(error), error, error.__traceback__)
        record = logging.LogRecord("service", logging.ERROR, __file__, 1, "failed %d\n{", (3,), caught)
    record.request_id, record.created = "abc", 1_764_000_000.1239
    line = JsonLines().format(record)
    said = json.loads(line)
    assert "\n" not in line
    assert (said["event"], said["level"], said["request_id"]) == ("failed 3\n{", "error", "abc")
    assert said["time"] == "2025-11-24T16:00:00.123+00:00"
    assert said["trace"].endswith("ValueError\n")
    assert "invalid literal" not in said["trace"]  # a message may quote what was sent


def test_a_store_knows_whether_it_is_there(tmp_path: Path) -> None:
    """An empty database answers and is not current; one in a folder that is not there does not answer."""
    empty = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    assert (is_reachable(empty), is_current(empty)) == (True, False)
    empty.close()
    nowhere = open_store(f"sqlite:///{tmp_path / 'no' / 'folder.db'}")
    assert not is_reachable(nowhere)
    nowhere.close()
