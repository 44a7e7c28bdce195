"""The bank's identity provider (OpenID Connect Core 1.0): authorization code flow with PKCE, state and nonce.

Only who somebody is comes from there; what they may do is what their person on file may. This module alone talks to the provider.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from service.clock import Clock
from service.config import Settings
from service.errors import BadSetting, OidcFailed, OidcUnreachable
from service.sessions import derived, is_derived

__all__ = ["CALLBACK", "Provider", "provider_of"]

log = logging.getLogger(__name__)

CALLBACK = "/sign-in/oidc/callback"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
"""Signatures with a private key only: a shared secret, or none, would let others sign."""
LEEWAY, TIMEOUT = 60, 10
"""Seconds that clocks may differ, and that the provider may take to answer."""


class Provider:
    """One client at one issuer. State, nonce and PKCE verifier are derived from a secret that only the browser's cookie holds."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str | None, redirect_uri: str, clock: Clock) -> None:
        self._issuer, self._client_id, self._secret = issuer, client_id, client_secret
        self._redirect_uri, self._clock = redirect_uri, clock
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None

    def way_there(self, secret: str) -> str:
        """Give the address to send the browser to; `OidcUnreachable` when the provider does not say which that is."""
        with self._session() as session:
            endpoint = self._found(session)["authorization_endpoint"]
            nonce, verifier = derived(secret, "oidc nonce"), derived(secret, "oidc verifier")
            url, _ = session.create_authorization_url(endpoint, state=derived(secret, "oidc state"), code_verifier=verifier, nonce=nonce)
        return str(url)

    def subject(self, secret: str, answer: Mapping[str, str | None]) -> str:
        """Give the `sub` of whom the provider vouches for; `OidcFailed` when anything about its answer is not as it must be."""
        if not secret or not is_derived(answer.get("state"), secret, "oidc state"):
            raise OidcFailed("the answer does not belong to this browser's question (state)")
        if answer.get("iss") not in {None, self._issuer}:
            raise OidcFailed("the answer names another issuer")
        if answer.get("error") or not answer.get("code"):
            raise OidcFailed("the provider gave no code")
        with self._session() as session:
            token = self._token(session, str(answer["code"]), derived(secret, "oidc verifier"))
            return self._vouched(session, token, derived(secret, "oidc nonce"))

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self._client_id,
            self._secret,
            scope="openid",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            default_timeout=TIMEOUT,
        )
        session.max_redirects = 0  # the provider is where it was set up to be, or nowhere
        return session

    def _token(self, session: OAuth2Session, code: str, verifier: str) -> Mapping[str, Any]:
        try:
            token = session.fetch_token(
                self._found(session)["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
            )
        except RequestException as error:
            raise OidcUnreachable(f"the identity provider does not answer: {type(error).__name__}") from error
        except (AuthlibBaseError, ValueError) as error:
            raise OidcFailed("the provider did not take the code") from error
        if not isinstance(token.get("id_token"), str):
            raise OidcFailed("the provider sent no id token")
        return dict(token)

    def _vouched(self, session: OAuth2Session, token: Mapping[str, Any], nonce: str) -> str:
        """Check signature, issuer, audience, times and nonce of the id token (Core 1.0, section 3.1.3.7)."""
        decoded = self._decoded(session, token["id_token"])
        options = {"iss": {"essential": True, "value": self._issuer}, "aud": {"essential": True, "value": self._client_id}}
        params = {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")}
        try:
            CodeIDToken(decoded.claims, decoded.header, options, params).validate(now=int(self._clock().timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise OidcFailed(f"the id token does not hold: {error}") from error
        subject = decoded.claims["sub"]
        if not isinstance(subject, str) or not subject:
            raise OidcFailed("the id token names nobody")
        return subject

    def _decoded(self, session: OAuth2Session, text: str) -> jwt.Token:
        """Check the signature; a key that is not among the known ones may be new, so they are fetched once more."""
        try:
            return jwt.decode(text, self._key_set(session), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            try:
                return jwt.decode(text, self._key_set(session, fresh=True), algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                raise OidcFailed(f"the id token's signature does not hold: {type(error).__name__}") from error

    def _key_set(self, session: OAuth2Session, *, fresh: bool = False) -> KeySet:
        uri = self._found(session)["jwks_uri"]
        if fresh or self._keys is None:
            try:
                self._keys = KeySet.import_key_set(self._fetched(session, uri))  # type: ignore[arg-type]  # checked by the library
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise OidcFailed("the provider's keys cannot be read") from error
        return self._keys

    def _found(self, session: OAuth2Session) -> dict[str, Any]:
        """Give what the provider says of itself (Discovery 1.0), asked once; it must be the issuer it is asked as."""
        if self._metadata is None:
            said = self._fetched(session, f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if said.get("issuer") != self._issuer or not all(isinstance(said.get(name), str) for name in wanted):
                raise OidcUnreachable("the identity provider's configuration is not that of JIFEN_OIDC_ISSUER")
            self._metadata = said
        return self._metadata

    def _fetched(self, session: OAuth2Session, url: str) -> dict[str, Any]:
        try:
            answer = session.get(url, withhold_token=True)
            answer.raise_for_status()
            said = answer.json()
        except (RequestException, ValueError) as error:
            log.warning("the identity provider does not answer: %s", type(error).__name__)
            raise OidcUnreachable(f"the identity provider does not answer: {type(error).__name__}") from error
        return said if isinstance(said, dict) else {}


def provider_of(settings: Settings, clock: Clock) -> Provider:
    """Make the provider that the settings name; a secret file that cannot be read is a `BadSetting`."""
    path = settings.oidc_client_secret_file
    try:
        secret = Path(path).read_text(encoding="utf-8").strip() if path else None
    except OSError as error:
        raise BadSetting(f"JIFEN_OIDC_CLIENT_SECRET_FILE is {path!r}, which cannot be read: {error.strerror}") from error
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=secret,
        redirect_uri=f"{settings.public_url}{CALLBACK}",
        clock=clock,
    )
