"""Whether the service may decide, and what decides."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from features.points import SHIPPED, Scheme, shipped_scheme
from service.desk import Desk
from service.errors import NotReady
from service.store import is_current, is_reachable

__all__ = ["OK", "check_parts", "schemes_at_hand"]

OK = "ok"
UNKNOWN = "not known while the database cannot be used"


def check_parts(desk: Desk) -> dict[str, str]:
    """Give `ok` or the remedy for each part that a decision needs."""
    database = _database(desk)
    if database != OK:
        return {"database": database, "artefacts": UNKNOWN, "ledger": UNKNOWN, "switch": UNKNOWN}
    found = desk.found
    artefacts = str(found) if isinstance(found, NotReady) else OK
    return {"database": OK, "artefacts": artefacts, "ledger": _ledger(desk), "switch": _switch(desk)}


def _ledger(desk: Desk) -> str:
    try:
        desk.sealer.check()
    except NotReady as error:
        return str(error)
    return OK


def _database(desk: Desk) -> str:
    try:
        if not is_reachable(desk.store):
            return "the database does not answer; start it, or correct JIFEN_DATABASE_URL"
        if not is_current(desk.store):
            return "the database has tables of another version; `jifen serve` brings them up to date when it starts"
    except SQLAlchemyError:
        return "the database answers with errors; look at its own log"
    return OK


def _switch(desk: Desk) -> str:
    """A stop is no reason not to be ready: applications are taken then, and referred to people."""
    try:
        _ = desk.switchboard.orders
    except NotReady as error:
        return str(error)
    return OK


def schemes_at_hand(active: Scheme) -> list[tuple[str, str, str, str, bool]]:
    """List the schemes that can be asked for: name, version, status, hash, and whether it decides."""
    others = [shipped_scheme(name) for name in SHIPPED if name != active.name]
    return [(s.name, s.version, s.status, s.hash, s is active) for s in (active, *others)]
