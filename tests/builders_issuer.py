"""A small identity provider on loopback: it hands out a code for whomever the test names, and an id token the test may spoil."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from builders_service import Clock
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

CLIENT, SECRET = "jifen", "s3cret of the client"


class Issuer:
    """What the provider knows; `spoiled` replaces claims of the next id token, None leaves one out."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.url = clock, ""
        self.key = ECKey.generate_key("P-256", {"kid": "first", "alg": "ES256", "use": "sig"})
        self.spoiled: dict[str, Any] = {}
        self.sign_with: Any = None
        self.header: dict[str, Any] = {}
        self.named: str | None = None
        self.token_status = 200
        self.token_extra: dict[str, Any] = {}
        self.keys_read = 0
        self._asked: dict[str, dict[str, str]] = {}

    def authorize(self, address: str) -> dict[str, str]:
        """Act as the authorization endpoint for a browser that was sent to `address`; gives the parameters it comes back with."""
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.url}/authorize"
        assert {asked["response_type"], asked["client_id"], asked["scope"], asked["code_challenge_method"]} == {
            "code",
            CLIENT,
            "openid",
            "S256",
        }
        code = f"code-{len(self._asked)}"
        self._asked[code] = asked
        return {"code": code, "state": asked["state"], "session_state": "something of the provider's own"}

    def said(self) -> dict[str, Any]:
        ends = {name: f"{self.url}/{path}" for name, path in (("authorization_endpoint", "authorize"), ("token_endpoint", "token"))}
        return {"issuer": self.named or self.url, **ends, "jwks_uri": f"{self.url}/keys"}

    def keys(self) -> dict[str, Any]:
        self.keys_read += 1
        return dict(KeySet([self.key]).as_dict(private=False))

    def token(self, form: dict[str, str], authorization: str | None) -> tuple[int, dict[str, Any]]:
        """Act as the token endpoint, which holds the client to its secret, its address and its verifier."""
        asked = self._asked.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        if self.token_status != 200:
            return self.token_status, {"error": "server_error"}
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"]), **self.token_extra}

    def _id_token(self, nonce: str) -> str:
        now = int(self.clock().timestamp())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "sub-1", "iat": now, "exp": now + 300, "nonce": nonce, **self.spoiled}
        key = self.sign_with or self.key
        algorithm = "HS256" if isinstance(key, OctKey) else "ES256"
        header = {"alg": algorithm, "kid": self.key.kid, **self.header}
        return jwt.encode(header, {name: value for name, value in claims.items() if value is not None}, key, algorithms=[algorithm])


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/.well-known/openid-configuration": issuer.said, "/keys": issuer.keys}
            self._answer(200, pages[self.path]()) if self.path in pages else self._answer(404, {})

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            self._answer(*issuer.token(form, self.headers.get("Authorization")))

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def running_issuer(clock: Clock) -> Iterator[Issuer]:
    """Serve while the block runs."""
    issuer = Issuer(clock)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(issuer))
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)  # looks often whether it is to end
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
