"""Signing in and out: each is an entry of the ledger, and a refusal never says what was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from service.desk import Desk
from service.domain.record import canonical_bytes
from service.errors import SignInRefused
from service.ledger import Actor, Draft, Kind
from service.ledger.entry import moment_text
from service.sessions import Session
from service.store.ledger import append
from service.store.people import KeptPerson, change_person, find_person, person_by_id, person_by_subject

__all__ = ["UNKNOWN", "confirm", "refuse", "sign_in", "sign_in_as", "sign_out"]

DOOR = Actor(kind="system", id="sign-in")
UNKNOWN = "unknown"
"""Subject of entries about logins that nobody has: what was typed may be a password in the wrong field."""
REFUSED = "the login and the password do not belong together, or too many tries have locked the login for some minutes"


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why nobody was signed in, for the ledger alone. `counts` when it is a wrong password of somebody who could sign in."""

    reason: str
    subject: str = UNKNOWN
    counts: bool = False


def sign_in(desk: Desk, *, login: str, password: str, address: str, replacing: str | None = None) -> str:
    """Check a password and start a session; gives the secret of its cookie.

    `SignInRefused` with one message whatever was wrong, after the same work; `TooManyRequests` beyond the limits. The row is read again
    in the transaction that starts the session, so tries that run side by side cannot pass a lock.
    """
    login = login.strip().lower()
    desk.rates.count_sign_in(login, address)
    with desk.store.reading() as unit:
        person = find_person(unit, login)
    is_open = person is not None and _barred(person, desk.clock()) is None
    is_right = desk.passwords.is_right(password, person.password_hash if person and is_open else None)
    if person is None:
        raise refuse(desk, "unknown-login")
    rehashed = desk.passwords.hashed(password) if is_right and desk.passwords.is_outdated(str(person.password_hash)) else None
    with desk.store.writing() as unit:
        settled = _settled(unit, desk, person, is_right=is_right)
        if isinstance(settled, KeptPerson):
            change_person(unit, settled.user_id, failures=0, password_hash=rehashed or settled.password_hash)
            return _started(unit, desk, settled, "password", replacing)
        if settled.counts:
            _count_failure(unit, desk, person)
    if settled.counts:
        raise SignInRefused(REFUSED)
    raise refuse(desk, settled.reason, settled.subject)


def confirm(desk: Desk, *, login: str, password: str, address: str) -> KeptPerson:
    """Ask somebody who is signed in for their password once more; a wrong one counts and locks as at the door, and is `SignInRefused`."""
    desk.rates.count_sign_in(login, address)
    with desk.store.reading() as unit:
        person = find_person(unit, login)
    assert person is not None, "people are never deleted"
    is_open = _barred(person, desk.clock()) is None
    is_right = desk.passwords.is_right(password, person.password_hash if is_open else None)
    with desk.store.writing() as unit:
        settled = _settled(unit, desk, person, is_right=is_right)
        if isinstance(settled, KeptPerson):
            change_person(unit, settled.user_id, failures=0)
            return settled
        if settled.counts:
            _count_failure(unit, desk, person)
    raise SignInRefused(REFUSED)


def sign_in_as(desk: Desk, *, subject: str, replacing: str | None = None) -> str:
    """Start a session for the person whom the identity provider has vouched for; `SignInRefused` for one who was not made beforehand."""
    with desk.store.writing() as unit:
        person = person_by_subject(unit, subject)
        if person is not None and person.disabled_at is None:
            return _started(unit, desk, person, "oidc", replacing)
    raise refuse(desk, "unknown-subject") if person is None else refuse(desk, "disabled", person.login)


def sign_out(desk: Desk, session: Session, secret: str) -> None:
    """End a session."""
    with desk.store.writing() as unit:
        desk.sessions.end(unit, secret)
        _enter(unit, str(session.holder.person), session.holder.actor, desk.clock(), "signed-out")


def refuse(desk: Desk, reason: str, subject: str = UNKNOWN) -> SignInRefused:
    """Enter a refusal that anybody may cause, as often as the limit allows, and give the error to raise."""
    left_out = desk.rates.entered()
    if left_out is not None:
        with desk.store.writing() as unit:
            _enter(unit, subject, DOOR, desk.clock(), "refused", reason=reason, left_out=left_out)
    return SignInRefused(REFUSED)


def _barred(person: KeptPerson, now: datetime) -> str | None:
    if person.disabled_at is not None:
        return "disabled"
    return "locked" if person.is_locked(now) else None


def _settled(unit: Connection, desk: Desk, person: KeptPerson, *, is_right: bool) -> KeptPerson | _Refusal:
    """Give the person as they are now, if they may come in."""
    current = person_by_id(unit, person.user_id)
    assert current is not None, "people are never deleted"
    barred = _barred(current, desk.clock())
    if barred is not None:
        return _Refusal(barred, current.login)
    if not is_right or current.password_hash != person.password_hash:
        return _Refusal("password", current.login, counts=True)
    return current


def _count_failure(unit: Connection, desk: Desk, person: KeptPerson) -> None:
    """Count a wrong password; the last one that is allowed locks, and the count begins anew after the lock."""
    current = person_by_id(unit, person.user_id)
    assert current is not None, "people are never deleted"
    failures, now = current.failures + 1, desk.clock()
    _enter(unit, person.login, DOOR, now, "refused", reason="password", failures=failures)
    if failures < desk.settings.sign_in_failures:
        change_person(unit, person.user_id, failures=failures)
        return
    until = now + timedelta(minutes=desk.settings.lock_minutes)
    change_person(unit, person.user_id, failures=0, locked_until=until)
    _enter(unit, person.login, DOOR, now, "locked", until=moment_text(until))


def _started(unit: Connection, desk: Desk, person: KeptPerson, way: str, replacing: str | None) -> str:
    secret = desk.sessions.start(unit, person.user_id, replacing=replacing)
    actor = Actor(kind="person", id=person.login, role=person.role.value)
    _enter(unit, person.login, actor, desk.clock(), "signed-in", by=way)
    return secret


def _enter(unit: Connection, subject: str, actor: Actor, at: datetime, event: str, **said: Any) -> None:
    content = canonical_bytes({"format": "sign-in/1", "event": event, **said})
    append(unit, [Draft(kind=Kind.SIGN_IN, subject=subject, actor=actor, at=at, content=content)])
