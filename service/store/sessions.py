"""Sessions on file: the hash of a browser's cookie, whose it is, and until when it is good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from service.store.models import SessionRow, UserRow
from service.tokens import Role

__all__ = [
    "KeptSession",
    "KeptUse",
    "end_session",
    "end_sessions",
    "find_session",
    "forget_sessions",
    "keep_session",
    "sessions_of",
    "touch_session",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSession:
    """A session and its person as they are now; `expires_at` is the end whatever happens."""

    digest: str
    user_id: str
    login: str
    name: str
    role: Role
    disabled_at: datetime | None
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptUse:
    """When a session began, was last used, and ends whatever happens."""

    digest: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


def sessions_of(unit: Connection, user_id: str) -> list[KeptUse]:
    """List a person's sessions, ended by time or not, the newest first."""
    columns = (SessionRow.digest, SessionRow.created_at, SessionRow.last_seen_at, SessionRow.expires_at)
    found = unit.execute(select(*columns).where(SessionRow.user_id == user_id).order_by(SessionRow.created_at.desc(), SessionRow.digest))
    return [KeptUse(**row._asdict()) for row in found]


def keep_session(unit: Connection, *, digest: str, user_id: str, now: datetime, expires_at: datetime) -> None:
    """Write a new session."""
    unit.execute(insert(SessionRow).values(digest=digest, user_id=user_id, created_at=now, last_seen_at=now, expires_at=expires_at))


def find_session(unit: Connection, digest: str) -> KeptSession | None:
    """Read a session with its person, expired or not."""
    query = (
        select(
            SessionRow.digest,
            SessionRow.user_id,
            UserRow.login,
            UserRow.name,
            UserRow.role,
            UserRow.disabled_at,
            SessionRow.last_seen_at,
            SessionRow.expires_at,
        )
        .join(UserRow, UserRow.user_id == SessionRow.user_id)
        .where(SessionRow.digest == digest)
    )
    found = unit.execute(query).one_or_none()
    if found is None:
        return None
    said = found._asdict()
    return KeptSession(**{**said, "role": Role(said["role"])})


def touch_session(unit: Connection, digest: str, now: datetime) -> None:
    """Note that a session was used."""
    unit.execute(update(SessionRow).where(SessionRow.digest == digest).values(last_seen_at=now))


def end_session(unit: Connection, digest: str) -> None:
    """End one."""
    unit.execute(delete(SessionRow).where(SessionRow.digest == digest))


def end_sessions(unit: Connection, user_id: str) -> int:
    """End all of a person; how many were there?"""
    return unit.execute(delete(SessionRow).where(SessionRow.user_id == user_id)).rowcount


def forget_sessions(unit: Connection, *, now: datetime, idle_since: datetime) -> None:
    """Delete those that expired by `now` or were last used before `idle_since`."""
    unit.execute(delete(SessionRow).where(or_(SessionRow.expires_at <= now, SessionRow.last_seen_at <= idle_since)))
