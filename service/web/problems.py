"""Errors as RFC 9457 problem answers: the one place where a code gets its HTTP status and title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import orjson
from flask import Flask, Response, current_app, g, request
from pydantic import BaseModel, Field
from werkzeug.exceptions import HTTPException

from features.checks import EvidenceFaults
from features.errors import FeaturesError
from service.errors import Gone, InvalidRequest, ServiceError, SignInRefused, Unauthenticated
from service.outages import outage_of
from service.web.journal import log
from service.web.pages import to_sign_in, trouble

__all__ = ["PROBLEMS", "PROBLEM_TYPE", "Problem", "ProblemKind", "answer_problems"]

PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: its HTTP status and the title that goes with its code."""

    status: int
    title: str


PROBLEMS: Mapping[str, ProblemKind] = MappingProxyType(
    {
        "invalid-json": ProblemKind(400, "The body is not JSON"),
        "bad-request": ProblemKind(400, "The request cannot be read"),
        "bad-idempotency-key": ProblemKind(400, "The idempotency key is malformed"),
        "oidc-failed": ProblemKind(400, "The identity provider vouches for nobody"),
        "sign-in-refused": ProblemKind(401, "Nobody was signed in"),
        "unauthenticated": ProblemKind(401, "A valid token is required"),
        "forbidden": ProblemKind(403, "The token's role may not do this"),
        "csrf-missing": ProblemKind(403, "The session's CSRF token is missing or wrong"),
        "self-approval": ProblemKind(403, "Who proposed may not decide on it"),
        "person-required": ProblemKind(403, "A person must do this, not a machine"),
        "unknown-route": ProblemKind(404, "There is no such address"),
        "unknown-firm": ProblemKind(404, "No evidence of the firm is on file"),
        "unknown-allocation": ProblemKind(404, "No such allocation is on record"),
        "unknown-decision": ProblemKind(404, "No such decision is on record"),
        "unknown-entry": ProblemKind(404, "The ledger has no such entry"),
        "unknown-override": ProblemKind(404, "No such override is on record"),
        "unknown-review": ProblemKind(404, "No such request for review is on record"),
        "unknown-loading": ProblemKind(404, "No such loading of evidence is on record"),
        "unknown-hold": ProblemKind(404, "There is no such subject or hold"),
        "unknown-model": ProblemKind(404, "No such model is on file"),
        "unknown-release": ProblemKind(404, "No such proposal or release is on record"),
        "unknown-run": ProblemKind(404, "No such monitoring run is on record"),
        "unknown-leads": ProblemKind(404, "No such list of leads is on record"),
        "unknown-retraining": ProblemKind(404, "No such retraining is on record"),
        "unknown-stop": ProblemKind(404, "No such stop is on record"),
        "unknown-scheme": ProblemKind(404, "No such points scheme can be used"),
        "method-not-allowed": ProblemKind(405, "The address does not take this method"),
        "portfolio-refused": ProblemKind(409, "A portfolio cannot be written or read there"),
        "wrong-state": ProblemKind(409, "It was decided already, or rests on what has changed"),
        "retraining-busy": ProblemKind(409, "Another retraining waits or runs"),
        "gone": ProblemKind(410, "It had served its time and was deleted"),
        "body-too-large": ProblemKind(413, "The body is too large"),
        "unsupported-media-type": ProblemKind(415, "The body has the wrong content type"),
        "invalid-request": ProblemKind(422, "The request breaks rules"),
        "unknown-parameter": ProblemKind(422, "The address has parameters it does not take"),
        "evidence-faults": ProblemKind(422, "The evidence has faults; nothing was loaded"),
        "evidence-invalid": ProblemKind(422, "The evidence cannot be used"),
        "idempotency-key-reused": ProblemKind(422, "The idempotency key belongs to another request"),
        "plan-invalid": ProblemKind(422, "There is no such allocation plan"),
        "release-invalid": ProblemKind(422, "The parts of the release are missing or do not belong together"),
        "retraining-invalid": ProblemKind(422, "The retraining cannot be done as asked"),
        "not-validated": ProblemKind(422, "A model of the release has not passed its validation"),
        "policy-invalid": ProblemKind(422, "The policy breaks rules"),
        "scheme-invalid": ProblemKind(422, "The points scheme breaks rules"),
        "artefact-unusable": ProblemKind(422, "An artefact is not on file under its hash"),
        "decision-refused": ProblemKind(422, "The parts of the decision contradict each other"),
        "too-many-requests": ProblemKind(429, "Too many requests in a minute"),
        "internal-error": ProblemKind(500, "The service failed"),
        "oidc-unreachable": ProblemKind(502, "The identity provider does not answer"),
        "keys-unusable": ProblemKind(503, "The keys for personal data cannot be used"),
        "not-ready": ProblemKind(503, "The service may not decide yet"),
        "not-recorded": ProblemKind(503, "The decision could not be recorded, so none was given"),
        "storage-full": ProblemKind(503, "The disk is full"),
        "storage-read-only": ProblemKind(503, "The disk or the database is read-only"),
        "database-unavailable": ProblemKind(503, "The database does not answer in time"),
        "database-damaged": ProblemKind(503, "The database is damaged"),
        "schema-mismatch": ProblemKind(503, "The database has tables of another version"),
        "clock-wrong": ProblemKind(503, "The clock was set back"),
        "overloaded": ProblemKind(503, "Too many requests at once"),
        "ledger-key-unusable": ProblemKind(503, "The key that signs the ledger cannot be used"),
        "ledger-unsealed": ProblemKind(503, "Records could not be sealed"),
    }
)

