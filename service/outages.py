"""What may befall the service from outside: full disks, a database that is gone, another schema, a clock set back, too many at once.

Each is a refusal of its own: nothing is decided or acknowledged, the message says what to do, and the service goes on by itself once the
cause is gone. `docs/runbook.md` has a section for each code.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.errors import NotReady

__all__ = [
    "ClockWrong",
    "DatabaseDamaged",
    "DatabaseUnavailable",
    "LedgerKeyUnusable",
    "LedgerUnsealed",
    "Outage",
    "Overloaded",
    "SchemaMismatch",
    "StorageFull",
    "StorageReadOnly",
    "outage_of",
]


class Outage(NotReady):
    """Something outside the program stands in the way; `retry_after` is when it is worth asking again, in seconds."""

    code = "not-ready"
    retry_after = 5
    says = "the service cannot do that now; look at /readyz"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.says)


class StorageFull(Outage):
    """The disk (or a quota, or a limit on the size of files) has no room for what must be kept."""

    code = "storage-full"
    retry_after = 30
    says = "nothing more can be kept: the disk is full; free space on it, what was refused can then be sent again"


class StorageReadOnly(Outage):
    """The disk or the database takes no writes."""

    code = "storage-read-only"
    retry_after = 30
    says = "nothing can be kept: the disk or the database is read-only; make it writable, what was refused can then be sent again"


class DatabaseUnavailable(Outage):
    """The database does not answer, or not in time."""

    code = "database-unavailable"
    says = "the database does not answer in time; start it, correct JIFEN_DATABASE_URL, or end what holds it, then send it again"


class DatabaseDamaged(Outage):
    """The database's file is no database, or not a whole one."""

    code = "database-damaged"
    retry_after = 60
    says = "the database is damaged; stop the service and restore it from its backup, then run `jifen audit verify`"


class SchemaMismatch(Outage):
    """The database has the tables of another version of the program."""

    code = "schema-mismatch"
    retry_after = 30
    says = "the database has tables of another version; run the program of that version, or bring it up to date with `jifen serve`"


class ClockWrong(Outage):
    """The machine's clock is behind what is on record, so order and days of new records would be false."""

    code = "clock-wrong"
    retry_after = 30
    says = "the clock was set back; set it right"


class Overloaded(Outage):
    """More requests at once than the service takes; nothing was done."""

    code = "overloaded"
    retry_after = 1
    says = "too many requests at once; nothing was done, send it again in a moment"


class LedgerKeyUnusable(Outage):
    """The key that signs the ledger is missing, is another ledger's, or can be read by others."""

    code = "ledger-key-unusable"
    retry_after = 30


class LedgerUnsealed(Outage):
    """Records could not be sealed for too long."""

    code = "ledger-unsealed"
    retry_after = 30


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}

_SQLITE = {
    "SQLITE_FULL": StorageFull,
    "SQLITE_READONLY": StorageReadOnly,
    "SQLITE_BUSY": DatabaseUnavailable,
    "SQLITE_LOCKED": DatabaseUnavailable,
    "SQLITE_CANTOPEN": DatabaseUnavailable,
    "SQLITE_PROTOCOL": DatabaseUnavailable,
    "SQLITE_CORRUPT": DatabaseDamaged,
    "SQLITE_NOTADB": DatabaseDamaged,
    "SQLITE_IOERR_WRITE": StorageFull,
    "SQLITE_IOERR_SHMSIZE": StorageFull,
    "SQLITE_IOERR": DatabaseUnavailable,
}
"""By the beginning of SQLite's own names; a longer one goes first. A write that fails is told so where the size of files is limited."""

_POSTGRESQL = {
    "53100": StorageFull,
    "25006": StorageReadOnly,
    "42P01": SchemaMismatch,
    "42703": SchemaMismatch,
    "XX001": DatabaseDamaged,
    "XX002": DatabaseDamaged,
    "08": DatabaseUnavailable,
    "53": DatabaseUnavailable,
    "55P03": DatabaseUnavailable,
    "57": DatabaseUnavailable,
    "58": DatabaseUnavailable,
    "28": DatabaseUnavailable,
    "3D": DatabaseUnavailable,
    "40": DatabaseUnavailable,
    "25P03": DatabaseUnavailable,
}
"""By the beginning of the SQLSTATE (PostgreSQL, appendix A)."""


def outage_of(error: BaseException) -> Outage | None:
    """Recognise an outage in an error or in what caused it; None where it is something else, and so a fault of the program."""
    for one in _causes(error):
        if isinstance(one, Outage):
            return one
        kind = _kind_of(one)
        if kind is not None:
            return kind()
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__


def _kind_of(error: BaseException) -> type[Outage] | None:
    if isinstance(error, PoolTimeout):
        return Overloaded
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if isinstance(error, OSError):
        return StorageFull if error.errno in _FULL else StorageReadOnly if error.errno in _READ_ONLY else None
    return None


def _of_database(error: DBAPIError) -> type[Outage] | None:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _first(_POSTGRESQL, state)
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is not None:
        return _first(_SQLITE, name) or _of_tables(error)
    return DatabaseUnavailable if isinstance(error, OperationalError) or error.connection_invalidated else None


def _of_tables(error: DBAPIError) -> type[Outage] | None:
    """SQLite has one code for every wrong statement; tables and columns that are not there are told in words."""
    is_about_tables = isinstance(error, OperationalError | ProgrammingError) and str(error.orig).startswith(
        ("no such table", "no such column")
    )
    return SchemaMismatch if is_about_tables or "has no column named" in str(error.orig) else None


def _first(kinds: dict[str, type[Outage]], name: str) -> type[Outage] | None:
    return next((kind for beginning, kind in kinds.items() if name.startswith(beginning)), None)
