"""Access tokens on file: the hash of a secret, who holds it, and when it was revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from service.store.models import TokenRow, UserRow
from service.tokens import Role

__all__ = ["KeptToken", "find_token", "keep_token", "list_tokens", "revoke_token"]


@dataclass(frozen=True, slots=True)
class KeptToken:
    """A token as it is kept. One that is bound to a person has the role that person has now, and dies with their `disabled_at`."""

    token_id: str
    name: str
    role: Role
    digest: str
    created_at: datetime
    revoked_at: datetime | None
    user_id: str | None = None
    person: str | None = None
    disabled_at: datetime | None = None

    @property
    def is_alive(self) -> bool:
        """Is it neither revoked nor a disabled person's?"""
        return self.revoked_at is None and self.disabled_at is None


_OWN = ("token_id", "name", "role", "digest", "created_at", "revoked_at", "user_id")


def _query() -> Select[*tuple[Any, ...]]:
    own = (TokenRow.token_id, TokenRow.name, func.coalesce(UserRow.role, TokenRow.role), TokenRow.digest)
    rest = (TokenRow.created_at, TokenRow.revoked_at, TokenRow.user_id, UserRow.login, UserRow.disabled_at)
    return select(*own, *rest).join(UserRow, UserRow.user_id == TokenRow.user_id, isouter=True)


def _kept(row: Any) -> KeptToken:
    token_id, name, role, *rest = row
    return KeptToken(token_id, name, Role(role), *rest)


def keep_token(unit: Connection, token: KeptToken) -> None:
    """Write a new token."""
    unit.execute(insert(TokenRow).values({name: getattr(token, name) for name in _OWN}))


def find_token(unit: Connection, token_id: str) -> KeptToken | None:
    """Read a token by its number, revoked or not."""
    found = unit.execute(_query().where(TokenRow.token_id == token_id)).one_or_none()
    return _kept(found) if found else None


def list_tokens(unit: Connection) -> list[KeptToken]:
    """List all tokens, oldest first."""
    return [_kept(row) for row in unit.execute(_query().order_by(TokenRow.created_at, TokenRow.token_id))]


def revoke_token(unit: Connection, token_id: str, at: datetime) -> None:
    """Revoke a token; the date of a first revocation stays."""
    unit.execute(update(TokenRow).where(TokenRow.token_id == token_id, TokenRow.revoked_at.is_(None)).values(revoked_at=at))
