"""People for tests, with passwords that cost little to check, and the ledger's entries of one kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from argon2 import PasswordHasher
from sqlalchemy import select

from service.ledger import Actor, read_entry
from service.passwords import Passwords
from service.store import Store
from service.store.blobs import get_blob
from service.store.models import LedgerEntry
from service.store.people import KeptPerson
from service.use_cases.people import create_user

PASSWORD = "correct horse battery staple"
AUTHORITIES = ("branch", "city-branch", "head-office")


def cheap() -> Passwords:
    """Passwords at the lowest cost argon2 allows."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def person(store: Store, login: str, role: str = "officer", **more: Any) -> KeptPerson:
    """Make a person with the usual password."""
    given = {"name": f"person {login}", "password": PASSWORD, "authorities": AUTHORITIES, "passwords": cheap(), **more}
    return create_user(store, login=login, role=role, **given)


@dataclass(frozen=True)
class Entered:
    """An entry and its content."""

    subject: str
    actor: Actor
    at: datetime
    said: dict[str, Any]


def entries_of(store: Store, kind: str) -> list[Entered]:
    """Read the ledger's entries of a kind, in order."""
    with store.reading() as unit:
        rows = unit.execute(select(LedgerEntry.entry, LedgerEntry.content).where(LedgerEntry.kind == kind).order_by(LedgerEntry.seq)).all()
        read = [(read_entry(row.entry), orjson.loads(get_blob(unit, row.content))) for row in rows]
    return [Entered(entry.subject, entry.actor, entry.at, said) for entry, said in read]
