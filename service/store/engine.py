"""The database: SQLite in WAL mode with full sync, or PostgreSQL; one writer at a time on either, so records keep an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from service.errors import BadSetting
from service.outages import DatabaseUnavailable
from service.store.turn import Turn
from service.store.version import refuse_other_version

__all__ = ["Store", "is_reachable", "open_store"]

CONNECT_SECONDS = 5
POOL_SECONDS = 10
"""How long a request waits for a connection before it is told that the service has too much to do."""
WRITER_LOCK = 7_043_915  # any number of our own; PostgreSQL keys advisory locks by it and by the schema: each is a record of its own


class Store:
    """Gives units of work: `reading()` sees each statement's latest commit, `writing()` is one transaction under the writer's lock."""

    def __init__(self, engine: Engine, *, lock_seconds: float = 30) -> None:
        self.engine = engine
        self.expects: str | None = None
        """Version of the tables without which nothing is written; None writes to any, as migrations must."""
        self.committed: Callable[[], None] = lambda: None
        """Told after each commit; the sealer listens."""
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._turn = Turn(str(engine.url.database), seconds=lock_seconds) if self._is_sqlite else None
        self._writer = engine.execution_options(jifen_writes=True)
        self._file = Path(str(engine.url.database)) if self._is_sqlite else None
        self._seen: tuple[int, int] | None = None
        self._reader = engine if self._is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._pools = 0
        """How many pools were let go; a connection remembers its own."""
        event.listen(engine, "connect", self._mark)
        event.listen(engine, "checkin", self._close_of_older_pool)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection for statements that only read."""
        self._refuse_other_file()
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, silent: bool = False, any_version: bool = False) -> Iterator[Connection]:
        """Open the one write transaction; it is durable when the block ends, and undone if the block raises.

        After the commit `committed` is called, unless the transaction is `silent`. Raises `SchemaMismatch` when the tables are not
        those that are expected: another version of the program may have changed them since the last transaction.
        """
        self._refuse_other_file()
        with self._turn.taken() if self._turn else nullcontext(), self._writer.begin() as connection:
            if not self._is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key, hashtext(current_schema()))"), {"key": WRITER_LOCK})
            if self.expects is not None and not any_version:
                refuse_other_version(connection, self.expects)
            yield connection
        if not silent:
            self.committed()

    def _refuse_other_file(self) -> None:
        """Raise `DatabaseUnavailable` when SQLite's file is gone; one put in its place is opened anew.

        An open connection would go on writing to the file that was moved or deleted, and what it acknowledged would be lost.
        """
        if self._file is None or self.expects is None:
            return
        try:
            found = self._file.stat()
        except OSError as error:
            self._let_go()
            raise DatabaseUnavailable(f"{self._file} is gone ({error.strerror}); bring it back with its -wal file beside it") from error
        if self._seen != (found.st_dev, found.st_ino):
            if self._seen is not None:
                self._let_go()
            self._seen = (found.st_dev, found.st_ino)

    def close(self) -> None:
        """Close every connection: those at rest at once, those at work when they are given back."""
        self._let_go()

    def _let_go(self) -> None:
        self._pools += 1
        self.engine.dispose()

    def _mark(self, _: object, record: ConnectionPoolEntry) -> None:
        record.info["pool"] = self._pools

    def _close_of_older_pool(self, _: object, record: ConnectionPoolEntry) -> None:
        """Close what was at work when its pool was let go; nobody would take it from there again."""
        if record.info.get("pool") != self._pools:
            record.invalidate()


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once in `writing()`: a lock taken half-way cannot be waited for. Reads stay in autocommit."""
    if connection.get_execution_options().get("jifen_writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def open_store(
    address: str, *, connections: int = 20, lock_seconds: int = 30, statement_seconds: int = 0, expects: str | None = None
) -> Store:
    """Open the database at a SQLAlchemy address; any other than SQLite in a file or PostgreSQL is a `BadSetting`.

    SQLite's folder must exist. PostgreSQL waits for its writer's lock at most `lock_seconds`, as SQLite does, and ends a statement after
    `statement_seconds` (0: never). `expects` is the version of the tables without which nothing is written.
    """
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise BadSetting(f"JIFEN_DATABASE_URL {address!r} is no SQLAlchemy address; one is sqlite:////srv/jifen.db") from error
    shared: dict[str, Any] = {"pool_size": connections, "max_overflow": 4, "pool_timeout": POOL_SECONDS, "hide_parameters": True}
    shared["pool_use_lifo"] = True  # the connection that was used last: only as many as work at once keep pages of the database in memory
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": lock_seconds, "check_same_thread": False}, **shared)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif url.get_backend_name() == "postgresql":
        engine = create_engine(url, connect_args=_patience(url, lock_seconds, statement_seconds), pool_pre_ping=True, **shared)
    else:
        raise BadSetting(f"JIFEN_DATABASE_URL names {url.get_backend_name()!r}; the service keeps its records in SQLite or PostgreSQL")
    store = Store(engine, lock_seconds=lock_seconds)
    store.expects = expects
    return store


def _patience(url: URL, lock_seconds: int, statement_seconds: int) -> dict[str, Any]:
    """Say how long PostgreSQL and its network may take: a server that is gone without a word is noticed, a hung client loses its lock."""
    limits = {
        "lock_timeout": f"{lock_seconds * 1000}",
        "statement_timeout": f"{statement_seconds * 1000}",
        "idle_in_transaction_session_timeout": f"{(lock_seconds + statement_seconds) * 1000 if statement_seconds else 0}",
        "timezone": "UTC",
    }
    said = " ".join(f"-c {name}={value}" for name, value in limits.items())
    network = {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    return {"options": f"{url.query.get('options', '')} {said}", **network, "tcp_user_timeout": (CONNECT_SECONDS + lock_seconds) * 1000}


def is_reachable(store: Store) -> bool:
    """Does the database answer?"""
    try:
        with store.reading() as unit:
            unit.execute(text("SELECT 1"))
    except (OperationalError, DatabaseUnavailable):
        return False
    return True
