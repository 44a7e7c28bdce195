"""Making, changing and disabling people; each change is an entry of the ledger, in the transaction that makes it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from service.clock import Clock, system_clock
from service.domain.record import canonical_bytes
from service.errors import Fault, InvalidRequest, UnknownUser
from service.ledger import Actor, Draft, Kind
from service.passwords import Passwords, check_password
from service.store.engine import Store
from service.store.ledger import append
from service.store.people import KeptPerson, change_person, find_person, keep_person, list_people, person_by_subject
from service.store.sessions import end_sessions
from service.tokens import Role

__all__ = ["COMMAND_LINE", "create_user", "disable", "enable", "enter_user", "people_on_file", "set_password", "set_role", "user_content"]

COMMAND_LINE = Actor(kind="system", id="command line")
LOGIN = re.compile(r"[a-z0-9._-]{2,32}")
RESERVED = frozenset({"unknown"})
"""The ledger's name for whoever tried a login that nobody has."""


def create_user(
    store: Store,
    *,
    login: str,
    name: str,
    role: str,
    authority: str | None = None,
    authorities: Sequence[str] = (),
    password: str | None = None,
    oidc_subject: str | None = None,
    passwords: Passwords | None = None,
    actor: Actor = COMMAND_LINE,
    clock: Clock = system_clock,
) -> KeptPerson:
    """Make a person, who signs in by password, by the identity provider's `oidc_subject`, or by either.

    `authorities` are the ids of the policy's rows that `authority` may be one of. A value that breaks a rule, a login or subject that
    is taken, or a person without any way to sign in is `InvalidRequest`, which names field, value, rule and remedy.
    """
    _check_person(login, name, oidc_subject)
    if password is None and oidc_subject is None:
        raise _wrong("password", "(nothing)", "is required without an OIDC subject", "give one of them, so that the person can sign in")
    if password is not None:
        check_password(password, login)
    now = clock()
    person = KeptPerson(
        user_id=secrets.token_hex(6),
        login=login,
        name=name.strip(),
        role=_role(role),
        authority=_authority(authority, authorities),
        password_hash=(passwords or Passwords()).hashed(password) if password is not None else None,
        oidc_subject=oidc_subject,
        created_at=now,
        password_changed_at=now if password is not None else None,
    )
    with store.writing() as unit:
        if find_person(unit, login):
            raise _wrong("login", login, "is taken", "choose another; `jifen user list` shows those in use")
        if oidc_subject is not None and person_by_subject(unit, oidc_subject):
            raise _wrong("oidc-subject", oidc_subject, "belongs to another person", "give each person their own")
        keep_person(unit, person)
        enter_user(unit, person, actor, now, "created", role=person.role.value, authority=person.authority, signs_in_by=_ways(person))
    return person


def disable(store: Store, login: str, *, actor: Actor = COMMAND_LINE, clock: Clock = system_clock) -> None:
    """Keep a person out from now on: no password, no session, no token of theirs opens anything. A second time changes nothing."""

    def change(unit: Connection, person: KeptPerson, now: datetime) -> None:
        if person.disabled_at is not None:
            return
        change_person(unit, person.user_id, disabled_at=now)
        enter_user(unit, person, actor, now, "disabled", sessions_ended=end_sessions(unit, person.user_id))

    _change(store, login, clock, change)


def enable(store: Store, login: str, *, actor: Actor = COMMAND_LINE, clock: Clock = system_clock) -> None:
    """Let a person in again who was disabled or locked out."""

    def change(unit: Connection, person: KeptPerson, now: datetime) -> None:
        change_person(unit, person.user_id, disabled_at=None, locked_until=None, failures=0)
        enter_user(unit, person, actor, now, "enabled")

    _change(store, login, clock, change)


