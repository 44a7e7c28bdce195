"""The database: its migrations, its promises."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import builders_cases as cases
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import column, insert, select, table, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from service.store import Store, open_store, upgrade
from service.store.models import Base, EvidenceVersion, TokenRow
from service.store.tokens import KeptToken, find_token
from service.store.upgrade import _config
from service.tokens import Role


def test_the_migrations_make_the_tables_the_code_expects(store: Store) -> None:
    """Nothing is left to migrate: tables, columns, types, keys and indexes are those of the models."""
    with store.reading() as unit:
        context = MigrationContext.configure(unit, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    """A second upgrade is silent, and what is on file stays."""
    with store.writing() as unit:
        unit.execute(insert(TokenRow).values(token_id="a", name="n", role="risk", digest="d", created_at=cases.NOW))
    upgrade(store)
    with store.reading() as unit:
        assert unit.scalar(select(TokenRow.created_at)) == cases.NOW


def test_tokens_of_before_there_were_people_stay(database: str) -> None:
    """An installation without people is upgraded with its tokens and allocations; they belong to nobody."""
    store = open_store(database, lock_seconds=5)
    config = _config()
    token = {"token_id": "a" * 12, "name": "n", "role": "risk", "digest": "d", "created_at": cases.NOW, "revoked_at": None}
    old = table("tokens", *(column(name, TokenRow.__table__.c[name].type) for name in token))
    with store.writing() as unit:
        config.attributes["connection"] = unit
        command.upgrade(config, "0003")
        unit.execute(old.insert(), token)
    upgrade(store)
    with store.reading() as unit:
        kept = find_token(unit, "a" * 12)
    assert kept == KeptToken("a" * 12, "n", Role.RISK, "d", cases.NOW, None)
    store.close()


def test_a_block_that_raises_leaves_nothing(store: Store) -> None:
    """A unit of work is all or nothing."""

    def half_done() -> None:
        with store.writing() as unit:
            unit.execute(insert(TokenRow).values(token_id="a", name="n", role="risk", digest="d", created_at=cases.NOW))
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError):
        half_done()
    with store.reading() as unit:
        assert unit.scalar(select(TokenRow.token_id)) is None


def test_moments_without_a_zone_are_refused(store: Store) -> None:
    """A naive moment never reaches the database."""
    with pytest.raises(StatementError, match="no time zone"), store.writing() as unit:
        unit.execute(insert(TokenRow).values(token_id="a", name="n", role="risk", digest="d", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_rows_that_refer_to_nothing_are_refused(store: Store) -> None:
    """Foreign keys are enforced on either database."""
    row = {"firm_id": "x", "version": 1, "sha256": "sha256:none", "name": "n", "ingest_id": "none", "recorded_at": cases.NOW}
    with pytest.raises(IntegrityError), store.writing() as unit:
        unit.execute(insert(EvidenceVersion).values(row))


def test_sqlite_syncs_every_commit(tmp_path: Path) -> None:
    """WAL with full sync: a commit that returned survives a power cut."""
    store = open_store(f"sqlite:///{tmp_path / 'jifen.db'}")
    with store.reading() as unit:
        told = [unit.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert told == ["wal", 2, 1]
    store.close()


def test_a_writer_waits_for_another_only_so_long(database: str, store: Store) -> None:
    """A lock held by somebody else for too long is an error, never a silent loss."""
    impatient = open_store(database, lock_seconds=1)
    impatient._turn = None  # a writer that does not queue, as from outside
    with store.writing(), pytest.raises(OperationalError), impatient.writing():
        pass
    impatient.close()


def test_a_connection_at_work_is_closed_when_it_is_given_back(store: Store) -> None:
    """Closing does not cut off who is at work, and leaves no connection open behind them."""
    with store.reading() as unit:
        driver = unit.connection.dbapi_connection
        assert driver is not None
        store.close()
        assert unit.execute(text("SELECT 1")).scalar() == 1
    with pytest.raises(Exception, match="closed"):
        driver.cursor()
    with store.reading() as unit:
        assert unit.execute(text("SELECT 1")).scalar() == 1
