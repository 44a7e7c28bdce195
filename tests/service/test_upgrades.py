"""Upgrades: a database of every earlier version comes up to date with what is in it, and what was decided then replays now."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import builders_cases as cases
import orjson
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, select, text

from service.artefacts import Shelf
from service.clock import system_clock
from service.config import Settings
from service.ledger import Actor, Draft, Kind
from service.past import Past
from service.programs import Programs
from service.sealer import open_ring, open_sealer
from service.store import Store, is_current, open_store, upgrade
from service.store.blobs import hash_of
from service.store.ledger import append
from service.store.models import DecisionRow
from service.store.upgrade import _config
from service.store.version import MIGRATIONS, expected_version
from service.use_cases.replay import replay, to_replay
from service.use_cases.verify import verify
from service.witness import Witness

VERSIONS = sorted(path.name[1:5] for path in (MIGRATIONS / "versions").glob("v0*.py"))
HOME = Path(__file__).parents[1] / "golden" / "release-1" / "home.tar.xz"
PG_BIN = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
DOSSIER = b'{"firms":{}}'
TOKEN = {"token_id": "0" * 12, "name": "n", "role": "officer", "digest": "d", "created_at": cases.NOW, "revoked_at": None}


def test_the_version_is_alembics_head() -> None:
    """What the program expects, read from file names, is what its migrations lead to; and each version has one way there."""
    scripts = ScriptDirectory.from_config(_config())
    assert scripts.get_heads() == [expected_version()]
    assert [one.revision for one in scripts.walk_revisions()][::-1] == VERSIONS


def decision(number: int) -> dict[str, Any]:
    """A row of a decision with as much in its body as verification reads."""
    said = {
        "decision_id": f"{number:026d}",
        "application": {"firm_id": cases.FIRM_ID, "product": "startup-credit"},
        "outcome": "approve",
        "pins": {"evidence": hash_of(DOSSIER)},
    }
    body = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    row = {"decision_id": said["decision_id"], "firm_id": cases.FIRM_ID, "decided_at": cases.NOW, "outcome": "approve"}
    return row | {"product": "startup-credit", "token_id": TOKEN["token_id"], "sha256": hash_of(body), "body": body}


def fill(unit: Connection, version: str) -> dict[str, list[Any]]:
    """Put rows into the tables of a version, by SQL; gives what they hold by table."""
    tables = MetaData()
    tables.reflect(unit)
    rows = {
        "blobs": [{"sha256": hash_of(DOSSIER), "kind": "dossier", "packed": zlib.compress(DOSSIER)}],
        "tokens": [TOKEN],
        "decisions": [decision(n) for n in range(3)],
        "idempotency": [
            {"token_id": TOKEN["token_id"], "key": f"k{n}", "request_sha": cases.HASH, "decision_id": f"{n:026d}"} for n in range(3)
        ],
    }
    for name, listed in rows.items():
        unit.execute(tables.tables[name].insert(), listed)
    if version >= "0003":  # from here on a decision is entered in the ledger with its row
        actor = Actor(kind="token", id=str(TOKEN["token_id"]), role="officer")
        append(
            unit,
            [
                Draft(
                    kind=Kind.DECISION,
                    subject=one["decision_id"],
                    actor=actor,
                    at=one["decided_at"],
                    content=None,
                    content_hash=one["sha256"],
                )
                for one in rows["decisions"]
            ],
        )
    return rows


@pytest.mark.parametrize("version", VERSIONS)
def test_every_earlier_version_is_brought_up_to_date(database: str, tmp_path: Path, version: str) -> None:
    """Rows, keys and places stay; the ledger is intact before and after, with the seals of before; the next decision finds its place."""
    settings = Settings(home=tmp_path, database_url=database)
    store = open_store(database, lock_seconds=5)
    config = _config()
    with store.writing() as unit:
        config.attributes["connection"] = unit
        command.upgrade(config, version)
        rows = fill(unit, version)
    if version >= "0003":
        open_sealer(store, settings, system_clock).seal_now()
    upgrade(store)
    assert is_current(store)
    with store.reading() as unit:
        found = [
            tuple(row) for row in unit.execute(select(DecisionRow.seq, DecisionRow.decision_id, DecisionRow.body).order_by(DecisionRow.seq))
        ]
        keys = unit.execute(text("SELECT key, decision_id FROM idempotency ORDER BY key")).all()
        if store.engine.dialect.name == "sqlite":
            assert unit.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    assert found == [(n + 1, row["decision_id"], row["body"]) for n, row in enumerate(rows["decisions"])]
    assert [tuple(row) for row in keys] == [(row["key"], row["decision_id"]) for row in rows["idempotency"]]
    open_sealer(store, settings, system_clock).seal_now()
    report = verify(store, open_ring(store, settings), Witness(settings.witness_folders))
    assert report.is_intact, report.findings
    assert (report.decisions, report.unsealed) == (3, 0)
    store.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The frozen home of the first release, unpacked."""
    with tarfile.open(HOME) as pack:
        pack.extractall(tmp_path / "home", filter="data")
    return tmp_path / "home"


