"""How often somebody may ask: sign-ins by login and by address, requests by token. Counted in the memory of each worker."""

from __future__ import annotations

import hashlib
import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.config import Settings
from service.errors import TooManyRequests

__all__ = ["Rates"]

ENTERED = 10
"""Refused sign-ins of unknown logins that a worker enters into the ledger in a minute; it counts those it leaves out."""


class Rates:
    """Counts over the last minute. With several workers, each allows as much: the limits stop floods, they are no quota."""

    def __init__(self, settings: Settings) -> None:
        self._counts = MovingWindowRateLimiter(MemoryStorage())
        self._by_login = RateLimitItemPerMinute(settings.sign_ins_by_login)
        self._by_address = RateLimitItemPerMinute(settings.sign_ins_by_address)
        self._by_token = RateLimitItemPerMinute(settings.requests_by_token) if settings.requests_by_token else None
        self._entered = RateLimitItemPerMinute(ENTERED)
        self._left_out = 0

    def count_sign_in(self, login: str, address: str) -> None:
        """Count a try; `TooManyRequests` beyond either limit, known login or not."""
        name = hashlib.sha256(login.encode()).hexdigest()
        self._count(self._by_address, "address", address, "sign-ins come from this address")
        self._count(self._by_login, "login", name, "sign-ins try this login")

    def count_callback(self, address: str) -> None:
        """Count a return from the identity provider."""
        self._count(self._by_address, "address", address, "sign-ins come from this address")

    def count_request(self, token_id: str) -> None:
        """Count a request of a token or person, where there is a limit."""
        if self._by_token is not None:
            self._count(self._by_token, "token", token_id, "requests come with this token")

    def entered(self) -> int | None:
        """May a refusal that anybody can cause be entered into the ledger? Gives how many were left out since the last, else None."""
        if not self._counts.hit(self._entered, "entered"):
            self._left_out += 1
            return None
        left_out, self._left_out = self._left_out, 0
        return left_out

    def _count(self, limit: RateLimitItem, kind: str, who: str, what: str) -> None:
        if self._counts.hit(limit, kind, who):
            return
        again = self._counts.get_window_stats(limit, kind, who).reset_time - time.time()
        seconds = max(1, math.ceil(again))
        raise TooManyRequests(f"too many {what}: at most {limit.amount} a minute; try again in {seconds} seconds", seconds)
