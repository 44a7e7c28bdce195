"""An officer and an approver, signed in, and a firm whose application is decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builders_corrections import young_firm
from builders_officer import Person
from flask import Flask


@pytest.fixture
def evidence() -> dict[str, Any]:
    """A young firm: approved as asked."""
    return young_firm()


@pytest.fixture
def officer_at(app: Flask) -> Person:
    return Person(app, "officer")


@pytest.fixture
def approver_at(app: Flask) -> Person:
    return Person(app, "approver")


@pytest.fixture
def decide(officer_at: Person, filed: str) -> Callable[..., dict[str, Any]]:
    """Decide an application of the firm on file."""

    def make(**changes: Any) -> dict[str, Any]:
        body = {"product": "startup-credit", "amount": 2_000_000, "term_months": 24, "firm_id": filed, **changes}
        made = officer_at.client.post("/v1/decisions", json=body, headers={"X-CSRF-Token": officer_at.token})
        assert made.status_code == 201, made.text
        said: dict[str, Any] = made.json
        return said

    return make
