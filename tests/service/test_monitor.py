"""Decisions on record, read back as monitoring sees them."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import builders_cases as cases
import pytest
from builders_releases import office_of, released, wanted
from builders_service import Clock
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from sqlalchemy import delete

from service.app import create_app
from service.artefacts import Shelf
from service.cli.console import WIDE
from service.cli.main import cli
from service.cli.monitor import retraining
from service.config import Settings
from service.monitoring import MOVED, SHORT, Finding, Monitored
from service.store import Store
from service.store.models import FirmRowEntry
from service.use_cases.monitor import look_at
from training.label import label_loans

Headers = dict[str, str]


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock, folders: Path, tmp_path: Path) -> Iterator[Flask]:
    """A service on which two small real models decide."""
    released(office_of(store, tmp_path, clock), wanted(folders))
    app = create_app(settings, clock=clock)
    yield app
    app.extensions["jifen"].store.close()


def look(store: Store, home: Path) -> list[Monitored]:
    return look_at(store, Shelf(store, home), newest=100, rate=0.05, label=label_loans)


def test_each_model_in_use_is_looked_at(client: FlaskClient, store: Store, officer: Headers, asked: dict[str, Any], tmp_path: Path) -> None:
    """Two requests of one firm are one firm; a bundle without a profile says not enough data."""
    for amount in (1_000_000, 2_000_000):
        made = client.post("/v1/decisions", json=asked | {"amount": amount}, headers=officer)
        assert made.status_code == 201
    (found,) = look(store, tmp_path)
    assert (found.decisions, found.firms, found.verdict) == (2, 1, SHORT)
    assert found.bundle == made.json["pins"]["bundle"]
    assert found.simulated
    assert found.vintages[0].n == 2
    assert {one.verdict for one in found.findings} == {SHORT}


def test_inputs_are_rebuilt_from_the_evidence_or_left_out(
    client: FlaskClient, store: Store, officer: Headers, asked: dict[str, Any], tmp_path: Path
) -> None:
    """Without the cache the same numbers come from the dossier; without the dossier the decision still counts."""
    client.post("/v1/decisions", json=asked, headers=officer)
    first = look(store, tmp_path)
    with store.writing() as unit:
        unit.execute(delete(FirmRowEntry))
    assert look(store, tmp_path) == first


def test_a_loan_that_ripened_is_counted_with_the_decision_it_followed(
    client: FlaskClient, store: Store, clock: Clock, risk: Headers, officer: Headers, evidence: dict[str, Any], tmp_path: Path
) -> None:
    """Applied for on the day after the decision, drawn, 90 days past due within twelve months: one default among one ripe loan."""
    before = evidence | {"loans": []}
    client.post("/v1/firms", json=before, headers=risk)
    firm = evidence["firm"]["firm_id"]
    asked = {"product": "startup-credit", "amount": 2_000_000, "term_months": 24, "firm_id": firm, "as_of": "2025-04-30"}
    assert client.post("/v1/decisions", json=asked, headers=officer).status_code == 201
    loan = {
        "firm_id": firm,
        "loan_id": "later",
        "product": "startup-credit",
        "applied_on": "2025-05-02",
        "amount": 2_000_000,
        "term_months": 24,
        "decision": "approved",
        "drawn_on": "2025-05-10",
        "overdue_on": "2025-08-01",
        "default_on": "2025-10-30",
        "observed_until": "2026-10-31",
    }
    again = client.post("/v1/firms", json=before | {"loans": [loan]}, headers=risk)
    assert again.status_code in {200, 201}, again.text
    (found,) = look(store, tmp_path)
    assert (found.vintages[0].ripe, found.vintages[0].defaults) == (1, 1)


def test_nothing_on_record_is_no_model(store: Store, tmp_path: Path) -> None:
    """No decision, no finding."""
    assert look(store, tmp_path) == []


def test_a_retraining_is_proposed_in_words_only() -> None:
    """The command names the segment; a model that did not move is left alone."""
    usual: dict[str, Any] = {"model": "jifen-startup", "version": "3", "segment": "startup", "bundle": cases.HASH, "simulated": False}
    finding = Finding(subject="score", measure="PSI", n=900, value=0.4, threshold=0.1, verdict=MOVED)
    one = Monitored(**usual, decisions=9, firms=9, rate=0.05, findings=(finding,), vintages=(), verdict=MOVED)
    lines = list(retraining(one))
    assert lines[0].startswith("moved: score")
    assert "jifen retrain --segment startup" in lines[1]
    assert list(retraining(Monitored(**usual, decisions=9, firms=9, rate=0.05, findings=(), vintages=(), verdict=SHORT))) == []


def test_the_command_says_and_writes_json(jifen_on: Any, client: FlaskClient, officer: Headers, asked: dict[str, Any]) -> None:
    """A table with a verdict, or everything as JSON; it changes nothing."""
    client.post("/v1/decisions", json=asked, headers=officer)
    said = jifen_on("monitor")
    assert "not enough data" in said
    assert "1 decisions of 1 firms" in said
    assert '"verdict": "not enough data"' in jifen_on("monitor", "--json")


@pytest.fixture
def jifen_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command on the test's database and give what it printed."""

    def run(*words: str) -> str:
        monkeypatch.setenv("JIFEN_HOME", str(settings.home))
        monkeypatch.setenv("JIFEN_DATABASE_URL", settings.database)
        monkeypatch.setenv("COLUMNS", "200")
        sink = StringIO()
        monkeypatch.setattr("service.cli.monitor.out", Console(file=sink, width=WIDE, highlight=False, soft_wrap=True))
        result = CliRunner().invoke(cli, list(words), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return sink.getvalue()

    return run
