"""A model that has not passed its validation cannot be proposed unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from builders_releases import LI, WANG, office_of, released, wanted
from builders_service import Clock, Reception
from builders_validation import WHEN, validation_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.app import create_app
from service.artefacts import model_artefact, validation_artefact
from service.cli.telling import model_lines
from service.config import Settings
from service.errors import BadRelease, NotValidated
from service.ledger import read_entry
from service.store import Store
from service.store.artefacts import Artefact
from service.store.blobs import get_blob
from service.store.models import LedgerEntry
from service.use_cases.releases import Office
from training.bundle import Bundle

People = Callable[[str, str], dict[str, str]]


@pytest.fixture
def office(store: Store, tmp_path: Path, clock: Clock) -> Office:
    return office_of(store, tmp_path, clock)


def said_of(folders: Path, name: str, *standings: str, **said: object) -> Artefact:
    """The artefact of a validation of one of the bundles."""
    return validation_artefact(validation_of(Bundle.load(folders / name), *standings, **said).to_bytes())


def both(folders: Path, *standings: str) -> tuple[Artefact, ...]:
    return tuple(said_of(folders, name, *standings) for name in ("startup", "growth"))


def test_a_proposal_names_the_validation_of_each_model(office: Office, folders: Path) -> None:
    """Its hash, the rows and the gates it was held to stand in the proposal."""
    made = office.propose(wanted(folders), reason="first", actor=WANG)
    growth, startup = made.models
    assert (growth.slot, startup.slot) == ("model growth", "model startup")
    assert (startup.standing, startup.n, startup.defaults, startup.operator) == ("passed", 400, 40, "zhao")
    assert startup.validation == said_of(folders, "startup").pin
    assert "of-a-test 1 (illustrative) sha256:" in (startup.gates or "")
    assert not made.without_validation


@pytest.mark.parametrize(
    ("standings", "told"),
    [
        (("pass", "fail"), r"has not passed its validation: failed \(gate-2\)"),
        (("not-enough-data",), r"not-enough-data \(gate-1\)"),
    ],
)
def test_a_failed_gate_blocks_the_proposal(office: Office, folders: Path, standings: tuple[str, ...], told: str) -> None:
    """So does a validation that had too few data; nothing is proposed then."""
    with pytest.raises(NotValidated, match=told):
        office.propose(wanted(folders, validations=both(folders, *standings)), reason="first", actor=WANG)
    assert office.newest(10) == []


def test_a_model_without_validation_is_refused(office: Office, folders: Path) -> None:
    """The message says which model, and what to do."""
    with pytest.raises(NotValidated, match=r"model startup sha256:\w+ has no validation; validate with `jifen validate`"):
        office.propose(wanted(folders, validations=()), reason="first", actor=WANG)


def test_a_validation_of_another_bundle_does_not_count(office: Office, folders: Path) -> None:
    """It is filed under the very bundle it is about."""
    with pytest.raises(NotValidated, match=r"model startup .* has no validation"):
        office.propose(wanted(folders, validations=(said_of(folders, "growth"), said_of(folders, "startup-2"))), reason="x", actor=WANG)


def test_going_without_is_said_in_the_ledger(office: Office, store: Store, folders: Path) -> None:
    """The approver reads it in the proposal's own bytes, and on the screen in capitals."""
    made = office.propose(wanted(folders, validations=()), reason="pilot on ten firms", actor=WANG, without_validation=True)
    with store.reading() as unit:
        entry = read_entry(bytes(unit.scalars(select(LedgerEntry.entry)).one()))
        content = orjson.loads(get_blob(unit, entry.content))
    assert (content["without_validation"], content["reason"]) == (True, "pilot on ten firms")
    assert {one["standing"] for one in content["models"]} == {"none"}
    lines = list(model_lines(made))
    assert lines[0].startswith("PROPOSED WITHOUT A PASSING VALIDATION")
    assert "no validation on file" in lines[1]
    assert office.approve(made.proposal_id, reason="ten firms only", actor=LI).release_id == made.proposal_id


