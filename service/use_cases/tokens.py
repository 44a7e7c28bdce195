"""Making, listing and revoking access tokens."""

from __future__ import annotations

from service.clock import Clock, system_clock
from service.errors import InvalidRequest, UnknownToken
from service.store.engine import Store
from service.store.tokens import KeptToken, keep_token, list_tokens, revoke_token
from service.tokens import Role, Token, mint

__all__ = ["create_token", "revoke", "tokens_on_file"]


def create_token(store: Store, *, name: str, role: str, clock: Clock = system_clock) -> Token:
    """Make a token for someone; its text is known only now. An unknown role or a name that is no name is `InvalidRequest`."""
    if role not in list(Role):
        raise InvalidRequest(f"there is no role {role!r}; the roles are {', '.join(Role)}")
    if not 1 <= len(name.strip()) <= 100:
        raise InvalidRequest("a token needs a name of 1 to 100 characters that says who holds it")
    token = mint()
    with store.writing() as unit:
        keep_token(unit, KeptToken(token.token_id, name.strip(), Role(role), token.digest, clock(), None))
    return token


def revoke(store: Store, token_id: str, *, clock: Clock = system_clock) -> None:
    """Revoke a token for good; every worker refuses it within `JIFEN_TOKEN_SECONDS`."""
    with store.writing() as unit:
        if not revoke_token(unit, token_id, clock()):
            raise UnknownToken(f"there is no token {token_id!r}; `jifen token list` shows them")


def tokens_on_file(store: Store) -> list[KeptToken]:
    """List all tokens, revoked ones too; without their secrets, which nobody keeps."""
    with store.reading() as unit:
        return list_tokens(unit)
