"""Bringing a database to the current tables, and asking whether it is there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from service.store.engine import Store

__all__ = ["is_current", "upgrade"]

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def upgrade(store: Store) -> None:
    """Apply every migration that is missing; several processes may call it at once, the first does the work."""
    config = _config()
    with store.writing() as unit:
        config.attributes["connection"] = unit
        command.upgrade(config, "head")


def is_current(store: Store) -> bool:
    """Does the database have the tables this version of the service expects?"""
    with store.reading() as unit:
        applied = MigrationContext.configure(unit).get_current_revision()
    return applied == ScriptDirectory.from_config(_config()).get_current_head()