BY_STATUS = {400: "bad-request", 404: "unknown-route", 405: "method-not-allowed", 413: "body-too-large", 415: "unsupported-media-type"}
RETRY_AFTER = {503: "1"}


class FaultShown(BaseModel):
    """One wrong value."""

    field: str = Field(description="Where it stands: a JSON pointer into the body, or the name of a parameter, header or table")
    value: str = Field(description="What was sent, shortened")
    rule: str = Field(description="The rule it breaks")
    remedy: str = Field(description="What to do")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="Address of the description of this kind of problem")
    title: str
    status: int
    code: str = Field(description="Stable name of this kind of problem")
    detail: str
    instance: str = Field(description="The path that was asked for")
    request_id: str = Field(description="Quote it when you ask for help")
    errors: list[FaultShown] | None = Field(default=None, description="The wrong values, as far as they are listed")
    error_count: int | None = Field(default=None, description="How many wrong values there are in all")
    tombstone: dict[str, Any] | None = Field(default=None, description="Of what was deleted: class, reason, hashes, who and when")


def problem(code: str, detail: str, *, headers: Mapping[str, str] | None = None, more: Mapping[str, Any] | None = None) -> Response:
    """Make the answer for a code: a page for people, else a problem document."""
    kind = PROBLEMS[code]
    current_app.extensions["jifen"].metrics.problems.labels(code).inc()
    if g.get("is_page"):
        answer = to_sign_in() if code == "unauthenticated" else trouble(code, kind.status, kind.title, detail)
        return _completed(answer, kind.status, headers)
    body = {
        "type": f"/docs#problem-{code}",
        "title": kind.title,
        "status": kind.status,
        "code": code,
        "detail": detail,
        "instance": request.path,
        "request_id": g.get("request_id", ""),
        **(more or {}),
    }
    answer = Response(orjson.dumps(body), kind.status, mimetype=PROBLEM_TYPE)
    return _completed(answer, kind.status, headers)


def _completed(answer: Response, status: int, headers: Mapping[str, str] | None) -> Response:
    answer.headers.update(headers or {})
    if status in RETRY_AFTER:
        answer.headers.setdefault("Retry-After", RETRY_AFTER[status])
    return answer


def _of_domain(error: Exception) -> Response:
    code = getattr(error, "code", "internal-error")
    if code not in PROBLEMS:
        return _of_bug(error)
    headers = _headers_for(error)
    if isinstance(error, EvidenceFaults):
        return _of_files(error)
    if isinstance(error, Gone):
        return problem(code, str(error), more={"tombstone": error.tombstone})
    if not isinstance(error, InvalidRequest):
        return problem(code, str(error), headers=headers)
    listed = [asdict(fault) for fault in error.faults]
    return problem(code, str(error), more={"errors": listed, "error_count": error.count} if listed else None)


def _headers_for(error: Exception) -> dict[str, str]:
    if isinstance(error, Unauthenticated | SignInRefused):
        return {"WWW-Authenticate": 'Bearer realm="jifen"'}
    after = getattr(error, "retry_after", None)
    return {} if after is None else {"Retry-After": str(after)}


def _of_files(error: EvidenceFaults) -> Response:
    """List the first faults of bulk files; `/table/row/column` is their place, rows counted from 1."""
    shown = error.faults[: current_app.extensions["jifen"].settings.faults_shown]
    listed = [
        {"field": "/" + "/".join(str(p) for p in (f.table, f.row, f.column) if p), "value": f.value, "rule": f.rule, "remedy": f.remedy}
        for f in shown
    ]
    detail = f"the files have {len(error.faults):,} faults, {len(listed):,} of them listed here; correct them and send all files again"
    return problem(error.code, detail, more={"errors": listed, "error_count": len(error.faults)})


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    answer = problem(BY_STATUS.get(status, "internal-error"), _detail(status))
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer


def _detail(status: int) -> str:
    if status == HTTPStatus.NOT_FOUND:
        return "nothing is served here; /openapi.json lists every address"
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"{request.method} is not one of this address's methods; the Allow header lists them"
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return f"the body is larger than {request.max_content_length:,} bytes; send less, or load evidence in bulk"
    return "the request cannot be read; compare it with /openapi.json"


def _of_bug(error: Exception) -> Response:
    """Answer an outage as what it is, and anything else as a fault of the program."""
    outage = outage_of(error)
    if outage is not None:
        log.error("a request met an outage: %s", outage, extra={"request_id": g.get("request_id", ""), "code": outage.code})
        return _of_domain(outage)
    log.error("a request failed", exc_info=error, extra={"request_id": g.get("request_id", ""), "route": str(request.url_rule)})
    return problem("internal-error", "the service failed; nothing was decided. Quote the request_id when you ask for help")


def answer_problems(app: Flask) -> None:
    """Answer every error of the app as a problem."""
    app.register_error_handler(ServiceError, _of_domain)
    app.register_error_handler(FeaturesError, _of_domain)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_bug)
