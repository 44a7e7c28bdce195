"""Replay: a recorded decision is rebuilt from what it pins, bit for bit, in this process, in another one and on the other database."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders_cases as cases
import orjson
import pytest
from builders_releases import office_of, released, wanted
from builders_service import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from features.firm_row import FirmRow
from service.app import create_app
from service.artefacts import Shelf, scheme_artefact
from service.config import Settings
from service.store import Store, open_store, upgrade
from service.store.models import ArtefactRow, Base, Blob, DecisionRow
from service.store.records import find_decision
from service.use_cases.replay import STAGES, Certificate, evidence_of, replay, replay_body, to_replay

AMOUNTS = (100_000, 2_000_000, 9_000_000)
PRODUCTS = ("startup-credit", "growth-relay", "loan-investment", "common-growth", "acquisition")


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock, folders: Path) -> Iterator[Flask]:
    """A service whose small but real models were proposed and approved, and are loaded from the database."""
    scheme = scheme_artefact(cases.SCHEME.format(tiers=cases.LOW_TIERS))
    released(office_of(store, settings.home, clock), wanted(folders, scheme=scheme))
    app = create_app(settings, clock=clock)
    yield app
    app.extensions["jifen"].store.close()


Decide = Callable[..., list[str]]


@pytest.fixture
def decide(client: FlaskClient, officer: dict[str, str], filed: str, evidence: dict[str, Any]) -> Decide:
    """Decide on some products and amounts, on file and with their own evidence, now and as of an earlier day."""
    row = evidence["invoices"][0] | {"month": "2025-04-01", "known_on": "2025-04-30"}
    clean = evidence | {"loans": [], "invoices": [row]}

    def made(products: Sequence[str], amounts: Sequence[int]) -> list[str]:
        numbers = []
        for product, amount in itertools.product(products, amounts):
            asked: dict[str, Any] = {"product": product, "amount": amount, "term_months": 24}
            for more in ({"firm_id": filed}, {"evidence": clean, "as_of": "2025-04-30"}):
                answer = client.post("/v1/decisions", json=asked | more, headers=officer)
                assert answer.status_code == 201, answer.text
                numbers.append(answer.json["decision_id"])  # type: ignore[index]
        return numbers

    return made


@pytest.fixture
def decided(decide: Decide) -> list[str]:
    """Decisions on every product, small and large."""
    return decide(PRODUCTS, AMOUNTS)


@pytest.fixture
def first(decide: Decide) -> str:
    """The first of them."""
    return decide(PRODUCTS[:1], AMOUNTS[:1])[0]


def body_of(store: Store, decision_id: str) -> bytes:
    with store.reading() as unit:
        found = find_decision(unit, decision_id)
    assert found is not None
    return found.body


def certificate(store: Store, settings: Settings, clock: Clock, decision_id: str) -> Certificate:
    found = replay(store, Shelf(store, settings.home).of, decision_id, clock)
    assert found is not None
    return found


def test_r1_every_decision_replays_bit_for_bit(store: Store, settings: Settings, clock: Clock, decided: list[str]) -> None:
    """All nine stages of every decision are identical, whatever the product, the amount and where the evidence came from."""
    for decision_id in decided:
        found = certificate(store, settings, clock, decision_id)
        assert found.identical, (decision_id, found.first_difference, [stage.detail for stage in found.stages])
        assert found.recorded == found.replayed
        assert [stage.id for stage in found.stages] == [stage[0] for stage in STAGES]
    outcomes = {orjson.loads(body_of(store, one))["outcome"] for one in decided}
    assert outcomes >= {"decline", "counter"}, outcomes  # the test must not replay one outcome only


def test_r1_another_process_replays_the_same(store: Store, settings: Settings, database: str, decided: list[str], tmp_path: Path) -> None:
    """`jifen audit replay` in a process of its own, in shuffled order and with another hash seed, finds the same."""
    environment = {**os.environ, "JIFEN_HOME": str(settings.home), "JIFEN_DATABASE_URL": database, "PYTHONHASHSEED": "12345"}
    out = tmp_path / "certificates.jsonl"
    line = [sys.executable, "-c", "from service.cli import main; main()", "audit", "replay", *sorted(decided, key=lambda one: one[::-1])]
    done = subprocess.run(
        [*line, "--out", str(out)], check=False, env=environment, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(decided)} of {len(decided)} decisions are identical" in done.stdout
    certificates = [json.loads(one) for one in out.read_text("utf-8").splitlines()]
    hashes = {one["decision_id"]: one["replayed"] for one in certificates}
    with store.reading() as unit:
        assert hashes == {row.decision_id: row.sha256 for row in unit.execute(select(DecisionRow.decision_id, DecisionRow.sha256))}


def test_r1_the_other_database_replays_the_same(
    request: pytest.FixtureRequest, store: Store, settings: Settings, clock: Clock, decided: list[str], tmp_path: Path
) -> None:
    """Records and artefacts carried to another database replay there to the same bytes, without any file of the first."""
    if store.engine.dialect.name == "sqlite" and "JIFEN_TEST_POSTGRES_URL" in os.environ:
        address = str(request.getfixturevalue("fresh_schema"))
    else:
        address = f"sqlite:///{tmp_path / 'other.db'}"
    other = open_store(address)
    upgrade(other)
    try:
        for model in (Blob, ArtefactRow, DecisionRow):
            carry(store, other, model)
        home = tmp_path / "elsewhere"
        for decision_id in decided:
            assert certificate(other, replace(settings, home=home), clock, decision_id).identical
    finally:
        other.close()


def carry(store: Store, other: Store, model: type[Base]) -> None:
    with store.reading() as unit:
        rows = [dict(row._mapping) for row in unit.execute(select(*model.__table__.columns))]
    with other.writing() as unit:
        unit.execute(model.__table__.insert(), rows)


@pytest.mark.parametrize(
    ("stage", "change"),
    [
        ("points", {"points": {"total": 1}}),
        ("score", {"risk": {"score": 1}}),
        ("policy", {"outcome": "approve"}),
        ("reasons", {"reasons": []}),
    ],
)
def test_the_first_stage_that_differs_is_named(
    store: Store, settings: Settings, clock: Clock, first: str, stage: str, change: dict[str, Any]
) -> None:
    """A record that says other points, another score, outcome or reasons differs there, and the place is told."""
    said = orjson.loads(body_of(store, first))
    for name, value in change.items():
        said[name] = said[name] | value if isinstance(value, dict) else value
    found = replay_body(evidence_of(store), Shelf(store, settings.home).of, orjson.dumps(said, option=orjson.OPT_SORT_KEYS), clock)
    assert (found.identical, found.first_difference) == (False, stage)
    detail = next(one.detail for one in found.stages if one.id == stage)
    assert "recorded" in detail
    assert next(iter(change)) in detail


def test_other_evidence_differs_at_the_first_stage(store: Store, settings: Settings, clock: Clock, first: str) -> None:
    """Evidence that was changed or is gone ends the replay at its first stage; the others were not reached."""
    said = orjson.loads(body_of(store, first))
    with store.writing() as unit:
        unit.execute(update(Blob).where(Blob.sha256 == said["pins"]["evidence"]).values(packed=b""))
    found = certificate(store, settings, clock, first)
    assert (found.first_difference, found.replayed) == ("evidence", None)
    assert [stage.identical for stage in found.stages] == [False] * len(STAGES)


def test_other_indicators_differ_at_their_stage(
    store: Store, settings: Settings, clock: Clock, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that computes other indicators, or defines them otherwise, says so before anything is decided with them."""
    with monkeypatch.context() as patch:
        patch.setattr(FirmRow, "digest", cases.HASH)
        assert certificate(store, settings, clock, first).first_difference == "features"
    with monkeypatch.context() as patch:
        patch.setattr("service.use_cases.replay.catalogue_hash", lambda: cases.HASH)
        found = certificate(store, settings, clock, first)
    assert found.first_difference == "features"
    assert "the program of that time" in found.stages[1].detail


