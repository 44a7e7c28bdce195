"""Pages by which people come in through the bank's identity provider, where one is set up."""

from __future__ import annotations

from flask import Blueprint, Response, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.exceptions import NotFound

from service.desk import Desk, Vouches
from service.errors import OidcFailed
from service.sessions import new_secret
from service.use_cases.sign_in import refuse, sign_in_as
from service.web.cookies import Cookie, cookie_of, drop_cookie, set_cookie
from service.web.entrance import let_in
from service.web.operations import Answer, Ask, operation
from service.web.pages import go_to

__all__ = ["identity"]

identity = Blueprint("identity", __name__)
MINUTES = 10
"""How long somebody may take at the provider."""


class CallbackQuery(BaseModel):
    """What the provider sends the browser back with; what else it adds is left unread."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    state: str | None = Field(default=None, max_length=2000, description="Shows that the answer belongs to this browser's question")
    code: str | None = Field(default=None, max_length=4000, description="Exchanged for the id token")
    iss: str | None = Field(default=None, max_length=2000, description="The issuer (RFC 9207), where the provider names it")
    error: str | None = Field(default=None, max_length=2000, description="Why there is no code")


@operation(
    identity,
    "GET",
    "/sign-in/oidc",
    summary="Go to the bank's identity provider to sign in",
    page=True,
    answers={303: Answer(meaning="The provider's address, with PKCE challenge, state and nonce", headers=("Location",))},
    problems=("unknown-route", "oidc-unreachable", "too-many-requests"),
)
def get_oidc(ask: Ask) -> Response:
    """Send the browser there."""
    provider, secret = _provider(ask.desk), new_secret()
    ask.desk.rates.count_callback(request.remote_addr or "")
    answer = go_to(provider.way_there(secret))
    set_cookie(answer, ask.desk.settings, Cookie.OIDC, secret, seconds=MINUTES * 60)
    return answer


@operation(
    identity,
    "GET",
    "/sign-in/oidc/callback",
    summary="Come back from the identity provider; only a person who was made beforehand is let in",
    page=True,
    query=CallbackQuery,
    answers={303: Answer(meaning="Signed in: the browser gets a session's cookie", headers=("Location",))},
    problems=("unknown-route", "oidc-failed", "oidc-unreachable", "sign-in-refused", "too-many-requests"),
)
def get_oidc_callback(ask: Ask, query: CallbackQuery) -> Response:
    """Check the answer, and let in."""
    provider, settings = _provider(ask.desk), ask.desk.settings
    ask.desk.rates.count_callback(request.remote_addr or "")
    try:
        subject = provider.subject(cookie_of(settings, Cookie.OIDC) or "", query.model_dump())
    except OidcFailed:
        refuse(ask.desk, "identity-provider")
        raise
    answer = let_in(ask.desk, sign_in_as(ask.desk, subject=subject, replacing=cookie_of(settings, Cookie.SESSION)), "/")
    drop_cookie(answer, settings, Cookie.OIDC)
    return answer


def _provider(desk: Desk) -> Vouches:
    if desk.provider is None:
        raise NotFound
    return desk.provider
