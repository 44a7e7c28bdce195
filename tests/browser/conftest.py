"""A running service on a port of its own, and a real Chromium that people sit at."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders_cases as cases
import pytest
from builders_chromium import PATIENCE, is_inside
from builders_evidence import request as evidence_request
from builders_models import small_bundle
from builders_people import AUTHORITIES, PASSWORD, person
from builders_releases import office_of, released, wanted
from conftest import need
from werkzeug.serving import make_server

from service.app import create_app
from service.artefacts import scheme_artefact
from service.clock import system_clock
from service.config import Settings
from service.desk import Desk
from service.store import open_store, upgrade
from service.tokens import Role
from service.use_cases.tokens import create_token

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FONTS = Path("/usr/share/fonts")
Sit = Callable[..., Any]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Desk]]:
    """The address of a service with models in force, a person for each role, and two decisions on record."""
    home = tmp_path_factory.mktemp("served")
    for segment in ("startup", "growth"):
        small_bundle(home / "models" / segment, segment)
    settings = Settings(home=home, release_seconds=0, switch_seconds=0, seal_milliseconds=50, log_level="ERROR")
    store = open_store(settings.database)
    upgrade(store)
    scheme = scheme_artefact(cases.SCHEME.format(tiers=cases.LOW_TIERS))
    released(office_of(store, home, system_clock), wanted(home / "models", scheme=scheme))
    for role in Role:
        person(store, f"the.{role.value}", role.value, authority=AUTHORITIES[0])
    tokens = {role: create_token(store, name=role, role=role).text for role in ("officer", "risk")}
    store.close()
    app = create_app(replace(settings), clock=system_clock)
    _decide(app.test_client(), tokens)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", app.extensions["jifen"]
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["jifen"].store.close()


def _decide(client: Any, tokens: dict[str, str]) -> None:
    evidence = evidence_request()
    headers = {role: {"Authorization": f"Bearer {text}"} for role, text in tokens.items()}
    assert client.post("/v1/firms", json=evidence, headers=headers["risk"]).status_code == 201
    for product in ("loan-investment", "startup-credit"):
        asked = {"product": product, "amount": 2_000_000, "term_months": 24, "firm_id": evidence["firm"]["firm_id"]}
        assert client.post("/v1/decisions", json=asked, headers=headers["officer"]).status_code == 201


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright; nothing is downloaded."""
    need(os.access(CHROMIUM, os.X_OK), "there is no Chromium; apt-get install chromium fonts-noto-cjk")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 only where there is a browser

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def sit(chromium: Any, served: tuple[str, Desk]) -> Iterator[Sit]:
    """Sign a person of a role in, as they would, in a browser without JavaScript; gives their page."""
    opened = []

    def sign_in(role: str, *, lang: str = "zh", to: str = "/") -> Any:
        context = chromium.new_context(java_script_enabled=False, locale="zh-CN" if lang == "zh" else "en-GB", base_url=served[0])
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        page = context.new_page()
        page.goto(f"{to}{'&' if '?' in to else '?'}lang={lang}")
        page.get_by_label("登录名" if lang == "zh" else "Login").fill(f"the.{role}")
        page.get_by_label("密码" if lang == "zh" else "Password").fill(PASSWORD)
        page.get_by_role("button", name="登录" if lang == "zh" else "Sign in").click()
        page.wait_for_url(is_inside)
        return page

    yield sign_in
    for context in opened:
        context.close()
