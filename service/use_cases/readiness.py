"""Whether the service may decide, and what decides."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from features.points import SHIPPED, Scheme, shipped_scheme
from service.desk import Desk
from service.errors import NotReady
from service.outages import Outage, StorageReadOnly, outage_of
from service.store import is_reachable
from service.store.engine import Store
from service.store.version import expected_version, refuse_other_version

__all__ = ["OK", "check_parts", "schemes_at_hand"]

OK = "ok"
UNKNOWN = "not known while the database cannot be used"
SILENT = "the database does not answer; start it, or correct JIFEN_DATABASE_URL"


def check_parts(desk: Desk) -> dict[str, str]:
    """Give `ok` or the remedy for each part that a decision needs."""
    database, storage = _database(desk.store), _asked(desk.storage.check)
    if database != OK:
        return {"database": database, "storage": storage, "clock": UNKNOWN, "artefacts": UNKNOWN, "ledger": UNKNOWN, "switch": UNKNOWN}
    found = desk.found
    return {
        "database": OK,
        "storage": storage,
        "clock": _asked(lambda: desk.timekeeper.check(desk.clock())),
        "artefacts": str(found) if isinstance(found, NotReady) else OK,
        "ledger": _asked(desk.sealer.check),
        "switch": _asked(lambda: desk.switchboard.orders),  # a stop is no reason not to be ready: people decide then
    }


def _asked(check: Callable[[], object]) -> str:
    try:
        check()
    except NotReady as error:
        return str(error)
    except SQLAlchemyError as error:
        return str(outage_of(error) or error)
    return OK


def _database(store: Store) -> str:
    """Does it answer, with the right tables, and does it take writes?"""
    try:
        if not is_reachable(store):
            return SILENT
        with store.reading() as unit:
            refuse_other_version(unit, expected_version())
            if store.engine.dialect.name == "postgresql" and unit.scalar(text("SHOW transaction_read_only")) == "on":
                return StorageReadOnly.says
    except Outage as error:
        return str(error)
    except SQLAlchemyError as error:
        known = outage_of(error)
        return str(known or f"the database answers with errors ({type(error).__name__}); look at its own log")
    return OK


def schemes_at_hand(active: Scheme) -> list[tuple[str, str, str, str, bool]]:
    """List the schemes that can be asked for: name, version, status, hash, and whether it decides."""
    others = [shipped_scheme(name) for name in SHIPPED if name != active.name]
    return [(s.name, s.version, s.status, s.hash, s is active) for s in (active, *others)]
