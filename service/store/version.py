"""Which tables this program expects and which a database has: told without Alembic, so that every transaction can ask."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from service.outages import SchemaMismatch

__all__ = ["MIGRATIONS", "applied_version", "expected_version", "refuse_other_version"]

MIGRATIONS = Path(__file__).parents[1] / "migrations"


@cache
def expected_version() -> str:
    """Give the number of the newest migration, which is in its file's name: `v0003_ledger.py` makes version 0003."""
    return max(path.name[1:5] for path in (MIGRATIONS / "versions").glob("v[0-9][0-9][0-9][0-9]_*.py"))


def applied_version(unit: Connection) -> str | None:
    """Read the version of the tables, None where there are none; inside a transaction on PostgreSQL that leaves it to be undone."""
    try:
        found: str | None = unit.scalar(text("SELECT version_num FROM alembic_version"))
    except (OperationalError, ProgrammingError) as error:
        if "alembic_version" not in str(error.orig):
            raise
        return None
    return found


def refuse_other_version(unit: Connection, expected: str) -> None:
    """Raise `SchemaMismatch` unless the tables are those of this program."""
    applied = applied_version(unit)
    if applied == expected:
        return
    if applied is not None and applied > expected:
        remedy = "another program has brought it up to date; start the newer program here too"
    else:
        remedy = "stop the older programs and start this one with `jifen serve`, which brings it up to date"
    raise SchemaMismatch(f"the database has tables of version {applied or 'none'}, this program those of {expected}: {remedy}")
