"""People on file: who may sign in, in which role, and for how much they may sign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from service.store.models import TokenRow, UserRow
from service.tokens import Role

__all__ = [
    "KeptPerson",
    "authority_of",
    "change_person",
    "find_person",
    "keep_person",
    "list_people",
    "names_of",
    "person_by_id",
    "person_by_subject",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPerson:
    """A person as kept. `authority` is a row of the policy's `authorities`; without a hash no password opens anything."""

    user_id: str
    login: str
    name: str
    role: Role
    created_at: datetime
    authority: str | None = None
    password_hash: str | None = None
    oidc_subject: str | None = None
    disabled_at: datetime | None = None
    failures: int = 0
    locked_until: datetime | None = None
    password_changed_at: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        """Have too many wrong passwords locked this person out for now?"""
        return self.locked_until is not None and now < self.locked_until


_NAMES = tuple(one.name for one in fields(KeptPerson))
_COLUMNS = tuple(getattr(UserRow, name) for name in _NAMES)


def keep_person(unit: Connection, person: KeptPerson) -> None:
    """Write a new person; a login or subject that is taken is the database's `IntegrityError`."""
    unit.execute(insert(UserRow).values({name: getattr(person, name) for name in _NAMES}))


def change_person(unit: Connection, user_id: str, **values: Any) -> None:
    """Change columns of a person; the caller enters the act in the ledger."""
    unit.execute(update(UserRow).where(UserRow.user_id == user_id).values(values))


def find_person(unit: Connection, login: str) -> KeptPerson | None:
    """Read a person by login, disabled or not."""
    return _one(unit, UserRow.login == login)


def person_by_id(unit: Connection, user_id: str) -> KeptPerson | None:
    """Read a person by number."""
    return _one(unit, UserRow.user_id == user_id)


def person_by_subject(unit: Connection, subject: str) -> KeptPerson | None:
    """Read the person whom the bank's identity provider calls `subject`."""
    return _one(unit, UserRow.oidc_subject == subject)


def list_people(unit: Connection) -> list[KeptPerson]:
    """List all people by login."""
    return [_kept(row) for row in unit.execute(select(*_COLUMNS).order_by(UserRow.login))]


def names_of(unit: Connection, actors: Iterable[str]) -> dict[str, str]:
    """Give the names of people by their logins and of machines by their tokens' numbers; who is neither is left out."""
    asked = sorted(set(actors))
    people = unit.execute(select(UserRow.login, UserRow.name).where(UserRow.login.in_(asked)))
    machines = unit.execute(select(TokenRow.token_id, TokenRow.name).where(TokenRow.token_id.in_(asked)))
    return {row[0]: row[1] for row in (*machines, *people)}


def authority_of(unit: Connection, login: str) -> str | None:
    """Give the authority a person may sign for; None where they have none, are disabled or unknown."""
    person = find_person(unit, login)
    return person.authority if person and person.disabled_at is None else None


def _one(unit: Connection, condition: ColumnElement[bool]) -> KeptPerson | None:
    found = unit.execute(select(*_COLUMNS).where(condition)).one_or_none()
    return _kept(found) if found else None


def _kept(row: Any) -> KeptPerson:
    said = dict(zip(_NAMES, row, strict=True))
    return KeptPerson(**{**said, "role": Role(said["role"])})