def test_artefacts_that_are_gone_are_named(store: Store, settings: Settings, clock: Clock, first: str) -> None:
    """Without its policy on file a decision cannot be replayed, and the certificate says which part is missing."""
    with store.writing() as unit:
        unit.execute(ArtefactRow.__table__.delete().where(ArtefactRow.__table__.c.kind == "policy"))
    found = certificate(store, settings, clock, first)
    assert found.first_difference == "points"
    assert "policy" in found.stages[2].detail


def test_decisions_are_chosen_for_replay(store: Store, decide: Decide, clock: Clock) -> None:
    """All, an even sample, or those since a moment."""
    decided = decide(PRODUCTS[:3], AMOUNTS[:1])
    assert to_replay(store) == decided
    assert to_replay(store, sample=3) == [decided[0], decided[len(decided) // 3], decided[2 * len(decided) // 3]]
    assert to_replay(store, since=clock.now) == decided
    assert to_replay(store, since=clock.now.replace(year=2027)) == []


def test_what_is_not_there_is_not_replayed(store: Store, settings: Settings, clock: Clock) -> None:
    """An unknown number has no certificate."""
    assert replay(store, Shelf(store, settings.home).of, "0" * 26, clock) is None


def test_the_examiner_replays_over_the_api(client: FlaskClient, first: str, as_role: Any) -> None:
    """The certificate is answered, and that it was asked for is on record."""
    headers = as_role("auditor")
    page = client.post(f"/v1/audit/replays/{first}", headers=headers).json
    assert page is not None
    assert (page["identical"], len(page["stages"])) == (True, 9)
    trail = client.get(f"/v1/audit/entries?subject={first}", headers=headers).json
    assert trail is not None
    assert [entry["kind"] for entry in trail["entries"]] == ["decision", "audit"]
    assert client.post("/v1/audit/replays/nothing", headers=headers).status_code == 404
