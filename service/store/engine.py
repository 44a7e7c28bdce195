"""The database: SQLite in WAL mode with full sync, or PostgreSQL; one writer at a time on either, so records keep an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from service.errors import BadSetting
from service.store.turn import Turn

__all__ = ["Store", "is_reachable", "open_store"]

WRITER_LOCK = 7_043_915  # any number of our own; PostgreSQL keys advisory locks by it and by the schema: each is a record of its own


class Store:
    """Gives units of work: `reading()` sees each statement's latest commit, `writing()` is one transaction under the writer's lock."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.committed: Callable[[], None] = lambda: None
        """Told after each commit; the sealer listens."""
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._turn = Turn(str(engine.url.database)) if self._is_sqlite else None
        self._writer = engine.execution_options(jifen_writes=True)
        self._reader = engine if self._is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection for statements that only read."""
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, silent: bool = False) -> Iterator[Connection]:
        """Open the one write transaction; it is durable when the block ends, and undone if the block raises.

        After the commit `committed` is called, unless the transaction is `silent`.
        """
        with self._turn.taken() if self._turn else nullcontext(), self._writer.begin() as connection:
            if not self._is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key, hashtext(current_schema()))"), {"key": WRITER_LOCK})
            yield connection
        if not silent:
            self.committed()

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once in `writing()`: a lock taken half-way cannot be waited for. Reads stay in autocommit."""
    if connection.get_execution_options().get("jifen_writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def open_store(address: str, *, connections: int = 20, lock_seconds: int = 30) -> Store:
    """Open the database at a SQLAlchemy address; any other than SQLite in a file or PostgreSQL is a `BadSetting`.

    SQLite's folder must exist. PostgreSQL waits for its writer's lock at most `lock_seconds`, as SQLite does.
    """
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise BadSetting(f"JIFEN_DATABASE_URL {address!r} is no SQLAlchemy address; one is sqlite:////srv/jifen.db") from error
    shared: dict[str, Any] = {"pool_size": connections, "max_overflow": connections}
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": lock_seconds, "check_same_thread": False}, **shared)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return Store(engine)
    if url.get_backend_name() == "postgresql":
        options = f"{url.query.get('options', '')} -c lock_timeout={lock_seconds * 1000} -c timezone=UTC"
        return Store(create_engine(url, connect_args={"options": options}, pool_pre_ping=True, **shared))
    raise BadSetting(f"JIFEN_DATABASE_URL names {url.get_backend_name()!r}; the service keeps its records in SQLite or PostgreSQL")


def is_reachable(store: Store) -> bool:
    """Does the database answer?"""
    try:
        with store.reading() as unit:
            unit.execute(text("SELECT 1"))
    except OperationalError:
        return False
    return True
