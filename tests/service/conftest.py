"""A service with two fake models on an empty database, its clock stopped on 23 November 2026."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import builders_cases as cases
import pytest
from builders_evidence import request as evidence_request
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from service.active import Active
from service.app import create_app
from service.config import Settings
from service.desk import Desk
from service.domain import shipped_policy
from service.store import Store, open_store, upgrade
from service.use_cases.tokens import create_token

POSTGRES = os.environ.get("JIFEN_TEST_POSTGRES_URL", "")
without_postgres = pytest.mark.skipif(not POSTGRES, reason="JIFEN_TEST_POSTGRES_URL names no PostgreSQL server")


class Clock:
    """Stands still until it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(cases.NOW)


@pytest.fixture
def fresh_schema() -> Iterator[str]:
    """The address of a PostgreSQL schema of the test's own."""
    name = f"test_{uuid4().hex}"
    engine = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{name}"
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=without_postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue("fresh_schema")) if request.param == "postgresql" else f"sqlite:///{tmp_path / 'jifen.db'}"


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = open_store(database, lock_seconds=5)
    upgrade(store)
    yield store
    store.close()


@pytest.fixture
def active() -> Active:
    startup, growth = cases.FakeBundle(), cases.FakeBundle(segment="growth")
    return Active({"startup": startup, "growth": growth}, cases.two_items(), None, shipped_policy())


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    return Settings(home=tmp_path, database_url=database, lock_seconds=5, log_level="ERROR")


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock, active: Active) -> Iterator[Flask]:
    app = create_app(settings, clock=clock, active=active)
    yield app
    app.extensions["jifen"].store.close()


@pytest.fixture
def desk(app: Flask) -> Desk:
    desk: Desk = app.extensions["jifen"]
    return desk


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def as_role(store: Store, clock: Clock) -> Callable[[str], dict[str, str]]:
    """Headers of a fresh token of a role."""

    def headers(role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {create_token(store, name=f'a {role}', role=role, clock=clock).text}"}

    return headers


@pytest.fixture
def officer(as_role: Callable[[str], dict[str, str]]) -> dict[str, str]:
    return as_role("officer")


@pytest.fixture
def risk(as_role: Callable[[str], dict[str, str]]) -> dict[str, str]:
    return as_role("risk")


@pytest.fixture
def evidence() -> dict[str, Any]:
    """One firm's evidence, every table with one row."""
    return evidence_request()


@pytest.fixture
def filed(client: FlaskClient, risk: dict[str, str], evidence: dict[str, Any]) -> str:
    """The code of a firm whose evidence is on file."""
    answer = client.post("/v1/firms", json=evidence, headers=risk)
    assert answer.status_code == 201, answer.text
    return str(evidence["firm"]["firm_id"])


@pytest.fixture
def asked(filed: str) -> dict[str, Any]:
    """A request for startup credit by the firm on file."""
    return {"product": "startup-credit", "amount": 2_000_000, "term_months": 24, "firm_id": filed}