def test_the_newest_validation_counts(office: Office, folders: Path) -> None:
    """A later failure takes the place of an earlier pass, whichever was filed first."""
    later = WHEN + timedelta(days=1)
    failed = said_of(folders, "startup", "fail", made_at=later)
    with pytest.raises(NotValidated, match="model startup"):
        office.propose(wanted(folders, validations=(failed, *both(folders))), reason="x", actor=WANG)
    passed = said_of(folders, "startup", made_at=later + timedelta(hours=1))
    assert office.propose(wanted(folders, validations=(passed,)), reason="x", actor=WANG).models[1].validation == passed.pin


def test_what_does_not_change_needs_no_validation(office: Office, folders: Path) -> None:
    """A new policy leaves the models alone; a challenger only answers in the shadow; a rollback brings back what was in force."""
    first = released(office, wanted(folders))
    again = office.propose(
        wanted(folders, validations=(), challengers={"startup": model_artefact(folders / "startup-2")}), reason="x", actor=WANG
    )
    assert again.models == ()
    office.approve(again.proposal_id, reason="x", actor=LI)
    other = wanted(folders).bundles | {"startup": model_artefact(folders / "startup-2")}
    released(office, wanted(folders, bundles=other))
    back = office.propose_again(first.parts, reason="back", actor=WANG)
    assert [(one.slot, one.standing) for one in back.models] == [("model startup", "passed")]


def test_a_model_in_force_before_validations_came_up_may_return(office: Office, folders: Path) -> None:
    """It says which release put it in force; that is no validation, and is not called one."""
    made = office.propose(wanted(folders, validations=()), reason="pilot", actor=WANG, without_validation=True)
    office.approve(made.proposal_id, reason="x", actor=LI)
    other = wanted(folders).bundles | {"startup": model_artefact(folders / "startup-2")}
    released(office, wanted(folders, bundles=other, validations=(said_of(folders, "startup-2"),)))
    (check,) = office.propose_again(made.parts, reason="back", actor=WANG).models
    assert (check.standing, check.release) == ("approved-before", made.proposal_id)
    assert "in force before by release" in next(model_lines(office.propose_again(made.parts, reason="back", actor=WANG)))


def test_a_changed_validation_on_file_is_refused(office: Office, folders: Path) -> None:
    """Filed under another hash or another bundle, it is no validation."""
    good = said_of(folders, "startup")
    forged = replace(good, pin="sha256:" + "9" * 64, version="9999")
    with pytest.raises(BadRelease, match="is not one of"):
        office.propose(wanted(folders, validations=(forged, said_of(folders, "growth"))), reason="x", actor=WANG)
    broken = replace(good, pin="sha256:" + "8" * 64, version="9999-2", content=b"{}")
    with pytest.raises(BadRelease, match="is not a validation"):
        office.propose(wanted(folders, validations=(broken,)), reason="x", actor=WANG)


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock) -> Iterator[Flask]:
    app = create_app(replace(settings, release_seconds=0, switch_seconds=0), clock=clock)
    desk = app.extensions["jifen"]
    app.extensions["jifen"] = replace(desk, gate=Reception(desk.gate))
    yield app
    desk.store.close()


def test_the_api_holds_models_to_it_too(client: FlaskClient, office: Office, folders: Path, as_person: People) -> None:
    """A model on file without a passing validation needs `without_validation`, and the answer shows what is known of it."""
    released(office, wanted(folders))
    office.propose(  # puts it on file
        wanted(folders, challengers={"startup": model_artefact(folders / "startup-2")}), reason="shadow", actor=WANG
    )
    asked = {"reason": "better", "bundles": {"startup": Bundle.load(folders / "startup-2").hash}}
    risk = as_person("wang", "risk")
    refused = client.post("/v1/releases", json=asked, headers=risk)
    assert (refused.status_code, refused.json["code"]) == (422, "not-validated")
    made = client.post("/v1/releases", json=asked | {"without_validation": True}, headers=risk)
    assert made.status_code == 201
    assert made.json["proposal"]["models"][0]["standing"] == "none"
    assert made.json["proposal"]["without_validation"] is True
