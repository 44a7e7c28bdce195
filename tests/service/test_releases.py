"""What decides changes only by two people, and whoever decides with it can be told afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import builders_cases as cases
import orjson
import pytest
from builders_models import small_bundle
from builders_releases import LATER, LI, MACHINE, MILDER, SHIPPED_POLICY, TWO_ITEMS, WANG, office_of, released, wanted
from builders_service import Clock, Reception
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from features.points import load_scheme
from service.app import create_app
from service.artefacts import Shelf, model_artefact, policy_artefact, scheme_artefact, scheme_text
from service.config import Settings
from service.desk import Desk
from service.domain import canonical_bytes
from service.errors import BadRelease, InvalidRequest, PersonRequired, SelfApproval, UnknownRelease, WrongState
from service.in_force import load_in_force
from service.ledger import Actor, read_entry
from service.store import Store
from service.store.blobs import get_blob
from service.store.models import LedgerEntry
from service.store.records import newest_bodies
from service.use_cases.releases import Office
from service.use_cases.replay import evidence_of, replay_body
from training.bundle import Bundle

Headers = dict[str, str]
People = Callable[[str, str], Headers]


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


def test_r9_an_unapproved_model_cannot_decide(
    client: FlaskClient, officer: Headers, asked: dict[str, Any], office: Office, folders: Path, tmp_path: Path
) -> None:
    """Nothing decides until a release is approved, whatever is proposed or lies about; then its models do, pinned by hash."""
    shutil.copytree(folders, tmp_path / "bundles")
    (tmp_path / "active.json").write_text("{}")
    first = client.post("/v1/decisions", json=asked, headers=officer)
    assert (first.status_code, first.json["code"]) == (503, "not-ready")
    proposed = office.propose(wanted(folders), reason="first", actor=WANG)
    assert client.post("/v1/decisions", json=asked, headers=officer).status_code == 503
    assert "jifen release propose" in client.get("/readyz").json["checks"]["artefacts"]
    office.approve(proposed.proposal_id, reason="validated", actor=LI)
    made = client.post("/v1/decisions", json=asked, headers=officer)
    assert made.status_code == 201
    assert made.json["pins"]["bundle"] in {hash_of(folders, "startup"), hash_of(folders, "growth")}
    models = client.get("/v1/models", headers=officer).json
    assert (models["release_id"], models["bundles"]["startup"]["sha256"]) == (proposed.proposal_id, hash_of(folders, "startup"))


def test_r9_every_slot_has_its_history(office: Office, folders: Path) -> None:
    """The inventory says which model stood where since when, who proposed it and who approved it."""
    first = released(office, wanted(folders))
    second = released(office, wanted(folders, bundles=wanted(folders).bundles | {"startup": model_artefact(folders / "startup-2")}))
    assert [one.release_id for one in office.approved()] == [first.release_id, second.release_id]
    (change,) = office.show(second.release_id).proposal.changes
    assert (change.slot, change.before.sha256, change.after.sha256) == (
        "model startup",
        hash_of(folders, "startup"),
        hash_of(folders, "startup-2"),
    )
    assert (second.proposed_by, second.approved_by) == (WANG, LI)


@pytest.mark.parametrize("name", ["wang", "WANG", " Ｗａｎｇ "])
def test_r10_who_proposed_cannot_approve_or_refuse(office: Office, folders: Path, name: str) -> None:
    """The same person in another case, width or spacing is the same person."""
    made = office.propose(wanted(folders), reason="mine", actor=WANG)
    for act in (office.approve, office.refuse):
        with pytest.raises(SelfApproval, match="another person must"):
            act(made.proposal_id, reason="I agree with myself", actor=Actor(kind="person", id=name))
    assert office.show(made.proposal_id).state == "proposed"
    assert office.in_force() is None


@pytest.mark.parametrize("actor", [MACHINE, Actor(kind="system", id="nightly")])
def test_r10_a_machine_can_never_approve(office: Office, folders: Path, actor: Actor) -> None:
    """A token may propose, as a training run does; only a person approves."""
    made = office.propose(wanted(folders), reason="trained tonight", actor=MACHINE)
    with pytest.raises(PersonRequired, match="a person must"):
        office.approve(made.proposal_id, reason="looks fine", actor=actor)
    assert office.approve(made.proposal_id, reason="looks fine", actor=LI).proposed_by == MACHINE


def test_r10_the_api_keeps_proposer_and_approver_apart(
    client: FlaskClient, office: Office, folders: Path, as_person: People, as_role: Callable[[str], Headers]
) -> None:
    """Who may propose may not approve by role; the same person with both roles may not; a token may not; another person may."""
    released(office, wanted(folders))
    asked = {"reason": "stricter", "policy_text": SHIPPED_POLICY.replace("validity_days = ", "validity_days = 1")}
    assert client.post("/v1/releases", json=asked, headers=as_person("li", "validator")).status_code == 403
    made = client.post("/v1/releases", json=asked, headers=as_person("wang", "risk"))
    assert made.status_code == 201, made.text
    place = made.headers["Location"]
    said = {"reason": "agreed"}

    def approve(headers: Headers) -> tuple[int, str]:
        answer = client.post(f"{place}/approve", json=said, headers=headers)
        return answer.status_code, answer.json.get("code", "")

    assert approve(as_person("wang", "risk")) == (403, "forbidden")
    assert approve(as_person("wang", "validator")) == (403, "self-approval")
    assert approve(as_role("validator")) == (403, "person-required")
    assert approve(as_person("li", "validator")) == (200, "")
    assert approve(as_person("li", "validator")) == (409, "wrong-state")
    page = client.get("/v1/releases", headers=as_person("li", "validator")).json
    assert (page["in_force"], page["releases"][0]["state"]) == (place.rsplit("/", 1)[1], "approved")
    assert client.get("/v1/releases/nothing", headers=as_person("li", "validator")).json["code"] == "unknown-release"


def test_a_release_is_refused_by_another_person_for_good(client: FlaskClient, office: Office, folders: Path, as_person: People) -> None:
    """A refusal keeps its reason, and nothing can be approved after it."""
    made = office.propose(wanted(folders), reason="try", actor=WANG)
    place = f"/v1/releases/{made.proposal_id}"
    answer = client.post(f"{place}/refuse", json={"reason": "not validated"}, headers=as_person("li", "validator"))
    assert (answer.status_code, answer.json["reason"]) == (200, "not validated")
    assert client.get(place, headers=as_person("li", "validator")).json["state"] == "refused"
    with pytest.raises(WrongState, match="was refused by li"):
        office.approve(made.proposal_id, reason="after all", actor=LI)


def test_r20_a_change_of_rules_carries_who_flips(
    client: FlaskClient, office: Office, folders: Path, officer: Headers, evidence: dict[str, Any]
) -> None:
    """A proposal names the rows that change and, on the applications on record, who ends otherwise, by group and with money."""
    released(office, wanted(folders))
    numbers = [
        client.post(
            "/v1/decisions", json={"product": product, "amount": 2_000_000, "term_months": 24, "evidence": evidence}, headers=officer
        )
        for product in ("common-growth", "loan-investment")
    ]
    made = office.propose(wanted(folders, policy=policy_artefact(MILDER)), reason="one default is no destiny", actor=WANG)
    assert [change.slot for change in made.changes] == ["policy"]
    impact = made.impact
    assert impact is not None
    assert (impact.whole.cases, impact.whole.better, impact.whole.worse) == (2, 2, 0)
    assert [(flip.before.value, flip.after.value, flip.cases) for flip in impact.flips] == [("decline", "refer", 2)]
    assert {flow.group for flow in impact.groups["product"]} == {"common-growth", "loan-investment"}
    assert set(impact.groups) == {"product", "stage", "region", "size"}
    assert {one.decision_id for one in impact.flipped} == {answer.json["decision_id"] for answer in numbers}
    shown = client.get(f"/v1/releases/{made.proposal_id}", headers=officer).json
    assert shown["proposal"]["impact"] == orjson.loads(impact.model_dump_json())


@pytest.mark.parametrize("slot", ["model", "scheme"])
def test_r20_a_change_of_model_or_scheme_carries_it_too(
    client: FlaskClient, office: Office, folders: Path, officer: Headers, asked: dict[str, Any], slot: str
) -> None:
    """The same run compares models and schemes: whatever differs between two releases."""
    released(office, wanted(folders))
    assert client.post("/v1/decisions", json=asked, headers=officer).status_code == 201
    models = wanted(folders).bundles | {"startup": model_artefact(folders / "startup-2")}
    other = {"bundles": models} if slot == "model" else {"scheme": scheme_artefact(TWO_ITEMS.replace('version = "1"', 'version = "2"'))}
    made = office.propose(wanted(folders, **other), reason="new", actor=WANG)
    assert made.impact is not None
    assert made.impact.whole.cases == 1
    assert [change.slot for change in made.changes] == [{"model": "model startup", "scheme": "scheme"}[slot]]


def test_r20_rules_begin_at_their_moment(office: Office, store: Store, folders: Path, clock: Clock, tmp_path: Path) -> None:
    """Before it the old release decides, from it on the new one; one that was approved too late begins with its approval."""
    first = released(office, wanted(folders))
    begins = clock.now + timedelta(days=3)
    made = office.propose(wanted(folders, policy=policy_artefact(MILDER)), reason="from Thursday", actor=WANG, effective_from=begins)
    second = office.approve(made.proposal_id, reason="fine", actor=LI)
    assert load_in_force(store, tmp_path, clock).release_id == first.release_id
    clock.now = begins
    assert load_in_force(store, tmp_path, clock).release_id == second.release_id
    third = office.propose(wanted(folders), reason="back", actor=WANG, effective_from=begins + timedelta(hours=1))
    clock.now = begins + timedelta(hours=5)
    assert office.approve(third.proposal_id, reason="late", actor=LI).effective_from > third.effective_from
    assert load_in_force(store, tmp_path, clock).release_id == third.proposal_id


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"bundles": {}}, "there is no model for the segment startup, growth|no model for the segment startup"),
        ({"scheme": scheme_artefact(TWO_ITEMS.replace('id = "T9"', 'id = "T99"'))}, "use a scheme with these tiers"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(office: Office, folders: Path, other: dict[str, Any], said: str) -> None:
    """A release is one unit: it is loaded and held together before anybody is asked to approve it."""
    with pytest.raises(BadRelease, match=said):
        office.propose(wanted(folders, **other), reason="cannot be", actor=WANG)
    assert office.newest(10) == []


def test_a_model_of_another_segment_or_other_indicators_is_refused(office: Office, folders: Path, tmp_path: Path) -> None:
    """Each segment has its own model, and a model reads indicators of this catalogue, by these definitions."""
    models = wanted(folders).bundles
    with pytest.raises(BadRelease, match="was trained for startup, not growth"):
        office.propose(wanted(folders, bundles=models | {"growth": models["startup"]}), reason="mixed up", actor=WANG)
    for name, trained, said in (
        ("old", {"catalogue": "sha256:" + "0" * 64}, "other definitions"),
        ("odd", {"features": ("rd_intensity", "charm", "luck")}, "charm, luck"),
    ):
        small_bundle(tmp_path / name, "growth", **trained)
        with pytest.raises(BadRelease, match=said):
            office.propose(wanted(folders, bundles=models | {"growth": model_artefact(tmp_path / name)}), reason="x", actor=WANG)


def test_a_scheme_without_its_peers_is_refused(office: Office, folders: Path) -> None:
    """A scheme that ranks needs the base that was built for it."""
    with pytest.raises(BadRelease, match="give the reference base"):
        office.propose(wanted(folders, scheme=scheme_artefact(scheme_text("cn-core-18") or "")), reason="x", actor=WANG)


def test_moments_and_reasons_are_checked(office: Office, folders: Path, clock: Clock) -> None:
    """Nothing begins in the past or before its policy, and nothing is proposed without a reason."""
    with pytest.raises(BadRelease, match="lies in the past"):
        office.propose(wanted(folders), reason="x", actor=WANG, effective_from=clock.now - timedelta(seconds=1))
    later = SHIPPED_POLICY.replace("effective_from = 2026-11-01", "effective_from = 2027-01-01")
    assert later != SHIPPED_POLICY
    with pytest.raises(BadRelease, match="before policy"):
        office.propose(wanted(folders, policy=policy_artefact(later)), reason="x", actor=WANG, effective_from=clock.now + timedelta(1))
    made = office.propose(wanted(folders, policy=policy_artefact(later)), reason="x", actor=WANG)
    assert made.effective_from.isoformat() == "2027-01-01T00:00:00+08:00"
    with pytest.raises(InvalidRequest, match="say why"):
        office.propose(wanted(folders), reason="  ", actor=WANG)
    with pytest.raises(UnknownRelease):
        office.approve("01", reason="x", actor=LI)


def test_a_proposal_is_stale_once_another_release_was_approved(office: Office, folders: Path) -> None:
    """What it would change, and whom, was compared with a release that is no longer the newest; it is proposed again."""
    first = office.propose(wanted(folders), reason="a", actor=WANG)
    second = office.propose(wanted(folders, policy=policy_artefact(MILDER)), reason="b", actor=WANG)
    office.approve(first.proposal_id, reason="x", actor=LI)
    with pytest.raises(WrongState, match="propose it again"):
        office.approve(second.proposal_id, reason="x", actor=LI)


def test_a_rollback_is_a_proposal_like_any_other(office: Office, store: Store, folders: Path, clock: Clock, tmp_path: Path) -> None:
    """An earlier release is proposed again by its parts and approved by another person; both versions stay in the history."""
    first = released(office, wanted(folders))
    released(office, wanted(folders, policy=policy_artefact(MILDER)))
    back = office.propose_again(first.parts, reason="the new rule misfires", actor=WANG)
    office.approve(back.proposal_id, reason="agreed", actor=LI)
    active = load_in_force(store, tmp_path, clock)
    assert (active.release_id, active.policy.hash) == (back.proposal_id, first.parts.policy.sha256)
    assert len(office.approved()) == 3


def test_each_act_is_in_the_ledger_with_all_it_said(office: Office, store: Store, folders: Path) -> None:
    """A proposal, its verdict and the release are entries; the content is kept under the hash the entry commits to."""
    made = released(office, wanted(folders))
    with store.reading() as unit:
        entries = [read_entry(bytes(entry)) for entry in unit.scalars(select(LedgerEntry.entry).order_by(LedgerEntry.seq))]
        contents = [orjson.loads(get_blob(unit, entry.content)) for entry in entries]
    assert [entry.kind.value for entry in entries] == ["proposal", "verdict", "release"]
    assert {entry.subject for entry in entries} == {made.release_id}
    assert [entry.actor.id for entry in entries] == ["wang", "li", "li"]
    assert [content["format"] for content in contents] == ["proposal/2", "verdict/1", "release/1"]
    assert contents[0]["parts"] == contents[2]["parts"]
    assert contents[0]["reason"] == "a test"
    assert contents[1]["reason"] == "looks right"
    assert canonical_bytes(contents[2]) == made.canonical()


def test_any_decision_can_be_made_again_from_the_database_alone(
    client: FlaskClient, desk: Desk, office: Office, store: Store, folders: Path, officer: Headers, asked: dict[str, Any], tmp_path: Path
) -> None:
    """Pins, evidence and orders of the record give the same bytes, long after another release and the end of a stop."""
    released(office, wanted(folders))
    client.post("/v1/decisions", json=asked, headers=officer)
    stop = desk.lever.stop(reason="drill", actor=WANG)
    client.post("/v1/decisions", json=asked | {"product": "common-growth"}, headers=officer)
    end = desk.lever.propose_end(stop.order_id, reason="over", actor=WANG)
    desk.lever.approve_end(end.proposal_id, reason="over", actor=LI)
    released(office, wanted(folders, policy=policy_artefact(MILDER)))
    shelf = Shelf(store, tmp_path / "another machine")
    with store.reading() as unit:
        bodies = newest_bodies(unit, 10)
        assert len(bodies) == 2
    for body in bodies:
        assert replay_body(evidence_of(store), shelf.of, body, desk.clock).identical


def test_a_release_proposed_over_http_needs_what_is_on_file(client: FlaskClient, office: Office, folders: Path, as_person: People) -> None:
    """Hashes that are not on file, a part named twice and a wrong policy are each told with the remedy."""
    risk = as_person("wang", "risk")

    def told(**said: Any) -> tuple[int, str]:
        answer = client.post("/v1/releases", json={"reason": "x"} | said, headers=risk)
        return answer.status_code, answer.json.get("code", answer.json.get("state"))

    assert told() == (422, "release-invalid")
    released(office, wanted(folders))
    assert told(reference=cases.HASH) == (422, "release-invalid")
    assert told(policy="technology-2026-11", policy_text=SHIPPED_POLICY) == (422, "release-invalid")
    assert told(policy_text="name = 1") == (422, "policy-invalid")
    assert told(scheme_text="name = 1") == (422, "scheme-invalid")
    assert told(policy="technology-2026-11", challengers={}, scheme=load_scheme(TWO_ITEMS).hash) == (201, "proposed")
    assert told(challengers={"startup": hash_of(folders, "startup")}, effective_from=LATER.isoformat()) == (201, "proposed")
