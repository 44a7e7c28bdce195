"""Errors of the service: each has a stable `code`; `service.web.problems` gives it its HTTP status and title in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "BadKeyError",
    "BadSettingError",
    "Fault",
    "ForbiddenError",
    "InvalidRequestError",
    "KeyReusedError",
    "NotReadyError",
    "NotRecordedError",
    "ServiceError",
    "UnauthenticatedError",
    "UnknownDecisionError",
    "UnknownFirmError",
    "UnknownSchemeError",
    "UnknownTokenError",
]


class ServiceError(Exception):
    """Root of every error that `service` raises; `code` is stable and safe to match on."""

    code = "service-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One wrong value of a request: where it stands (RFC 6901 pointer), what it is, the rule it breaks and what to do."""

    field: str
    value: str
    rule: str
    remedy: str


class InvalidRequestError(ServiceError):
    """What was sent breaks named rules; `faults` lists some, `count` says how many there are in all."""

    code = "invalid-request"

    def __init__(self, message: str, faults: Sequence[Fault] = (), *, count: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.faults = tuple(faults)
        self.count = len(self.faults) if count is None else count
        self.code = code or type(self).code


class BadKeyError(ServiceError):
    """The idempotency key is not 1 to 64 letters, digits, dots, dashes or underscores."""

    code = "bad-idempotency-key"


class KeyReusedError(ServiceError):
    """The idempotency key was already used for another request."""

    code = "idempotency-key-reused"


class UnauthenticatedError(ServiceError):
    """No token, or one that is malformed, unknown or revoked; the answer never says which of the latter."""

    code = "unauthenticated"


class ForbiddenError(ServiceError):
    """The token is valid, but its role may not do this."""

    code = "forbidden"


class UnknownFirmError(ServiceError):
    """No evidence of the firm is on file."""

    code = "unknown-firm"


class UnknownDecisionError(ServiceError):
    """No decision with that number is on record."""

    code = "unknown-decision"


class UnknownSchemeError(ServiceError):
    """No points scheme with that name ships, or it needs a reference base that is not active."""

    code = "unknown-scheme"


class UnknownTokenError(ServiceError):
    """No access token with that number was ever issued."""

    code = "unknown-token"


class NotReadyError(ServiceError):
    """A model, scheme, reference base or policy is missing or does not match its hash, so nothing may be decided."""

    code = "not-ready"


class NotRecordedError(ServiceError):
    """The record could not be made durable, so the decision was not given."""

    code = "not-recorded"


class BadSettingError(ServiceError):
    """A setting cannot be used; the message names it, its value and what it takes."""

    code = "bad-setting"
