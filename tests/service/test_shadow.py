"""A challenger is asked after the answer has left, and never shapes, delays or harms it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from threading import Event
from typing import Any

import builders_cases as cases
import orjson
import pytest
from builders_service import Clock, wait_until
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.active import Active
from service.app import create_app
from service.config import Settings
from service.desk import Desk
from service.domain import shipped_policy
from service.domain.shadow import Answered, Pair, compare
from service.ledger import read_entry
from service.shadowing import Seen, Shadows
from service.store import Store
from service.store.blobs import get_blob
from service.store.models import LedgerEntry, ShadowRow

Headers = dict[str, str]
DOUBTFUL = "sha256:" + "d" * 64
SEGMENTS = ("startup", "growth")


class Breaking(cases.FakeBundle):
    """A model that fails to answer."""

    def score(self, _: Any) -> Any:
        raise RuntimeError("out of order")


@pytest.fixture
def active() -> Active:
    """A challenger that holds every firm for a sure default, behind the usual champion."""
    bundles = {segment: cases.FakeBundle(segment=segment) for segment in SEGMENTS}
    challengers = {segment: cases.FakeBundle(segment=segment, default=0.9, hash=DOUBTFUL) for segment in SEGMENTS}
    return Active(bundles, cases.two_items(cases.LOW_TIERS), None, shipped_policy(), challengers=challengers)


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock, active: Active) -> Iterator[Flask]:
    app = create_app(settings, clock=clock, active=active)
    desk = app.extensions["jifen"]
    counted = desk.metrics.shadows
    quick = Shadows(desk.store, clock, counted=lambda result, number: counted.labels(result).inc(number), linger=0.01)
    app.extensions["jifen"] = replace(desk, shadows=quick)
    yield app
    desk.store.close()


@pytest.fixture
def asked(evidence: dict[str, Any]) -> dict[str, Any]:
    """A clean firm whose evidence is fresh on the day: one that is offered a loan."""
    row = evidence["invoices"][0] | {"month": "2025-04-01", "known_on": "2025-04-30"}
    clean = evidence | {"loans": [], "invoices": [row]}
    return {"product": "loan-investment", "amount": 2_000_000, "term_months": 24, "evidence": clean, "as_of": "2025-04-30"}


def shadows(store: Store) -> int:
    with store.reading() as unit:
        return int(unit.scalar(select(func.count()).select_from(ShadowRow)) or 0)


def test_r11_the_challenger_is_scored_beside_the_champion(
    client: FlaskClient, store: Store, officer: Headers, asked: dict[str, Any]
) -> None:
    """Each decision leaves the challenger's PD, score, grade and outcome, in a batch that the ledger commits to."""
    made = client.post("/v1/decisions", json=asked, headers=officer).json
    wait_until(lambda: shadows(store) == 1)
    with store.reading() as unit:
        row = unit.execute(select(ShadowRow.__table__)).one()
        entry = read_entry(bytes(unit.scalars(select(LedgerEntry.entry).where(LedgerEntry.kind == "shadow")).one()))
        content = orjson.loads(get_blob(unit, entry.content))
    assert (row.decision_id, row.bundle, row.pd, row.outcome, row.amount) == (made["decision_id"], DOUBTFUL, "0.90000", "decline", 0)
    assert made["risk"]["pd"] == "0.00400"
    assert made["pins"]["bundle"] == cases.FakeBundle().hash
    assert (entry.subject, entry.actor.kind, entry.actor.id) == (row.batch, "system", "shadow")
    assert content["lines"][0]["decision_id"] == made["decision_id"]
    assert 'jifen_shadows_total{result="scored"} 1.0' in client.get("/metrics").text


def test_r11_the_shadow_changes_nothing_of_the_answer(
    client: FlaskClient, app: Flask, active: Active, officer: Headers, asked: dict[str, Any]
) -> None:
    """With and without a challenger the record differs in nothing but its number."""
    with_it = client.post("/v1/decisions", json=asked, headers=officer).json
    app.extensions["jifen"] = replace(app.extensions["jifen"], fixed=replace(active, challengers={}))
    without = client.post("/v1/decisions", json=asked, headers=officer).json
    assert with_it | {"decision_id": ""} == without | {"decision_id": ""}


def test_r11_the_answer_does_not_wait_for_the_shadow(
    client: FlaskClient, app: Flask, active: Active, store: Store, officer: Headers, asked: dict[str, Any]
) -> None:
    """The decision is answered while the challenger still thinks."""
    thought = Event()

    class Slow(cases.FakeBundle):
        def score(self, matrix: Any) -> Any:
            assert thought.wait(60)
            return super().score(matrix)

    slow = {segment: Slow(segment=segment, hash=DOUBTFUL) for segment in SEGMENTS}
    app.extensions["jifen"] = replace(app.extensions["jifen"], fixed=replace(active, challengers=slow))
    assert client.post("/v1/decisions", json=asked, headers=officer).status_code == 201
    assert shadows(store) == 0
    thought.set()
    wait_until(lambda: shadows(store) == 1)


