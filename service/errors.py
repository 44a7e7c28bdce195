"""Errors of the service: each has a stable `code`; `service.web.problems` gives it its HTTP status and title in one place."""

# ruff: noqa: N818 a refusal is named after what is wrong: `except UnknownFirm` reads as it is meant

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "ArtefactUnusable",
    "BadKey",
    "BadRelease",
    "BadRetraining",
    "BadSetting",
    "CsrfMissing",
    "Fault",
    "Forbidden",
    "Gone",
    "InvalidRequest",
    "KeyReused",
    "KeysUnusable",
    "NotReady",
    "NotRecorded",
    "NotValidated",
    "OidcFailed",
    "OidcUnreachable",
    "PersonRequired",
    "PortfolioRefused",
    "RetrainingBusy",
    "SelfApproval",
    "ServiceError",
    "SignInRefused",
    "TooManyRequests",
    "Unauthenticated",
    "UnknownAllocation",
    "UnknownDecision",
    "UnknownEntry",
    "UnknownFirm",
    "UnknownHold",
    "UnknownLeads",
    "UnknownLoading",
    "UnknownModel",
    "UnknownOverride",
    "UnknownRelease",
    "UnknownRetraining",
    "UnknownReview",
    "UnknownRun",
    "UnknownScheme",
    "UnknownStop",
    "UnknownToken",
    "UnknownUser",
    "WrongState",
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


class InvalidRequest(ServiceError):
    """What was sent breaks named rules; `faults` lists some, `count` says how many there are in all."""

    code = "invalid-request"

    def __init__(self, message: str, faults: Sequence[Fault] = (), *, count: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.faults = tuple(faults)
        self.count = len(self.faults) if count is None else count
        self.code = code or type(self).code


class BadKey(ServiceError):
    """The idempotency key is not 1 to 64 letters, digits, dots, dashes or underscores."""

    code = "bad-idempotency-key"


class KeyReused(ServiceError):
    """The idempotency key was already used for another request."""

    code = "idempotency-key-reused"


class Unauthenticated(ServiceError):
    """No token, or one that is malformed, unknown or revoked; the answer never says which of the latter."""

    code = "unauthenticated"


class Forbidden(ServiceError):
    """The token is valid, but its role may not do this."""

    code = "forbidden"


class CsrfMissing(ServiceError):
    """A request that changes something came with a session's cookie, but without that session's CSRF token."""

    code = "csrf-missing"


class SignInRefused(ServiceError):
    """Nobody was signed in; the message is the same for a wrong password, an unknown login and one that is locked or disabled."""

    code = "sign-in-refused"


class OidcFailed(ServiceError):
    """What came back from the identity provider does not vouch for anybody."""

    code = "oidc-failed"


class OidcUnreachable(ServiceError):
    """The identity provider does not answer, or is not the one that was set up."""

    code = "oidc-unreachable"


class TooManyRequests(ServiceError):
    """More requests in a minute than the limit; `retry_after` is in seconds."""

    code = "too-many-requests"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Gone(ServiceError):
    """What was asked for had served its time and was deleted; `tombstone` says by whom, when and why."""

    code = "gone"

    def __init__(self, message: str, tombstone: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.tombstone = tombstone


class KeysUnusable(ServiceError):
    """The file of keys for personal data is missing a key, readable by others, or damaged."""

    code = "keys-unusable"


class UnknownOverride(ServiceError):
    """No override with that number is on record."""

    code = "unknown-override"


class UnknownReview(ServiceError):
    """No request for review with that number is on record."""

    code = "unknown-review"


class UnknownHold(ServiceError):
    """No legal hold is on that subject, or there is no such subject."""

    code = "unknown-hold"


class UnknownFirm(ServiceError):
    """No evidence of the firm is on file."""

    code = "unknown-firm"


class UnknownAllocation(ServiceError):
    """No allocation with that number is on record."""

    code = "unknown-allocation"


class UnknownDecision(ServiceError):
    """No decision with that number is on record."""

    code = "unknown-decision"


class UnknownEntry(ServiceError):
    """The ledger has no such entry, or it is not under a checkpoint yet."""

    code = "unknown-entry"


class UnknownLoading(ServiceError):
    """No loading of evidence with that number is on record."""

    code = "unknown-loading"


class UnknownScheme(ServiceError):
    """No points scheme with that name ships, or it needs a reference base that is not active."""

    code = "unknown-scheme"


class UnknownToken(ServiceError):
    """No access token with that number was ever issued."""

    code = "unknown-token"


class UnknownUser(ServiceError):
    """Nobody has that login."""

    code = "unknown-user"


class ArtefactUnusable(ServiceError):
    """A model, scheme, reference base or policy is not on file under its hash, or was changed."""

    code = "artefact-unusable"


class BadRelease(ServiceError):
    """The parts of a proposed release are missing or do not belong together, so it was not taken."""

    code = "release-invalid"


class BadRetraining(ServiceError):
    """A retraining cannot be done as it was asked for."""

    code = "retraining-invalid"


class RetrainingBusy(ServiceError):
    """Another retraining waits or runs; there is only ever one."""

    code = "retraining-busy"


class UnknownLeads(ServiceError):
    """No list of leads of this number is on record."""

    code = "unknown-leads"


class UnknownRetraining(ServiceError):
    """No retraining of this number is on record."""

    code = "unknown-retraining"


class NotValidated(ServiceError):
    """A model of the proposed release has not passed its validation, and nobody said that it goes without."""

    code = "not-validated"


class UnknownModel(ServiceError):
    """No model with that hash is on file."""

    code = "unknown-model"


class UnknownRelease(ServiceError):
    """No proposal or release with that number is on record."""

    code = "unknown-release"


class UnknownRun(ServiceError):
    """No monitoring run with that number is on record."""

    code = "unknown-run"


class UnknownStop(ServiceError):
    """No stop, or no proposal to end one, with that number is on record."""

    code = "unknown-stop"


class WrongState(ServiceError):
    """What is asked for came too late: it was decided already, or what it rests on has changed since."""

    code = "wrong-state"


class PortfolioRefused(ServiceError):
    """A portfolio cannot be written or read there: the folder holds something else, or another process works in it."""

    code = "portfolio-refused"


class SelfApproval(ServiceError):
    """Who proposed may not decide on it."""

    code = "self-approval"


class PersonRequired(ServiceError):
    """Only a person may do this, never a machine's token."""

    code = "person-required"


class NotReady(ServiceError):
    """A model, scheme, reference base or policy is missing or does not match its hash, so nothing may be decided."""

    code = "not-ready"
    retry_after = 5


class NotRecorded(ServiceError):
    """The record could not be made durable, so the decision was not given."""

    code = "not-recorded"
    retry_after = 1


class BadSetting(ServiceError):
    """A setting cannot be used; the message names it, its value and what it takes."""

    code = "bad-setting"
