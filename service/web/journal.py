"""What every answer carries and every request leaves behind: a request id, security headers, a number and a log line."""

from __future__ import annotations

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from service.metrics import Metrics

__all__ = ["HEADERS", "keep_journal", "log"]

log = logging.getLogger(__name__)

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer; nothing is loaded from another host and nothing is kept by a proxy."""
PAGE_HEADERS = {
    "Content-Security-Policy": HEADERS["Content-Security-Policy"].replace("form-action 'none'", "form-action 'self'"),
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On pages, whose forms go to this service and nowhere else."""
TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def _open() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
    g.started = time.perf_counter()


def keep_journal(app: Flask, metrics: Metrics, *, is_https: bool) -> None:
    """Give each request an id and, with its answer, headers, a measured time and a log line."""
    always = HEADERS | (TLS_HEADERS if is_https else {})

    def close(answer: Response) -> Response:
        seconds = time.perf_counter() - g.started
        method, route = (request.method, request.url_rule.rule) if request.url_rule else ("(any)", "(none)")
        metrics.requests.labels(method, route, str(answer.status_code)).observe(seconds)
        answer.headers.update(always)
        if answer.mimetype == "text/html":
            answer.headers.update(PAGE_HEADERS)
        answer.headers["X-Request-Id"] = g.request_id
        log.info("request", extra=_line(route, answer, seconds))
        return answer

    app.before_request(_open)
    app.after_request(close)


def _line(route: str, answer: Response, seconds: float) -> dict[str, object]:
    return {
        "request_id": g.request_id,
        "method": request.method,
        "route": route,
        "status": answer.status_code,
        "ms": round(seconds * 1000, 2),
        "token_id": g.get("token_id", ""),
    }
