"""Schemathesis over every operation the service describes: no server error, and every answer as the document promises."""

from __future__ import annotations

import itertools
import logging
import re
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from werkzeug.test import Client

from service.web.operations import operations_of
from trials.guests import Guests

__all__ = ["ApiFuzz", "fuzz_api"]

SERVER_ERROR = 500
VALUE = re.compile(r"<(\w+)>")
TEXTS = ("\0", "a\0b", "9" * 19, "-1", "9" * 400, "1e999", "NaN", "%", "_", "\ufeff", "\udcff", "😀", "'\"\\", "../..", "A" * 3_000, " ")
"""What databases, number readers and path readers stumble over."""
STEPS = 5
SHARE = 8
"""One example in so many is a sequence of requests that hand values on."""

LEFT_OUT = ("ignored_auth", "positive_data_acceptance", "use_after_free", "allow_header_conformance")
"""Checks that do not fit: every route without and with every role has a test of its own; a schema does not know a code's check digit; a
revoked token or a disabled person stays on file; an address such as /releases/rollback is also one of /releases/{release_id}."""
REFUSALS = ["400", "401", "403", "404", "405", "409", "410", "413", "415", "422", "429"]
LENIENT = "^/(?!v1/)|^/v1/(firms|decisions)$"
"""Not held to refusing what the schema forbids: pages, which show the form again and take any `lang`; and whoever sends rows of evidence,
where a blank text is a missing value."""


@dataclass(slots=True)
class ApiFuzz:
    """What a run found: requests served, cases by phase, answers by status, and each distinct failure with how to see it again."""

    cases: Counter[str] = field(default_factory=Counter)
    texts: int = 0
    """Hostile texts put into addresses, beside the cases."""
    statuses: Counter[str] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    failures: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def examples(self) -> int:
        """Cases that Schemathesis sent, over all phases."""
        return self.cases.total()


def fuzz_api(
    app: Flask,
    tokens: Mapping[str, tuple[str, str]],
    *,
    examples: int,
    seed: int,
    seconds: float | None = None,
    one_in: int = 1,
    told: Callable[[ApiFuzz], None] = lambda _: None,
) -> ApiFuzz:
    """Send about `examples` cases, as many more as complete the last round over all operations; stop after `seconds`.

    With `one_in` above 1 only the coverage phase runs, over one in so many operations, and as few of the hostile texts are sent: quick, and
    enough to see that all of it works.
    """
    logging.getLogger("service").setLevel("CRITICAL")
    guests, found = Guests(app, tokens), ApiFuzz()
    began = time.monotonic()
    rounds = 0
    _send_texts(app, guests, found, one_in)
    while found.examples < examples:
        left = None if seconds is None else seconds - (time.monotonic() - began)
        if left is not None and left < 1:
            break
        _round(guests, found, seed=seed + rounds, examples=examples, left=left, one_in=one_in, told=told)
        rounds += 1
    found.seconds = time.monotonic() - began
    return found


def _send_texts(app: Flask, guests: Guests, found: ApiFuzz, one_in: int) -> None:
    """Put hostile texts into each value of each address, all or one in so many in turn; generators of fitting data seldom think of them."""
    client, turn = Client(guests), itertools.count()
    for one in operations_of(app):
        for name in [*VALUE.findall(one.path), *(one.query.model_fields if one.query else ())]:
            for text in TEXTS:
                if next(turn) % one_in:
                    continue
                address = _address(one.path, name, quote(text, safe="", errors="surrogatepass"))
                status = client.open(address, method=one.method).status_code
                found.texts += 1
                found.statuses[str(status)] += 1
                if status >= SERVER_ERROR:
                    found.failures.setdefault(f"{one.method} {one.path}: {name}: {status}", address[:500])


def _address(path: str, name: str, text: str) -> str:
    """Put a text into a value of a path, or behind it as a parameter; other values are `x`."""
    filled = VALUE.sub(lambda value: text if value[1] == name else "x", path)
    return filled if f"<{name}>" in path else f"{filled}?{name}={text}"


def _round(
    guests: Guests, found: ApiFuzz, *, seed: int, examples: int, left: float | None, one_in: int, told: Callable[[ApiFuzz], None]
) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", guests, config=_config(seed, examples, left, one_in))
    if one_in > 1:
        schema = schema.include(lambda context: zlib.crc32(f"{seed} {context.operation.label}".encode()) % one_in == 0)
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _count(found, event)
            told(found)
        elif isinstance(event, events.NonFatalError):
            found.failures.setdefault(f"{event.label}: {event.info.title}", f"{event.info.message}\n{event.value!r}")


def _config(seed: int, examples: int, left: float | None, one_in: int) -> SchemathesisConfig:
    each = max(1, examples // 200)
    said: dict[str, Any] = {
        "seed": seed,
        "generation": {"max-examples": each, "no-shrink": True, "database": "none", "with-security-parameters": False},
        "phases": {
            "fuzzing": {"enabled": one_in == 1},
            "stateful": {"enabled": one_in == 1, "max-steps": STEPS, "generation": {"max-examples": max(1, examples // SHARE // STEPS)}},
        },
        "checks": {**{name: {"enabled": False} for name in LEFT_OUT}, "negative_data_rejection": {"expected-statuses": REFUSALS}},
        "operations": [{"include-path-regex": LENIENT, "checks": {"negative_data_rejection": {"enabled": False}}}],
    }
    if left is not None:
        said["max-time"] = max(1, int(left))
    return SchemathesisConfig.from_dict(said)


def _count(found: ApiFuzz, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    found.cases[event.phase.value] += len(recorder.interactions)
    if event.label:
        found.operations.add(event.label)
    for interaction in recorder.interactions.values():
        found.statuses[str(interaction.response.status_code) if interaction.response else "none"] += 1
    for checks in recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                where = failure.operation or event.label or ""
                found.failures.setdefault(f"{where}: {check.name}: {failure.title}", f"{failure.message}\n{check.failure_info.code_sample}")
