"""A small bank for the short forms of the trials: two small real models, one firm on file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from builders_evidence import FIRM, request
from builders_models import small_bundle
from builders_releases import SHIPPED_POLICY, office_of, released, wanted

from service.app import create_app
from service.artefacts import policy_artefact
from service.clock import system_clock
from service.config import Settings
from service.store import open_store, upgrade
from service.use_cases.tokens import create_token
from trials.cluster import free_port
from trials.house import House

GOOD_FIRM = json.dumps(request()).encode()
AS_OF = date(2026, 11, 1)


def small_house(home: Path, address: str = "") -> House:
    """Build it in a folder; PostgreSQL where an address is given."""
    for segment in ("startup", "growth"):
        small_bundle(home / "bundles" / segment, segment)
    settings = Settings(
        home=home,
        database_url=address,
        port=free_port(),
        threads=4,
        log_level="ERROR",
        sign_ins_by_address=100_000,
        sign_ins_by_login=100_000,
    )
    store = open_store(settings.database)
    upgrade(store)
    policy = re.sub(r"(?m)^effective_from = .*$", "effective_from = 2020-01-01", SHIPPED_POLICY)
    released(office_of(store, home, system_clock), wanted(home / "bundles", policy=policy_artefact(policy)))
    risk = {"Authorization": f"Bearer {create_token(store, name='risk', role='risk').text}"}
    store.close()
    app = create_app(settings)
    answer = app.test_client().post("/v1/firms", data=GOOD_FIRM, content_type="application/json", headers=risk)
    assert answer.status_code == 201, answer.text
    app.extensions["jifen"].store.close()
    return House(settings, (FIRM,), AS_OF)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """On SQLite."""
    return small_house(tmp_path / "home")


@pytest.fixture
def make_house() -> Callable[..., House]:
    """Build one where the test says."""
    return small_house