def set_role(
    store: Store,
    login: str,
    *,
    role: str,
    authority: str | None = None,
    authorities: Sequence[str] = (),
    actor: Actor = COMMAND_LINE,
    clock: Clock = system_clock,
) -> None:
    """Give a person another role, and the authority that goes with it (None: none); sessions and tokens follow at once."""
    chosen, may_sign = _role(role), _authority(authority, authorities)

    def change(unit: Connection, person: KeptPerson, now: datetime) -> None:
        change_person(unit, person.user_id, role=chosen.value, authority=may_sign)
        before = {"role": person.role.value, "authority": person.authority}
        enter_user(unit, person, actor, now, "role", role=chosen.value, authority=may_sign, before=before)

    _change(store, login, clock, change)


def set_password(
    store: Store,
    login: str,
    password: str,
    *,
    passwords: Passwords | None = None,
    actor: Actor = COMMAND_LINE,
    clock: Clock = system_clock,
) -> None:
    """Give a person another password; every session of theirs ends, and a lock is lifted."""
    check_password(password, login)
    kept = (passwords or Passwords()).hashed(password)

    def change(unit: Connection, person: KeptPerson, now: datetime) -> None:
        change_person(unit, person.user_id, password_hash=kept, password_changed_at=now, failures=0, locked_until=None)
        enter_user(unit, person, actor, now, "password", sessions_ended=end_sessions(unit, person.user_id))

    _change(store, login, clock, change)


def people_on_file(store: Store) -> list[KeptPerson]:
    """List all people, disabled ones too."""
    with store.reading() as unit:
        return list_people(unit)


def _change(store: Store, login: str, clock: Clock, change: Callable[[Connection, KeptPerson, datetime], None]) -> None:
    with store.writing() as unit:
        person = find_person(unit, login)
        if person is None:
            raise UnknownUser(f"nobody has the login {login[:40]!r}; `jifen user list` shows those in use")
        change(unit, person, clock())


def enter_user(unit: Connection, person: KeptPerson, actor: Actor, at: datetime, event: str, **said: Any) -> None:
    """Enter what happened to a person into the ledger."""
    content = user_content(person, event, **said)
    append(unit, [Draft(kind=Kind.USER, subject=person.login, actor=actor, at=at, content=content)])


def user_content(person: KeptPerson, event: str, **said: Any) -> bytes:
    """Give what the ledger keeps of a change to a person: login and number, never a name, a password or its hash."""
    return canonical_bytes({"format": "user/1", "event": event, "login": person.login, "user_id": person.user_id, **said})


def _ways(person: KeptPerson) -> list[str]:
    ways = {"password": person.password_hash, "oidc": person.oidc_subject}
    return [way for way, given in ways.items() if given is not None]


def _check_person(login: str, name: str, subject: str | None) -> None:
    if not LOGIN.fullmatch(login) or login in RESERVED:
        rule = "is reserved" if login in RESERVED else "must be 2 to 32 small letters, digits, dots, underscores or dashes"
        raise _wrong("login", login, rule, "write it like zhang.wei")
    if not 1 <= len(name.strip()) <= 100:
        raise _wrong("name", name, "must have 1 to 100 characters", "give the name that colleagues know the person by")
    if subject is not None and not 1 <= len(subject) <= 255:
        raise _wrong("oidc-subject", subject, "must have 1 to 255 characters", "copy the `sub` claim of the identity provider")


def _role(role: str) -> Role:
    if role not in list(Role):
        raise _wrong("role", role, "is no role", f"give one of {', '.join(Role)}")
    return Role(role)


def _authority(authority: str | None, known: Sequence[str]) -> str | None:
    if authority is not None and authority not in known:
        raise _wrong("authority", authority, "is no row of the policy's authorities", f"give one of {', '.join(known) or '(none)'}")
    return authority


def _wrong(field: str, value: str, rule: str, remedy: str) -> InvalidRequest:
    shown = value[:80]
    return InvalidRequest(f"{field} {shown!r} {rule}; {remedy}", [Fault(field=field, value=shown, rule=rule, remedy=remedy)])
