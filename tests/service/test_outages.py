"""A bad day: each thing that can go wrong around the service is refused by name, told by readiness, and passes by itself."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from builders_evidence import FIRM
from builders_proxy import Proxy
from builders_service import Clock, wait_until
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.active import Active
from service.app import create_app
from service.config import Settings
from service.desk import Desk
from service.ledger import Actor
from service.logs import JsonLines
from service.outages import (
    DatabaseDamaged,
    DatabaseUnavailable,
    Overloaded,
    SchemaMismatch,
    StorageFull,
    StorageReadOnly,
    outage_of,
)
from service.storage import Storage
from service.store import Store, open_store, upgrade
from service.store.moments import ACCEPTED
from service.store.turn import Turn
from service.store.version import expected_version
from service.use_cases.proving import note_audit

Headers = dict[str, str]
Ask = Callable[[], Any]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, lock_seconds=1, clock_seconds=120)


@pytest.fixture
def ask(client: FlaskClient, officer: Headers, asked: dict[str, Any]) -> Ask:
    """Ask for a decision that would be made on a good day; made once already, so that models and tokens are known."""

    def send() -> Any:
        return client.post("/v1/decisions", json=asked, headers=officer)

    assert send().status_code == 201
    return send


def is_refused(answer: Any, code: str, after: str) -> None:
    """The answer is a problem of this code, and says when to come again."""
    assert (answer.status_code, answer.json["code"]) == (503, code), answer.text
    assert answer.headers["Retry-After"] == after
    assert len(answer.json["detail"]) > 20


def readiness(client: FlaskClient) -> dict[str, str]:
    """Give the parts that are not in order."""
    answer = client.get("/readyz")
    wrong = {part: said for part, said in answer.json["checks"].items() if said != "ok"}
    assert (answer.status_code == 200) == (not wrong)
    return wrong


@contextmanager
def pragma(store: Store, *said: str) -> Iterator[None]:
    """Let SQLite's own limits stand for those of a disk, on every connection."""

    def limit(connection: Any, _: Any) -> None:
        for one in said:
            connection.execute(one).close()

    event.listen(store.engine, "connect", limit)
    store.engine.dispose()
    yield
    event.remove(store.engine, "connect", limit)
    store.engine.dispose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_of_the_database_is_named_and_passes(
    ask: Ask, desk: Desk, service_log: pytest.LogCaptureFixture, client: FlaskClient
) -> None:
    """SQLite that may not grow refuses the record, which is told as a full disk; with room again the next decision is made."""
    with pragma(desk.store, "PRAGMA max_page_count = 1"):
        is_refused(ask(), "storage-full", "30")
        assert client.get("/healthz").status_code == 200
    assert [line.code for line in service_log.records if getattr(line, "code", "")] == ["storage-full"]
    assert ask().status_code == 201


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_read_only_database_is_named_and_passes(ask: Ask, desk: Desk) -> None:
    """SQLite that takes no writes refuses; made writable again, it decides."""
    with pragma(desk.store, "PRAGMA query_only = ON"):
        is_refused(ask(), "storage-read-only", "30")
    assert ask().status_code == 201


def test_a_full_disk_is_noticed_before_the_database_is(ask: Ask, desk: Desk, client: FlaskClient) -> None:
    """A folder that takes no page refuses every change, tells readiness, and reading goes on; gone, it is noticed by itself."""
    probe = desk.settings.home / f".probe-{os.getpid()}"
    probe.symlink_to("/dev/full")  # the kernel's own ENOSPC
    desk.storage._until = 0
    is_refused(ask(), "storage-full", "30")
    assert "No space left on device" in readiness(client)["storage"]
    assert not probe.is_symlink()  # the probe took it away
    desk.storage._until = 0
    assert ask().status_code == 201
    assert readiness(client) == {}


def test_a_stop_is_tried_on_a_full_disk(client: FlaskClient, desk: Desk, as_role: Callable[[str], Headers]) -> None:
    """Stopping decisions is not kept back by a folder that is full: it makes nothing worse."""
    headers = as_role("risk")
    (desk.settings.home / f".probe-{os.getpid()}").symlink_to("/dev/full")
    desk.storage._until = 0
    assert client.post("/v1/switch", json={"reason": "no room"}, headers=headers).status_code == 201


