"""Inserting rows that may be there already, on either database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from service.store.models import Base

__all__ = ["insert_new", "new_or_nothing"]


def new_or_nothing(unit: Connection, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Give an INSERT into the model's table that skips rows whose key is taken."""
    if unit.dialect.name == "sqlite":
        return sqlite.insert(model).on_conflict_do_nothing()
    return postgresql.insert(model).on_conflict_do_nothing()


def insert_new(unit: Connection, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert every row whose key is not taken; no rows is nothing to do."""
    listed = list(rows)
    if listed:
        unit.execute(new_or_nothing(unit, model), listed)
