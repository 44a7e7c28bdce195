"""Making, listing and revoking access tokens; each is an entry of the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from service.clock import Clock, system_clock
from service.domain.record import canonical_bytes
from service.errors import InvalidRequest, UnknownToken, UnknownUser
from service.ledger import Actor, Draft, Kind
from service.store.engine import Store
from service.store.ledger import append
from service.store.people import KeptPerson, find_person
from service.store.tokens import KeptToken, find_token, keep_token, list_tokens, revoke_token
from service.tokens import Role, Token, mint
from service.use_cases.people import COMMAND_LINE

__all__ = ["create_token", "revoke", "tokens_on_file"]


def create_token(
    store: Store,
    *,
    name: str,
    role: str | None = None,
    user: str | None = None,
    actor: Actor = COMMAND_LINE,
    clock: Clock = system_clock,
) -> Token:
    """Make a token for a machine (`role`) or a person (`user`, a login, whose role it then has); its text is known only now.

    An unknown role, a name that is no name, or both or neither of role and user is `InvalidRequest`; nobody of that login, or
    somebody who is disabled, is `UnknownUser`.
    """
    if (role is None) == (user is None):
        raise InvalidRequest("a token has either a role of its own or the role of its user; give one of the two")
    if role is not None and role not in list(Role):
        raise InvalidRequest(f"there is no role {role!r}; the roles are {', '.join(Role)}")
    if not 1 <= len(name.strip()) <= 100:
        raise InvalidRequest("a token needs a name of 1 to 100 characters that says who holds it")
    token, now = mint(), clock()
    with store.writing() as unit:
        person = _person(unit, user) if user is not None else None
        has = person.role if person else Role(str(role))
        keep_token(unit, KeptToken(token.token_id, name.strip(), has, token.digest, now, None, person.user_id if person else None))
        _enter(unit, token.token_id, actor, now, "created", name=name.strip(), role=has.value, user=user)
    return token


def revoke(store: Store, token_id: str, *, actor: Actor = COMMAND_LINE, clock: Clock = system_clock) -> None:
    """Revoke a token for good; every worker refuses it within `JIFEN_TOKEN_SECONDS`. A second time changes nothing."""
    with store.writing() as unit:
        kept, now = find_token(unit, token_id), clock()
        if kept is None:
            raise UnknownToken(f"there is no token {token_id!r}; `jifen token list` shows them")
        if kept.revoked_at is None:
            revoke_token(unit, token_id, now)
            _enter(unit, token_id, actor, now, "revoked")


def tokens_on_file(store: Store) -> list[KeptToken]:
    """List all tokens, revoked ones too; without their secrets, which nobody keeps."""
    with store.reading() as unit:
        return list_tokens(unit)


def _person(unit: Connection, login: str) -> KeptPerson:
    person = find_person(unit, login)
    if person is None or person.disabled_at is not None:
        state = "nobody has" if person is None else "a disabled person has"
        raise UnknownUser(f"{state} the login {login[:40]!r}; `jifen user list` shows those in use")
    return person


def _enter(unit: Connection, token_id: str, actor: Actor, at: datetime, event: str, **said: Any) -> None:
    content = canonical_bytes({"format": "token/1", "event": event, "token_id": token_id, **said})
    append(unit, [Draft(kind=Kind.TOKEN, subject=token_id, actor=actor, at=at, content=content)])
