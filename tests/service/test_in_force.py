"""A release takes effect in running workers, and what cannot be loaded or read decides nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders_releases import MILDER, WANG, office_of, released, wanted
from builders_service import Clock, Reception
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from service.app import create_app
from service.artefacts import cache_of, model_artefact, policy_artefact
from service.config import Settings
from service.errors import NotReady
from service.in_force import InForce
from service.ledger import Draft, Kind
from service.store import Store
from service.store.blobs import pack, put_blobs
from service.store.ledger import append
from service.store.models import ArtefactRow, ReleaseRow
from service.use_cases.releases import Office
from training.bundle import Bundle

Headers = dict[str, str]


@pytest.fixture
def office(store: Store, tmp_path: Path, clock: Clock) -> Office:
    return office_of(store, tmp_path, clock)


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock) -> Iterator[Flask]:
    """A service that looks for a release with every request, at whose reception people may say who they are."""
    app = create_app(replace(settings, release_seconds=0, switch_seconds=0), clock=clock)
    desk = app.extensions["jifen"]
    app.extensions["jifen"] = replace(desk, gate=Reception(desk.gate))
    yield app
    desk.store.close()


def hash_of(folders: Path, name: str) -> str:
    return Bundle.load(folders / name).hash


def test_a_release_that_cannot_be_loaded_stops_deciding(
    client: FlaskClient, app: Flask, office: Office, store: Store, folders: Path, officer: Headers, asked: dict[str, Any], tmp_path: Path
) -> None:
    """Fail closed: not the old release goes on, nothing does, until what is missing is back."""
    released(office, wanted(folders))
    assert client.post("/v1/decisions", json=asked, headers=officer).status_code == 201
    models = wanted(folders).bundles | {"startup": model_artefact(folders / "startup-2")}
    made = released(office, wanted(folders, bundles=models))
    with store.writing() as unit:
        row = unit.execute(select(ArtefactRow.__table__).where(ArtefactRow.pin == hash_of(folders, "startup-2"))).one()
        unit.execute(delete(ArtefactRow).where(ArtefactRow.pin == row.pin))
    shutil.rmtree(cache_of(tmp_path), ignore_errors=True)
    answer = client.post("/v1/decisions", json=asked, headers=officer)
    assert (answer.status_code, answer.json["code"]) == (503, "not-ready")
    assert made.release_id in answer.json["detail"]
    assert client.get("/readyz").status_code == 503
    with store.writing() as unit:
        unit.execute(ArtefactRow.__table__.insert().values(row._asdict()))
    assert client.post("/v1/decisions", json=asked, headers=officer).json["pins"]["bundle"] is not None


def test_r9_a_release_written_past_the_ledger_decides_nothing(
    office: Office, store: Store, folders: Path, clock: Clock, tmp_path: Path
) -> None:
    """A row that somebody put into the table has no entry of its approval, so nothing decides; nor does a forged self-approval."""
    first = released(office, wanted(folders))
    assert not isinstance(InForce(store, tmp_path, now=clock, seconds=0).found, NotReady)
    forged = first.model_copy(update={"approved_by": WANG})
    blob = pack("record", forged.canonical())
    with store.writing() as unit:
        put_blobs(unit, [blob])
        unit.execute(update(ReleaseRow).values(content=blob["sha256"]))
    found = InForce(store, tmp_path, now=clock, seconds=0).found
    assert isinstance(found, NotReady)
    assert "the ledger has no entry of its approval" in str(found)
    with store.writing() as unit:
        append(unit, [Draft(kind=Kind.RELEASE, subject=first.release_id, actor=WANG, at=clock.now, content=forged.canonical())])
    found = InForce(store, tmp_path, now=clock, seconds=0).found
    assert isinstance(found, NotReady)
    assert "another person must" in str(found)


def test_a_database_that_does_not_answer_leaves_nothing_in_force(
    office: Office, store: Store, folders: Path, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be read is not assumed to be unchanged."""
    released(office, wanted(folders))
    watch = InForce(store, tmp_path, now=clock, seconds=0)
    assert not isinstance(watch.found, NotReady)

    def fail() -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(store, "reading", fail)
    assert isinstance(watch.found, NotReady)
    monkeypatch.undo()
    assert not isinstance(watch.found, NotReady)


def test_requests_go_on_with_the_old_release_while_the_new_one_loads(
    office: Office, store: Store, folders: Path, clock: Clock, tmp_path: Path
) -> None:
    """One request loads; those beside it are not kept waiting, and the next ones have the new release."""
    first = released(office, wanted(folders))
    watch = InForce(store, tmp_path, now=clock, seconds=0)
    assert watch.found.release_id == first.release_id  # type: ignore[union-attr]
    second = released(office, wanted(folders, policy=policy_artefact(MILDER)))
    with watch._loading:
        assert watch.found.release_id == first.release_id  # type: ignore[union-attr]
    assert watch.found.release_id == second.release_id  # type: ignore[union-attr]


def test_a_worker_asks_the_database_only_now_and_then(office: Office, store: Store, folders: Path, clock: Clock, tmp_path: Path) -> None:
    """Within two seconds of the last look a new release is not seen yet; after them it is."""
    ticks = [0.0]
    first = released(office, wanted(folders))
    watch = InForce(store, tmp_path, now=clock, seconds=2, clock=lambda: ticks[0])
    assert watch.found.release_id == first.release_id  # type: ignore[union-attr]
    second = released(office, wanted(folders, policy=policy_artefact(MILDER)))
    ticks[0] = 1.9
    assert watch.found.release_id == first.release_id  # type: ignore[union-attr]
    ticks[0] = 2.1
    assert watch.found.release_id == second.release_id  # type: ignore[union-attr]
