"""A service with two fake models on an empty database, its clock stopped on 23 November 2026."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import builders_cases as cases
import pytest
from argon2 import PasswordHasher
from builders_evidence import request as evidence_request
from builders_models import FEATURES, small_bundle
from builders_service import Clock, csv_file
from builders_validation import validation_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text
from werkzeug.test import TestResponse

from service.active import Active
from service.app import create_app
from service.config import Settings
from service.desk import Desk
from service.domain import shipped_policy
from service.store import Store, open_store, upgrade
from service.use_cases.tokens import create_token
from training.bundle import write_validation

POSTGRES = os.environ.get("JIFEN_TEST_POSTGRES_URL", "")
without_postgres = pytest.mark.skipif(not POSTGRES, reason="JIFEN_TEST_POSTGRES_URL names no PostgreSQL server")


@pytest.fixture(autouse=True)
def _passwords_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing at the real cost takes most of a test's time and proves nothing more."""
    monkeypatch.setattr("service.passwords.PasswordHasher", lambda: PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))


@pytest.fixture
def clock() -> Clock:
    return Clock(cases.NOW)


@contextmanager
def _fresh(kind: str, more: str = "") -> Iterator[str]:
    """Make a schema or a database of a name of its own, and drop it in the end."""
    name = f"test_{uuid4().hex}"
    engine = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE {kind} {name} {more}"))
    yield name
    with engine.connect() as connection:
        connection.execute(text(f"DROP {kind} {name} {'CASCADE' if kind == 'SCHEMA' else 'WITH (FORCE)'}"))
    engine.dispose()


def _address(database: str) -> str:
    return make_url(POSTGRES).set(database=database).render_as_string(hide_password=False)


@pytest.fixture
def fresh_schema() -> Iterator[str]:
    """The address of an empty PostgreSQL schema of the test's own."""
    with _fresh("SCHEMA") as name:
        yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{name}"


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    """The name of a PostgreSQL database with all tables and no row, to be copied: that takes a tenth of a migration's time."""
    with _fresh("DATABASE") as name:
        store = open_store(_address(name))
        upgrade(store)
        store.close()
        yield name


@pytest.fixture
def copied_postgres(migrated_postgres: str) -> Iterator[str]:
    """The address of a copy of the test's own."""
    with _fresh("DATABASE", f"TEMPLATE {migrated_postgres}") as name:
        yield _address(name)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with all tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "jifen.db"
    store = open_store(f"sqlite:///{path}")
    upgrade(store)
    store.close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=without_postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database, once on SQLite and once on PostgreSQL: empty, or with all tables where the test asks for a `store`."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jifen.db'}"
    return str(request.getfixturevalue("copied_postgres" if "store" in request.fixturenames else "fresh_schema"))


@pytest.fixture
def store(database: str, migrated: Path) -> Iterator[Store]:
    """An open database with all tables."""
    if database.startswith("sqlite"):
        shutil.copy(migrated, database.removeprefix("sqlite:///"))
    store = open_store(database, lock_seconds=5)
    yield store
    store.close()


@pytest.fixture
def service_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What the service logs, caught at its own logger: an app that was made in this process keeps its lines from the root."""
    logger = logging.getLogger("service")
    level = logger.level
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("service")]:
        logging.getLogger(name).disabled = False
    logger.setLevel("INFO")
    caplog.handler.setLevel("INFO")
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)
    logger.setLevel(level)


@pytest.fixture
def active() -> Active:
    startup, growth = cases.FakeBundle(), cases.FakeBundle(segment="growth")
    return Active({"startup": startup, "growth": growth}, cases.two_items(), None, shipped_policy())


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small real bundle for each segment, and a second one for start-ups, each with a validation it passed."""
    folder = tmp_path_factory.mktemp("bundles")
    made = [small_bundle(folder / segment, segment) for segment in ("startup", "growth")]
    made.append(small_bundle(folder / "startup-2", "startup", features=FEATURES[::-1]))
    for bundle in made:
        write_validation(bundle.folder, validation_of(bundle))
    return folder


@pytest.fixture
def as_person() -> Callable[[str, str], dict[str, str]]:
    """Headers of a person with a role, for an app with the gate of `signed_in`."""

    def headers(name: str, role: str) -> dict[str, str]:
        return {"Authorization": f"Person {name}:{role}"}

    return headers


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    """No clock is too far behind: tests mix a stopped one with the machine's own."""
    usual = Settings(home=tmp_path, database_url=database, lock_seconds=5, seal_milliseconds=3_600_000, log_level="ERROR")
    return replace(usual, clock_seconds=10**9)


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock, active: Active) -> Iterator[Flask]:
    """The service without its processes: what a request starts would outlive the test, and write to a database that is gone."""
    app = create_app(settings, clock=clock, active=active)
    desk = app.extensions["jifen"]
    app.extensions["jifen"] = replace(desk, monitor=str, launch=str, prospect=str)
    yield app
    desk.store.close()


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


@pytest.fixture
def upload(client: FlaskClient, risk: dict[str, str]) -> Callable[..., TestResponse]:
    """Send one CSV file a table; each table is given as its rows, changes of the usual one."""

    def send(*, headers: dict[str, str] | None = None, **tables: list[dict[str, str]]) -> TestResponse:
        files = {name: csv_file(name, rows) for name, rows in tables.items()}
        return client.post("/v1/ingests", data=files, content_type="multipart/form-data", headers=headers or risk)

    return send