def test_little_space_is_refused_before_there_is_none(tmp_path: Path) -> None:
    """Below the mark nothing new is taken; the message names folder, space and setting."""
    with pytest.raises(StorageFull, match=r"MB free, less than JIFEN_FREE_MEGABYTES"):
        Storage([tmp_path], free_megabytes=10**12).check()
    Storage([tmp_path], free_megabytes=0).check()


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.EROFS, StorageReadOnly), (errno.EDQUOT, StorageFull), (errno.EFBIG, StorageFull), (errno.EIO, DatabaseUnavailable)],
)
def test_what_a_folder_says_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]) -> None:
    """Read-only mounts, quotas and limits on the size of files each have their own name."""

    def fail(_: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("service.storage._write", fail)
    with pytest.raises(kind, match=r"cannot be written to"):
        Storage([tmp_path], free_megabytes=0).check()


def test_a_locked_database_is_named_and_passes(ask: Ask, desk: Desk, database: str) -> None:
    """A writer from outside that holds the lock for too long: 503 within the limit, never a hang, and on once it lets go."""
    outside = open_store(database)
    outside._turn = None  # it does not queue
    with outside.writing():
        is_refused(ask(), "database-unavailable", "5")
    outside.close()
    assert ask().status_code == 201


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_moved_database_takes_nothing(ask: Ask, client: FlaskClient, settings: Settings) -> None:
    """An open file that was moved would take records that nobody finds again; it is refused, and used again once it is back."""
    path = Path(settings.database.removeprefix("sqlite:///"))
    away = path.with_name("away.db")
    path.rename(away)
    is_refused(ask(), "database-unavailable", "5")
    assert not path.exists()  # no empty database in its place
    assert set(readiness(client)) >= {"database"}
    away.rename(path)
    wait_until(lambda: ask().status_code == 201)
    assert readiness(client) == {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_replaced_database_is_opened_anew(ask: Ask, settings: Settings, tmp_path: Path, desk: Desk) -> None:
    """A restored copy in the place of the file is what is read from then on."""
    path = Path(settings.database.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        source.backup(copy)
    path.unlink()
    (tmp_path / "copy.db").rename(path)
    assert ask().status_code == 201
    with closing(sqlite3.connect(path)) as found:
        assert found.execute("SELECT count(*) FROM decisions").fetchone() == (2,)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_gone_and_back(
    database: str, store: Store, settings: Settings, clock: Clock, active: Active, officer: Headers, filed: str
) -> None:
    """Connections break in mid-flight and new ones are refused: 503 by name; when the server is back, so is the service, unasked."""
    place = urlsplit(database)
    proxy = Proxy(place.hostname or "", place.port or 5432)
    behind = database.replace(f"{place.hostname}:{place.port}", f"127.0.0.1:{proxy.port}")
    app = create_app(replace(settings, database_url=behind, token_seconds=0), clock=clock, active=active)
    client = app.test_client()
    body = {"product": "startup-credit", "amount": 2_000_000, "term_months": 24, "firm_id": filed}
    assert client.post("/v1/decisions", json=body, headers=officer).status_code == 201
    proxy.cut()
    is_refused(client.post("/v1/decisions", json=body, headers=officer), "database-unavailable", "5")
    assert set(readiness(client)) >= {"database", "artefacts"}
    assert "jifen_ready 0.0" in client.get("/metrics").text
    proxy.restore()
    assert client.post("/v1/decisions", json=body, headers=officer).status_code == 201
    assert readiness(client) == {}
    app.extensions["jifen"].store.close()
    proxy.cut()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_standby_is_not_ready(database: str, store: Store, settings: Settings, clock: Clock, active: Active, officer: Headers) -> None:
    """A PostgreSQL that takes no writes is told by readiness and by the first change."""
    standby = make_url(database).update_query_dict({"options": "-c default_transaction_read_only=on"})
    told = replace(settings, database_url=standby.render_as_string(hide_password=False))
    app = create_app(told, clock=clock, active=active)
    client = app.test_client()
    assert "read-only" in readiness(client)["database"]
    batch = {"plan": "illustrative-2026-11", "envelope": 10_000_000, "firms": [{"firm_id": FIRM, "amount": 1_000_000, "term_months": 12}]}
    is_refused(client.post("/v1/allocations", json=batch, headers=officer), "storage-read-only", "30")
    app.extensions["jifen"].store.close()


@pytest.mark.parametrize(("version", "remedy"), [("9999", "start the newer program"), ("0001", "stop the older programs")])
def test_two_versions_do_not_write_into_each_other(ask: Ask, store: Store, client: FlaskClient, version: str, remedy: str) -> None:
    """A worker whose tables were migrated under it, or that is newer than its tables, writes nothing; each is told what to do."""
    at(store, version)
    answer = ask()
    is_refused(answer, "schema-mismatch", "30")
    assert remedy in answer.json["detail"]
    assert remedy in readiness(client)["database"]
    at(store, expected_version())
    assert ask().status_code == 201
    assert readiness(client) == {}


def at(store: Store, version: str) -> None:
    with store.writing() as unit:
        unit.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def test_an_older_program_does_not_start_on_newer_tables(store: Store) -> None:
    """Bringing up to date refuses tables that are newer than the program; it never takes them back."""
    at(store, "9999")
    with pytest.raises(SchemaMismatch, match="start the newer program"):
        upgrade(store)


def test_a_clock_that_was_set_back_is_refused(ask: Ask, clock: Clock, client: FlaskClient) -> None:
    """A day behind the ledger nothing changes, reading goes on; set right, everything does."""
    right = clock.now
    clock.now = right - timedelta(days=1)
    answer = ask()
    is_refused(answer, "clock-wrong", "30")
    assert "86,400 s before the newest entry" in answer.json["detail"]
    assert "accept-clock" in readiness(client)["clock"]
    clock.now = right + timedelta(minutes=1)
    assert ask().status_code == 201
    assert readiness(client) == {}


def test_a_small_step_back_is_taken(ask: Ask, clock: Clock) -> None:
    """Machines differ by seconds; that is no reason to stop."""
    clock.now -= timedelta(seconds=60)
    assert ask().status_code == 201


def test_a_clock_that_ran_ahead_is_accepted_by_somebody(ask: Ask, clock: Clock, store: Store) -> None:
    """After decisions dated in the future, a person says that the clock is right now; the ledger keeps who and why, and work goes on."""
    right = clock.now
    clock.now = right + timedelta(days=3)
    assert ask().status_code == 201
    clock.now = right
    is_refused(ask(), "clock-wrong", "30")
    note_audit(store, Actor(kind="system", id="wang"), right, action="accept-clock", subject=ACCEPTED, more={"reason": "NTP was off"})
    assert ask().status_code == 201
    clock.now = right - timedelta(days=1)
    is_refused(ask(), "clock-wrong", "30")  # accepted as of then, not for ever


def test_a_missing_signing_key_stops_at_once(ask: Ask, desk: Desk, client: FlaskClient) -> None:
    """Without its key nothing more is begun, though the process could still sign; with the key back it goes on."""
    desk.sealer.seal_now()
    key = desk.settings.key_folder / "ledger.key"
    kept = key.read_bytes()
    key.unlink()
    is_refused(ask(), "ledger-key-unusable", "30")
    assert "restore it from its backup" in readiness(client)["ledger"]
    key.touch(0o600)
    key.write_bytes(kept)
    assert ask().status_code == 201
    assert readiness(client) == {}


def test_a_start_without_the_signing_key_decides_nothing(ask: Ask, desk: Desk, settings: Settings, clock: Clock, active: Active) -> None:
    """A process that starts on a signed ledger without its key says so at once, and goes on when it is restored."""
    desk.sealer.seal_now()
    key = desk.settings.key_folder / "ledger.key"
    kept = key.read_bytes()
    key.unlink()
    app = create_app(settings, clock=clock, active=active)
    again = app.test_client()
    assert "ledger.key is missing" in readiness(again)["ledger"]
    key.touch(0o600)
    key.write_bytes(kept)
    app.extensions["jifen"].sealer.close()  # as its thread does by itself
    assert readiness(again) == {}
    app.extensions["jifen"].store.close()


def test_a_full_witness_stops_after_its_limit(ask: Ask, app: Flask, desk: Desk, service_log: pytest.LogCaptureFixture) -> None:
    """While the witness takes nothing decisions go on for the limit, then stop by name; one line a minute, and on by itself."""
    folder = desk.settings.witness_folders[0]
    folder.mkdir(exist_ok=True)
    for day in (desk.clock() + timedelta(days=n) for n in (-1, 0, 1)):
        (folder / f"{day:%Y-%m-%d}.jsonl").symlink_to("/dev/full")
    desk.sealer.close()
    desk.sealer.close()
    assert [line.levelname for line in service_log.records if "could not be sealed" in line.getMessage()] == ["ERROR"]
    assert ask().status_code == 201
    desk.sealer._limit = 0
    answer = ask()
    is_refused(answer, "ledger-unsealed", "30")
    assert "No space left on device" in answer.json["detail"]
    for path in folder.glob("*.jsonl"):
        path.unlink()
    desk.sealer.close()
    assert ask().status_code == 201


def test_a_log_that_cannot_be_written_fails_no_request(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    """Log lines to a full disk are lost, requests are not."""
    handler = logging.StreamHandler(Full())
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("service")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel("INFO")
    try:
        assert ask().status_code == 201
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)
    assert "No space left on device" in capsys.readouterr().err


class Full:
    """A stream on a disk without room."""

    def write(self, said: str) -> int:
        with Path("/dev/full").open("w", encoding="utf-8", buffering=1) as file:
            return file.write(said)

    def flush(self) -> None:
        """There is nothing to flush."""


def test_a_turn_is_waited_for_only_so_long(tmp_path: Path) -> None:
    """Whoever cannot have the turn in time is refused, and the one who comes after gets it."""
    mine, other = Turn(str(tmp_path / "a.db"), seconds=0.2), Turn(str(tmp_path / "a.db"), seconds=5)
    with other.taken():
        with pytest.raises(DatabaseUnavailable, match="others have been writing"), mine.taken():
            pass
        mine._threads.acquire()
        with pytest.raises(DatabaseUnavailable), mine.taken():
            pass
        mine._threads.release()
    with mine.taken():
        pass
    with other.taken():
        pass


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("53100", StorageFull),
        ("25006", StorageReadOnly),
        ("57P01", DatabaseUnavailable),
        ("08006", DatabaseUnavailable),
        ("55P03", DatabaseUnavailable),
        ("42P01", SchemaMismatch),
        ("XX001", DatabaseDamaged),
        ("23505", None),
    ],
)
def test_postgresql_states_are_told_apart(state: str, kind: type[Exception] | None) -> None:
    """Each SQLSTATE that is an outage has its name; a broken rule of the data has none."""

    class Said(Exception):  # noqa: N818
        sqlstate = state

    found = outage_of(DBAPIError("INSERT", {}, Said("said")))
    assert (None if found is None else type(found)) is kind


def test_other_errors_are_told_apart() -> None:
    """A pool without a free connection is too much to do, a driver's bare failure a gone database, a missing column another schema."""
    assert isinstance(outage_of(PoolTimeout()), Overloaded)
    assert isinstance(outage_of(OperationalError("", {}, Exception("server closed the connection"))), DatabaseUnavailable)
    assert outage_of(ProgrammingError("", {}, Exception("syntax"))) is None
    assert outage_of(OSError(errno.ENOENT, "no such file")) is None
    with closing(sqlite3.connect(":memory:")) as empty:
        for statement in ("SELECT a FROM b", "CREATE TABLE b (a); INSERT INTO b (c) VALUES (1)"):
            with pytest.raises(sqlite3.OperationalError) as caught:
                empty.executescript(statement)
            assert isinstance(outage_of(OperationalError("", {}, caught.value)), SchemaMismatch)
