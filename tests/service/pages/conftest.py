"""A service with small real models in force, two decisions on record, and a browser for each role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import builders_cases as cases
import pytest
from builders_browser import Browser, give_session
from builders_people import AUTHORITIES, person
from builders_releases import office_of, released, wanted
from builders_service import Clock
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.artefacts import scheme_artefact
from service.config import Settings
from service.desk import Desk
from service.store import Store

Signed = Callable[..., Browser]


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock, folders: Path) -> Iterator[Flask]:
    """A service whose small real models are released from the database."""
    scheme = scheme_artefact(cases.SCHEME.format(tiers=cases.LOW_TIERS))
    released(office_of(store, settings.home, clock), wanted(folders, scheme=scheme))
    app = create_app(replace(settings, release_seconds=0, switch_seconds=0), clock=clock)
    yield app
    app.extensions["jifen"].store.close()


@pytest.fixture
def decided(
    client: FlaskClient, desk: Desk, clock: Clock, officer: dict[str, str], risk: dict[str, str], evidence: dict[str, Any]
) -> list[str]:
    """Two decisions of a firm on file, under a checkpoint."""
    row = evidence["invoices"][0] | {"month": "2025-04-01", "known_on": "2025-04-30"}
    assert client.post("/v1/firms", json=evidence | {"loans": [], "invoices": [row]}, headers=risk).status_code == 201
    clock.now += timedelta(seconds=1)
    numbers = []
    for product in ("loan-investment", "growth-relay"):
        asked = {"product": product, "amount": 2_000_000, "term_months": 24, "as_of": "2025-04-30"}
        answer = client.post("/v1/decisions", json=asked | {"firm_id": evidence["firm"]["firm_id"]}, headers=officer)
        assert answer.status_code == 201, answer.text
        numbers.append(answer.json["decision_id"])  # type: ignore[index]
    desk.sealer.seal_now()
    return numbers


@pytest.fixture
def signed_in(app: Flask, desk: Desk, store: Store) -> Signed:
    """Make a person of a role and give the browser they are signed in with; `browser.token` is what their forms send back."""

    def make(role: str, login: str = "") -> Browser:
        person(store, login or f"the.{role}", role, authority=AUTHORITIES[0])
        browser = Browser(app)
        browser.token = give_session(desk, browser, login or f"the.{role}")
        return browser

    return make