def test_r11_a_challenger_that_fails_harms_no_decision(
    client: FlaskClient, app: Flask, active: Active, store: Store, officer: Headers, asked: dict[str, Any], service_log: Any
) -> None:
    """It is counted and logged, and the next one is asked again."""
    broken = {segment: Breaking(segment=segment, hash=DOUBTFUL) for segment in SEGMENTS}
    app.extensions["jifen"] = replace(app.extensions["jifen"], fixed=replace(active, challengers=broken))
    assert client.post("/v1/decisions", json=asked, headers=officer).status_code == 201
    wait_until(lambda: 'jifen_shadows_total{result="failed"} 1.0' in client.get("/metrics").text)
    assert "a challenger did not answer" in service_log.text
    assert shadows(store) == 0
    app.extensions["jifen"] = replace(app.extensions["jifen"], fixed=active)
    client.post("/v1/decisions", json=asked, headers=officer)
    wait_until(lambda: shadows(store) == 1)


def test_a_repeated_request_is_shadowed_once(client: FlaskClient, store: Store, officer: Headers, asked: dict[str, Any]) -> None:
    """The same key gives the same decision, and one shadow."""
    for _ in range(2):
        client.post("/v1/decisions", json=asked, headers=officer | {"Idempotency-Key": "k"})
    client.post("/v1/decisions", json=asked, headers=officer)
    wait_until(lambda: shadows(store) == 2)


def test_too_many_waiting_are_dropped_and_counted(desk: Desk, active: Active, store: Store, clock: Clock) -> None:
    """The queue is bounded: memory is worth more than a shadow."""
    counted: list[tuple[str, int]] = []
    hold = Event()

    class Slow(cases.FakeBundle):
        def score(self, matrix: Any) -> Any:
            assert hold.wait(60)
            return super().score(matrix)

    slow = replace(active, challengers={"startup": Slow(hash=DOUBTFUL)})
    shadow = Shadows(store, clock, counted=lambda *said: counted.append(said), linger=0, batch=1, waiting=1)
    seen = Seen(
        active=slow,
        application=cases.application(),
        firm=cases.firm(),
        dossier=bytes,
        evidence_hash=cases.HASH,
        decision_id="01",
        now=cases.NOW,
        manual=(),
    )
    for _ in range(4):
        shadow.take_up(seen)
    assert ("dropped", 1) in counted
    shadow.take_up(replace(seen, active=replace(slow, challengers={})))
    hold.set()
    wait_until(lambda: ("scored", 1) in counted)


def answered(pd: str, outcome: str, amount: int, score: int = 600) -> Answered:
    return Answered(pd=Decimal(pd), score=score, outcome=outcome, amount=amount)


def test_champion_and_challenger_are_compared_by_hand() -> None:
    """Four pairs: both lend, only one lends, only the other, and nobody."""
    pairs = [
        Pair(champion=answered("0.01000", "approve", 100), challenger=answered("0.02000", "counter", 80, 580)),
        Pair(champion=answered("0.02000", "counter", 70), challenger=answered("0.20000", "decline", 0)),
        Pair(champion=answered("0.03000", "refer", 0), challenger=answered("0.01000", "approve", 50)),
        Pair(champion=answered("0.90000", "decline", 0), challenger=answered("0.90000", "decline", 0)),
    ]
    said = compare(pairs)
    assert (said.n, said.agree) == (4, 1)
    assert (said.swapped_out, said.swapped_out_amount, said.swapped_in, said.swapped_in_amount) == (1, 70, 1, 50)
    assert (said.both, said.both_amount_champion, said.both_amount_challenger) == (1, 100, 80)
    assert said.mean_pd_difference == Decimal("0.04250")
    assert said.mean_score_difference == Decimal("-5.00000")
    assert compare([]).mean_pd_difference is None


def test_r11_the_comparison_can_be_asked(client: FlaskClient, store: Store, officer: Headers, asked: dict[str, Any]) -> None:
    """How often they agree, whom each would lend to instead, and by how much the PD differs."""
    made = client.post("/v1/decisions", json=asked, headers=officer).json
    wait_until(lambda: shadows(store) == 1)
    (match,) = client.get("/v1/shadow", headers=officer).json["matches"]
    assert (match["segment"], match["champion"], match["champion_sha256"]) == (
        made["risk"]["segment"],
        made["risk"]["model"],
        made["pins"]["bundle"],
    )
    assert (match["n"], match["agree"], match["swapped_out"]) == (1, 0, 1)
    assert match["swapped_out_amount"] == made["offer"]["amount"]
    assert match["mean_pd_difference"] == "0.89600"
