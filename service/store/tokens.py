"""Access tokens on file: the hash of a secret, who holds it, and when it was revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from service.store.models import TokenRow
from service.tokens import Role

__all__ = ["KeptToken", "find_token", "keep_token", "list_tokens", "revoke_token"]


@dataclass(frozen=True, slots=True)
class KeptToken:
    """A token as it is kept."""

    token_id: str
    name: str
    role: Role
    digest: str
    created_at: datetime
    revoked_at: datetime | None


_COLUMNS = (TokenRow.token_id, TokenRow.name, TokenRow.role, TokenRow.digest, TokenRow.created_at, TokenRow.revoked_at)


def _kept(token_id: str, name: str, role: str, digest: str, created_at: datetime, revoked_at: datetime | None) -> KeptToken:
    return KeptToken(token_id, name, Role(role), digest, created_at, revoked_at)


def keep_token(unit: Connection, token: KeptToken) -> None:
    """Write a new token."""
    unit.execute(insert(TokenRow).values({name: getattr(token, name) for name in KeptToken.__slots__}))


def find_token(unit: Connection, token_id: str) -> KeptToken | None:
    """Read a token by its number, revoked or not."""
    found = unit.execute(select(*_COLUMNS).where(TokenRow.token_id == token_id)).one_or_none()
    return _kept(*found) if found else None


def list_tokens(unit: Connection) -> list[KeptToken]:
    """List all tokens, oldest first."""
    return [_kept(*row) for row in unit.execute(select(*_COLUMNS).order_by(TokenRow.created_at, TokenRow.token_id))]


def revoke_token(unit: Connection, token_id: str, at: datetime) -> bool:
    """Revoke a token; a second time changes nothing. Was there such a token?"""
    unit.execute(update(TokenRow).where(TokenRow.token_id == token_id, TokenRow.revoked_at.is_(None)).values(revoked_at=at))
    return find_token(unit, token_id) is not None
