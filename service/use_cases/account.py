"""One's own account: which browsers are signed in, another password, and the end of every session; each asks for the password again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.desk import Desk
from service.errors import SignInRefused
from service.store.people import find_person
from service.store.sessions import end_sessions
from service.tokens import Holder
from service.use_cases.people import enter_user, set_password
from service.use_cases.persons import person_of
from service.use_cases.sign_in import confirm

__all__ = ["Account", "SignedIn", "change_own_password", "end_own_sessions", "show_account"]

FRESH = timedelta(minutes=10)
"""A session that began so lately stands for a password, where the identity provider keeps it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser that is signed in; `is_this` on the one that asks."""

    since: datetime
    last_seen_at: datetime
    ends_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class Account:
    """How a person signs in, and where they are signed in now, the newest first."""

    has_password: bool
    signed_in: tuple[SignedIn, ...]


def show_account(desk: Desk, holder: Holder, secret: str | None) -> Account:
    """Show the account of whoever asks; a machine's token has none, so nothing."""
    if holder.person is None:
        return Account(has_password=False, signed_in=())
    with desk.store.reading() as unit:
        person = find_person(unit, holder.person)
        assert person is not None, "people are never deleted"
        used = desk.sessions.of(unit, person.user_id)
    here = desk.sessions.digest_of(secret)
    signed_in = tuple(SignedIn(one.created_at, one.last_seen_at, one.expires_at, is_this=one.digest == here) for one in used)
    return Account(has_password=person.password_hash is not None, signed_in=signed_in)


def change_own_password(desk: Desk, holder: Holder, *, current: str, new: str, address: str) -> None:
    """Give oneself another password; every session ends, this one too.

    `SignInRefused` for a wrong current one, which counts as a failed sign-in does; `InvalidRequest` where the new one breaks a rule.
    """
    login = person_of(holder, "change a password")
    confirm(desk, login=login, password=current, address=address)
    set_password(desk.store, login, new, passwords=desk.passwords, actor=holder.actor, clock=desk.clock)


def end_own_sessions(desk: Desk, holder: Holder, *, secret: str | None, current: str, address: str) -> None:
    """End all of one's sessions, this one too.

    `SignInRefused` for a wrong password; of somebody without one, in a session that is older than `FRESH`.
    """
    login, shown = person_of(holder, "end their sessions"), show_account(desk, holder, secret)
    if shown.has_password:
        confirm(desk, login=login, password=current, address=address)
    elif not any(one.is_this and desk.clock() - one.since <= FRESH for one in shown.signed_in):
        raise SignInRefused("the session is not a fresh one; sign in at the identity provider again")
    with desk.store.writing() as unit:
        person = find_person(unit, login)
        assert person is not None, "people are never deleted"
        ended = end_sessions(unit, person.user_id)
        enter_user(unit, person, holder.actor, desk.clock(), "sessions-ended", sessions_ended=ended)