@pytest.fixture
def frozen(home: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{home / 'jifen.db'}", expects=None)
    upgrade(store)
    yield store
    store.close()


def is_whole(store: Store, settings: Settings, *, decisions: int = 8) -> None:
    """The ledger is intact with the witness of before, and every decision replays bit for bit."""
    report = verify(store, open_ring(store, settings), Witness(settings.witness_folders))
    assert report.is_intact, report.findings
    assert report.decisions == decisions
    shelf = Shelf(store, settings.home)
    with Past(store, Programs(settings.program_folder)) as past:
        found = [replay(store, shelf.of, number, system_clock, past) for number in to_replay(store)]
    assert [one.identical for one in found if one is not None] == [True] * decisions, found[0]


def test_what_the_first_release_decided_replays_under_this_one(frozen: Store, home: Path) -> None:
    """The frozen home verifies after the upgrade, and its decisions replay: by this program, or by the one that decided, kept beside it."""
    is_whole(frozen, Settings(home=home))


def test_a_backup_of_sqlite_taken_under_load_verifies_and_replays(frozen: Store, home: Path, tmp_path: Path) -> None:
    """SQLite's online backup, taken while a writer is at work, is one whole moment; with keys, witness and programs it is complete."""
    with frozen.writing() as unit:
        unit.execute(text("UPDATE tokens SET name = 'not yet committed'"))
        copy_sqlite(home / "jifen.db", tmp_path / "copy.db")
    restored = tmp_path / "restored"
    for part in ("keys", "witness", "programs"):
        shutil.copytree(home / part, restored / part)
    (tmp_path / "copy.db").rename(restored / "jifen.db")
    store = open_store(f"sqlite:///{restored / 'jifen.db'}", expects=expected_version())
    is_whole(store, Settings(home=restored))
    with store.reading() as unit:
        assert unit.scalar(text("SELECT count(*) FROM tokens WHERE name = 'not yet committed'")) == 0
    store.close()


def copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def test_a_restored_database_that_lacks_what_was_witnessed_is_named(frozen: Store, home: Path, tmp_path: Path) -> None:
    """Restored from before the last seals, the witness says what is missing; nothing is silently lost."""
    copy_sqlite(home / "jifen.db", tmp_path / "old.db")
    settings = Settings(home=home)
    with frozen.writing() as unit:
        actor = Actor(kind="system", id="test")
        append(unit, [Draft(kind=Kind.AUDIT, subject="x", actor=actor, at=system_clock(), content=b"{}")])
    assert open_sealer(frozen, settings, system_clock).seal_now() is not None
    store = open_store(f"sqlite:///{tmp_path / 'old.db'}")
    report = verify(store, open_ring(frozen, settings), Witness(settings.witness_folders))
    assert not report.is_intact
    store.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_dump_of_postgresql_verifies_and_replays(frozen: Store, home: Path, database: str, tmp_path: Path) -> None:
    """What `pg_dump` writes, `pg_restore` puts back: the ledger is intact and every decision replays."""
    assert PG_BIN is not None, "PostgreSQL is there, its programs are not"
    store = open_store(database)
    upgrade(store)
    carry_all(frozen, store)
    settings = replace(Settings(home=home), database_url=database)
    schema = database.rpartition("%3D")[2]
    place = urlsplit(database)
    where = ["-h", str(place.hostname), "-p", str(place.port), "-U", str(place.username), "-d", place.path.lstrip("/")]
    run = lambda *line: subprocess.run([str(PG_BIN / line[0]), *line[1:]], check=True, capture_output=True)  # noqa: E731
    run("pg_dump", *where, "-n", schema, "-Fc", "-f", str(tmp_path / "dump"))
    with store.writing() as unit:
        unit.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    store.close()
    run("pg_restore", *where, str(tmp_path / "dump"))
    restored = open_store(database, expects=expected_version())
    is_whole(restored, settings)
    restored.close()


def carry_all(source: Store, target: Store) -> None:
    """Carry every row from one database to another, in the order of their references."""
    from service.store.models import Base  # noqa: PLC0415

    with source.reading() as read, target.writing() as write:
        for table in Base.metadata.sorted_tables:
            rows = [dict(row._mapping) for row in read.execute(select(*table.columns))]
            if rows:
                write.execute(table.insert(), rows)
