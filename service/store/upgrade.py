"""Bringing a database to the current tables, and asking whether it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from service.outages import SchemaMismatch
from service.store.engine import Store
from service.store.version import MIGRATIONS, applied_version, expected_version

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["is_current", "upgrade"]


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 a worker that serves never migrates, and loads nothing of it

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def upgrade(store: Store) -> None:
    """Apply every migration that is missing; several processes may call it at once, the first does the work.

    `SchemaMismatch` when a newer program has been there: its tables are never taken back.
    """
    if is_current(store):
        return
    from alembic import command  # noqa: PLC0415 as above

    config = _config()
    with store.reading() as unit:
        _refuse_newer(applied_version(unit))
    with store.writing(any_version=True) as unit:
        if store.engine.dialect.name == "postgresql":
            unit.execute(text("SET LOCAL statement_timeout = 0"))  # a table of years takes its time
        config.attributes["connection"] = unit
        command.upgrade(config, "head")


def _refuse_newer(applied: str | None) -> None:
    expected = expected_version()
    if applied is not None and applied > expected:
        raise SchemaMismatch(
            f"the database has tables of version {applied}, this program knows them up to {expected}: start the newer program instead"
        )


def is_current(store: Store) -> bool:
    """Does the database have the tables this version of the service expects?"""
    with store.reading() as unit:
        return applied_version(unit) == expected_version()
