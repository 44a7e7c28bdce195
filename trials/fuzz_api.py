"""Schemathesis over every operation the service describes: no server error, and every answer as the document promises."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from trials.guests import Guests

__all__ = ["ApiFuzz", "fuzz_api"]

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
    statuses: Counter[str] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    failures: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def examples(self) -> int:
        """Cases sent, over all phases."""
        return self.cases.total()


def fuzz_api(
    app: Flask,
    tokens: Mapping[str, tuple[str, str]],
    *,
    examples: int,
    seed: int,
    seconds: float | None = None,
    told: Callable[[ApiFuzz], None] = lambda _: None,
) -> ApiFuzz:
    """Send about `examples` cases, as many more as complete the last round over all operations; stop after `seconds`."""
    logging.getLogger("service").setLevel("CRITICAL")
    guests, found = Guests(app, tokens), ApiFuzz()
    began = time.monotonic()
    rounds = 0
    while found.examples < examples:
        left = None if seconds is None else seconds - (time.monotonic() - began)
        if left is not None and left < 1:
            break
        _round(guests, found, seed=seed + rounds, examples=examples, left=left, told=told)
        rounds += 1
    found.seconds = time.monotonic() - began
    return found


def _round(guests: Guests, found: ApiFuzz, *, seed: int, examples: int, left: float | None, told: Callable[[ApiFuzz], None]) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", guests, config=_config(seed, examples, left))
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _count(found, event)
            told(found)
        elif isinstance(event, events.NonFatalError):
            found.failures.setdefault(f"{event.label}: {event.info.title}", f"{event.info.message}\n{event.value!r}")


def _config(seed: int, examples: int, left: float | None) -> SchemathesisConfig:
    each = max(1, examples // 200)
    said: dict[str, Any] = {
        "seed": seed,
        "generation": {"max-examples": each, "no-shrink": True, "database": "none", "with-security-parameters": False},
        "phases": {
            "coverage": {"enabled": examples > 1_000},
            "stateful": {"max-steps": STEPS, "generation": {"max-examples": max(1, examples // SHARE // STEPS)}},
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
