"""The kill switch: one person stops, two let it go on, and nothing is decided where it cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from builders_releases import LI, MACHINE, WANG
from builders_service import Clock, Reception
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from service.active import Active
from service.app import create_app
from service.config import Settings
from service.desk import Desk
from service.domain import Decision, orders_of
from service.errors import InvalidRequest, PersonRequired, SelfApproval, UnknownStop, WrongState
from service.ledger import Actor, read_entry
from service.store import Store
from service.store.blobs import get_blob
from service.store.models import LedgerEntry
from service.switchboard import Switchboard
from service.use_cases.switch import Lever

Headers = dict[str, str]
People = Callable[[str, str], Headers]


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock, active: Active) -> Iterator[Flask]:
    """A service that looks at the switch with every request, at whose reception people may say who they are."""
    app = create_app(replace(settings, switch_seconds=0), clock=clock, active=active)
    desk = app.extensions["jifen"]
    app.extensions["jifen"] = replace(desk, gate=Reception(desk.gate))
    yield app
    desk.store.close()


def decided(client: FlaskClient, headers: Headers, asked: dict[str, Any], **said: Any) -> dict[str, Any]:
    answer = client.post("/v1/decisions", json=asked | said, headers=headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_r21_one_person_stops_everything_at_once(client: FlaskClient, as_person: People, officer: Headers, asked: dict[str, Any]) -> None:
    """Applications are still taken and recorded; each is referred to a person, and nothing is promised."""
    free = decided(client, officer, asked)
    assert free["outcome"] != "refer"
    stopped = client.post("/v1/switch", json={"reason": "the model drifts"}, headers=as_person("wang", "risk"))
    assert stopped.status_code == 201, stopped.text
    made = decided(client, officer, asked)
    assert (made["outcome"], made["offer"], made["recourse"]) == ("refer", None, None)
    assert made["reasons"][0]["code"] == "AUTOMATIC_DECISIONS_STOPPED"
    assert made["fired"][0] == {
        "table": "switch",
        "row": None,
        "rule": "automatic-decisions-stopped",
        "when": {"given_by": stopped.json["order_id"], "scope": "all"},
        "effect": "refer",
    }
    assert client.get(f"/v1/decisions/{made['decision_id']}", headers=officer).json == made
    assert client.get("/readyz").status_code == 200
    state = client.get("/v1/switch", headers=officer).json
    assert (state["stopped"], state["stops"][0]["by"]["id"], state["stops"][0]["reason"]) == (True, "wang", "the model drifts")


def test_r21_resuming_takes_two_people(
    client: FlaskClient, as_person: People, as_role: Callable[[str], Headers], officer: Headers, asked: dict[str, Any]
) -> None:
    """One proposes to go on, another approves; alone, or by a machine, it stays stopped."""
    stop = client.post("/v1/switch", json={"reason": "drill"}, headers=as_role("risk")).json["order_id"]
    assert client.post("/v1/switch/resumptions", json={"stop": "01", "reason": "x"}, headers=as_role("risk")).json["code"] == "unknown-stop"
    said = {"stop": stop, "reason": "looked into it"}
    made = client.post("/v1/switch/resumptions", json=said, headers=as_person("wang", "risk"))
    place = f"/v1/switch/resumptions/{made.json['proposal_id']}/approve"

    def approve(headers: Headers) -> tuple[int, str]:
        answer = client.post(place, json={"reason": "agreed"}, headers=headers)
        return answer.status_code, answer.json.get("code", "")

    assert approve(as_person("Wang", "validator")) == (403, "self-approval")
    assert approve(as_role("validator")) == (403, "person-required")
    assert approve(as_person("li", "risk")) == (403, "forbidden")
    assert decided(client, officer, asked)["outcome"] == "refer"
    assert approve(as_person("li", "validator")) == (200, "")
    assert decided(client, officer, asked)["outcome"] != "refer"
    assert approve(as_person("li", "validator")) == (409, "wrong-state")
    assert client.post("/v1/switch/resumptions", json=said, headers=as_person("wang", "risk")).json["code"] == "wrong-state"


def test_r21_a_stop_may_cover_one_product_or_one_model(
    client: FlaskClient, as_person: People, officer: Headers, asked: dict[str, Any]
) -> None:
    """The other products go on; that a stop was in force stands in their records, and gives the orders back."""
    client.post("/v1/switch", json={"reason": "x", "scope": "product", "value": "loan-investment"}, headers=as_person("wang", "risk"))
    other = decided(client, officer, asked)
    assert other["outcome"] != "refer"
    assert decided(client, officer, asked, product="loan-investment")["outcome"] == "refer"
    (order,) = orders_of(Decision.model_validate_json(orjson.dumps(other)).fired)
    assert (order.scope, order.value) == ("product", "loan-investment")
    client.post("/v1/switch", json={"reason": "x", "scope": "segment", "value": "startup"}, headers=as_person("wang", "risk"))
    client.post("/v1/switch", json={"reason": "x", "scope": "segment", "value": "growth"}, headers=as_person("wang", "risk"))
    assert decided(client, officer, asked)["outcome"] == "refer"


def test_r21_a_switch_that_cannot_be_read_decides_nothing(
    client: FlaskClient, desk: Desk, officer: Headers, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fail closed: 503, and not the state of a minute ago."""
    decided(client, officer, asked)

    def fail(_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr("service.switchboard.stops_in_force", fail)
    answer = client.post("/v1/decisions", json=asked, headers=officer)
    assert (answer.status_code, answer.json["code"]) == (503, "database-unavailable")
    assert client.get("/readyz").json["checks"]["switch"] != "ok"
    monkeypatch.undo()
    decided(client, officer, asked)


def test_r21_a_stop_is_seen_within_its_seconds(store: Store, clock: Clock) -> None:
    """A worker that looked a moment ago goes by that; after a second it looks again."""
    ticks = [0.0]
    board = Switchboard(store, seconds=1, clock=lambda: ticks[0])
    assert board.orders == ()
    Lever(store, clock).stop(reason="now", actor=WANG)
    ticks[0] = 0.9
    assert board.orders == ()
    ticks[0] = 1.1
    assert [order.scope for order in board.orders] == ["all"]


def test_a_machine_may_stop_but_not_let_go_on(store: Store, clock: Clock) -> None:
    """A monitor may pull the brake; it takes a person to release it."""
    lever = Lever(store, clock)
    stop = lever.stop(reason="scores drift", actor=MACHINE)
    proposal = lever.propose_end(stop.order_id, reason="they are back", actor=MACHINE)
    with pytest.raises(PersonRequired):
        lever.approve_end(proposal.proposal_id, reason="x", actor=MACHINE)
    assert [one.proposal_id for one in lever.state().waiting] == [proposal.proposal_id]
    lever.refuse_end(proposal.proposal_id, reason="too early", actor=LI)
    assert lever.state().waiting == ()
    with pytest.raises(WrongState, match="refuse by li"):
        lever.approve_end(proposal.proposal_id, reason="x", actor=LI)
    assert [one.order_id for one in lever.state().stops] == [stop.order_id]


def test_a_stop_ends_once_and_others_go_on(store: Store, clock: Clock) -> None:
    """Each stop has its own end; two proposals to end the same one cannot both be approved."""
    lever = Lever(store, clock)
    first, second = lever.stop(reason="a", actor=WANG), lever.stop(reason="b", actor=LI)
    twice = [lever.propose_end(first.order_id, reason="x", actor=WANG) for _ in range(2)]
    with pytest.raises(SelfApproval):
        lever.approve_end(twice[0].proposal_id, reason="x", actor=Actor(kind="person", id="WANG"))
    end = lever.approve_end(twice[0].proposal_id, reason="x", actor=LI)
    assert end.lifts == first.order_id
    with pytest.raises(WrongState, match="has ended already"):
        lever.approve_end(twice[1].proposal_id, reason="x", actor=LI)
    state = lever.state()
    assert [one.order_id for one in state.stops] == [second.order_id]
    assert {act.act for act in state.acts} == {"stop", "resume"}
    with pytest.raises(UnknownStop):
        lever.approve_end("nothing", reason="x", actor=LI)


@pytest.mark.parametrize(("scope", "value"), [("branch", ""), ("product", "mortgage"), ("segment", "stable"), ("all", "relay")])
def test_a_scope_that_covers_nothing_is_refused(client: FlaskClient, as_person: People, scope: str, value: str) -> None:
    """A stop that would stop nothing is worse than none: it is refused with what may be said."""
    body = {"reason": "x", "scope": scope, "value": value or None}
    answer = client.post("/v1/switch", json=body, headers=as_person("wang", "risk"))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")


def test_a_scope_is_checked_below_the_api_too(store: Store, clock: Clock) -> None:
    """The command line meets the same rule."""
    with pytest.raises(InvalidRequest, match="scope product takes"):
        Lever(store, clock).stop(reason="x", actor=WANG, scope="product", value="mortgage")


def test_every_act_of_the_switch_is_in_the_ledger(store: Store, clock: Clock) -> None:
    """Stop, proposal, verdict and end, each with who and why."""
    lever = Lever(store, clock)
    stop = lever.stop(reason="drift", actor=WANG)
    proposal = lever.propose_end(stop.order_id, reason="fixed", actor=WANG)
    lever.approve_end(proposal.proposal_id, reason="seen", actor=LI)
    with store.reading() as unit:
        entries = [read_entry(bytes(entry)) for entry in unit.scalars(select(LedgerEntry.entry).order_by(LedgerEntry.seq))]
        contents = [orjson.loads(get_blob(unit, entry.content)) for entry in entries]
    assert [(entry.kind.value, entry.actor.id) for entry in entries] == [
        ("switch", "wang"),
        ("proposal", "wang"),
        ("verdict", "li"),
        ("switch", "li"),
    ]
    assert [content["reason"] for content in contents] == ["drift", "fixed", "seen", "seen"]
    assert contents[3]["lifts"] == stop.order_id
