"""Sessions of people: a random cookie that is remembered by its hash, and whatever else belongs to it derived from the cookie."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.clock import Clock
from service.store.engine import Store
from service.store.sessions import (
    KeptSession,
    KeptUse,
    end_session,
    find_session,
    forget_sessions,
    keep_session,
    sessions_of,
    touch_session,
)
from service.tokens import Holder

__all__ = ["Session", "Sessions", "derived", "is_derived", "new_secret"]

SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
TOUCHES = 10
"""A session's last use is written at most so often in its idle time: a page that is read need not write."""


def new_secret() -> str:
    """Make 256 random bits, as a cookie carries them."""
    return secrets.token_urlsafe(32)


def derived(secret: str, purpose: str) -> str:
    """Give HMAC-SHA256 of a purpose under a secret: a value that only who knows the secret can make, and that does not tell it."""
    return base64.urlsafe_b64encode(hmac.digest(secret.encode(), purpose.encode(), "sha256")).rstrip(b"=").decode()


def is_derived(value: str | None, secret: str, purpose: str) -> bool:
    """Is the value the derived one? Takes the same time whatever the answer."""
    return hmac.compare_digest((value or "").encode(), derived(secret, purpose).encode())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in person: who, until when at most, and the token that state-changing requests must repeat."""

    holder: Holder
    name: str
    csrf: str
    expires_at: datetime

    def is_csrf(self, sent: str | None) -> bool:
        """Is this the session's CSRF token? Takes the same time whatever the answer."""
        return hmac.compare_digest((sent or "").encode(), self.csrf.encode())


class Sessions:
    """Starts, admits and ends sessions. One ends `idle` after its last use, and `longest` after it began."""

    def __init__(self, store: Store, clock: Clock, *, idle: timedelta, longest: timedelta) -> None:
        self._store, self._clock, self._idle, self._longest = store, clock, idle, longest

    def start(self, unit: Connection, user_id: str, *, replacing: str | None = None) -> str:
        """Write a session and give the secret of its cookie; the one that the browser had before ends."""
        now, secret = self._clock(), new_secret()
        if replacing is not None:
            end_session(unit, _digest(replacing))
        forget_sessions(unit, now=now, idle_since=now - self._idle)
        keep_session(unit, digest=_digest(secret), user_id=user_id, now=now, expires_at=now + self._longest)
        return secret

    def admit(self, secret: str | None) -> Session | None:
        """Give the session of a cookie, looked up each time: one that ended, or whose person was disabled, admits nobody at once."""
        if secret is None or not SECRET.fullmatch(secret):
            return None
        with self._store.reading() as unit:
            kept = find_session(unit, _digest(secret))
        now = self._clock()
        if kept is None or not self._is_alive(kept, now):
            return None
        if now - kept.last_seen_at >= self._idle / TOUCHES:
            with self._store.writing() as unit:
                touch_session(unit, kept.digest, now)
        holder = Holder(kept.user_id, kept.role, kept.login)
        return Session(holder=holder, name=kept.name, csrf=derived(secret, "csrf"), expires_at=kept.expires_at)

    def of(self, unit: Connection, user_id: str) -> list[KeptUse]:
        """Give a person's sessions that are alive, the newest first."""
        now = self._clock()
        return [one for one in sessions_of(unit, user_id) if now < one.expires_at and now - one.last_seen_at < self._idle]

    @staticmethod
    def digest_of(secret: str | None) -> str | None:
        """Give what is kept of a cookie, by which a session is told from another."""
        return None if secret is None else _digest(secret)

    def end(self, unit: Connection, secret: str) -> None:
        """End the session of a cookie, if there is one."""
        end_session(unit, _digest(secret))

    def _is_alive(self, kept: KeptSession, now: datetime) -> bool:
        return kept.disabled_at is None and now < kept.expires_at and now - kept.last_seen_at < self._idle
