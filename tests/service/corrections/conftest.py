"""A service with people at it: a gate that admits them, and authorities of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import builders_cases as cases
import pytest
from builders_corrections import AUTHORITIES, PeopleGate, young_firm
from builders_service import Clock
from flask import Flask
from flask.testing import FlaskClient

from service.desk import Desk
from service.ledger import read_entry
from service.sealer import open_ring, seal
from service.store import Store
from service.store.blobs import get_blob
from service.store.models import LedgerEntry
from service.use_cases.verify import Report, verify
from service.witness import Witness

Headers = dict[str, str]


class Ticking(Clock):
    """Moves on by a millisecond whenever it is read, so that things have an order."""

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Ticking(cases.NOW)


@pytest.fixture(autouse=True)
def people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """Who may sign how far; a test may change it."""
    app.extensions["jifen"] = replace(app.extensions["jifen"], gate=PeopleGate(app.extensions["jifen"].gate))
    known = dict(AUTHORITIES)
    for module in ("overrides", "persons"):
        monkeypatch.setattr(f"service.use_cases.{module}.authority_of", lambda _unit, login: known.get(login))
    return known


@pytest.fixture
def desk(app: Flask, people: dict[str, str | None]) -> Desk:
    """The desk with people at it."""
    desk: Desk = app.extensions["jifen"]
    return desk


@pytest.fixture
def evidence() -> dict[str, Any]:
    """A young firm: approved as asked."""
    return young_firm()


@pytest.fixture
def decide(client: FlaskClient, asked: dict[str, Any], officer: Headers) -> Callable[..., dict[str, Any]]:
    """Decide the usual application with some changes and give the record."""

    def made(**changes: Any) -> dict[str, Any]:
        answer = client.post("/v1/decisions", json={**asked, **changes}, headers=officer)
        assert answer.status_code == 201, answer.text
        return dict(answer.json)

    return made


@pytest.fixture
def entries(store: Store) -> Callable[[str], list[tuple[str, str, bytes]]]:
    """Kind, actor and content of a subject's entries in the ledger, in their order."""

    def of(subject: str) -> list[tuple[str, str, bytes]]:
        with store.reading() as unit:
            rows = unit.execute(LedgerEntry.__table__.select().where(LedgerEntry.subject == subject).order_by(LedgerEntry.seq)).all()
            read = [read_entry(row.entry) for row in rows]
            return [(one.kind.value, one.actor.id, b"" if one.kind == "decision" else get_blob(unit, one.content)) for one in read]

    return of


@pytest.fixture
def later(clock: Clock) -> Callable[[int], None]:
    """Let days pass."""

    def pass_(days: int) -> None:
        clock.now += timedelta(days=days)

    return pass_


@pytest.fixture
def verified(desk: Desk) -> Callable[[], Report]:
    """Seal the ledger and verify it."""

    def checked() -> Report:
        keys, witness = open_ring(desk.store, desk.settings), Witness(desk.settings.witness_folders)
        with desk.store.writing(silent=True) as unit:
            seal(unit, keys, witness, desk.clock)
        return verify(desk.store, keys, witness)

    return checked
