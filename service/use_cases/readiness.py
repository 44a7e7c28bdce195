"""Whether the service may decide, and what decides."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from features.points import SHIPPED, shipped_scheme
from service.desk import Desk
from service.errors import NotReady
from service.store import is_current, is_reachable

__all__ = ["OK", "check_parts", "schemes_at_hand"]

OK = "ok"


def check_parts(desk: Desk) -> dict[str, str]:
    """Give `ok` or the remedy for each part that a decision needs."""
    artefacts = str(desk.found) if isinstance(desk.found, NotReady) else OK
    return {"database": _database(desk), "artefacts": artefacts, "ledger": _ledger(desk)}


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


def schemes_at_hand(desk: Desk) -> list[tuple[str, str, str, str, bool]]:
    """List the schemes that can be asked for: name, version, status, hash, and whether it decides."""
    active = desk.active.scheme
    others = [shipped_scheme(name) for name in SHIPPED if name != active.name]
    return [(s.name, s.version, s.status, s.hash, s is active) for s in (active, *others)]
