"""Inserting rows that may be there already, on either database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

from service.store.models import Base

__all__ = ["insert_new", "new_or_nothing"]


def new_or_nothing(unit: Connection, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Give an INSERT into the model's table that skips rows whose key is taken."""
    if unit.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415 the other dialect is never needed in the same process

        return sqlite.insert(model).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 as above

    return postgresql.insert(model).on_conflict_do_nothing()


def insert_new(unit: Connection, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert every row whose key is not taken; no rows is nothing to do."""
    listed = list(rows)
    if listed:
        unit.execute(new_or_nothing(unit, model), listed)
