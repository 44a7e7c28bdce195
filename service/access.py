"""Who may come in: reads a bearer token, remembers it for seconds, and never says why it was refused."""

from __future__ import annotations

import time
from collections.abc import Callable

from service.errors import Unauthenticated
from service.store.engine import Store
from service.store.tokens import KeptToken, find_token
from service.tokens import Holder, is_secret_of, parse

__all__ = ["Gate"]

REMEDY = "send Authorization: Bearer with a token that is valid; an administrator makes one with `jifen token`, or sign in at /sign-in"


class Gate:
    """Checks tokens against the database; one it has seen is looked up again after `seconds`, so revocation is seen by then."""

    def __init__(self, store: Store, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._seconds, self._clock = store, seconds, clock
        self._seen: dict[str, tuple[KeptToken, float]] = {}

    def admit(self, header: str | None) -> Holder:
        """Give the holder of the token in an `Authorization` header, or raise `Unauthenticated`."""
        scheme, _, text = (header or "").partition(" ")
        token = parse(text.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise Unauthenticated(f"the request carries no bearer token; {REMEDY}")
        kept = self._kept(token.token_id)
        if kept is None or not kept.is_alive or not is_secret_of(token, kept.digest):
            raise Unauthenticated(f"the token is not valid; {REMEDY}")
        return Holder(kept.token_id, kept.role, kept.person)

    def _kept(self, token_id: str) -> KeptToken | None:
        seen = self._seen.get(token_id)
        if seen and self._clock() < seen[1]:
            return seen[0]
        with self._store.reading() as unit:
            kept = find_token(unit, token_id)
        if kept is None:
            self._seen.pop(token_id, None)
        else:
            self._seen[token_id] = (kept, self._clock() + self._seconds)
        return kept
