"""Rate limits: sign-ins by login and address, requests by token, and what a caller is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders_browser import Browser
from builders_people import person
from flask import Flask

from service.app import create_app
from service.config import Settings
from service.errors import TooManyRequests
from service.rates import Rates
from service.store import Store
from service.use_cases.tokens import create_token

WRONG = "quite another password"


@pytest.fixture
def database(tmp_path: Any) -> str:
    """Counts are kept in memory, so one database is enough."""
    return f"sqlite:///{tmp_path / 'jifen.db'}"


def test_a_login_is_tried_ten_times_a_minute(app: Flask, store: Store) -> None:
    """The eleventh try within a minute is 429 with the time to wait, from any address, known login or not."""
    person(store, "zhang.wei")
    for login in ("zhang.wei", "nobody"):
        answers = [Browser(app, address=f"10.0.0.{number}").sign_in(login.upper() if number % 2 else login, WRONG) for number in range(11)]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert "尝试次数过多" in answers[-1].text
        assert answers[-1].mimetype == "text/html"


def test_an_address_tries_sixty_logins_a_minute(settings: Settings) -> None:
    """The sixty-first try from one address is refused, and another address goes on."""
    rates = Rates(settings)
    for number in range(60):
        rates.count_sign_in(f"login-{number}", "10.0.0.1")
    with pytest.raises(TooManyRequests, match="at most 60 a minute"):
        rates.count_sign_in("login", "10.0.0.1")
    rates.count_sign_in("login", "10.0.0.2")


def test_the_sign_in_limits_cannot_be_switched_off() -> None:
    """Zero is no setting for them."""
    for name in ("sign_ins_by_login", "sign_ins_by_address", "sign_in_failures", "lock_minutes"):
        with pytest.raises(Exception, match="at least 1"):
            Settings(**{name: 0})


def test_tokens_are_limited_where_that_is_asked_for(settings: Settings, store: Store, active: Any) -> None:
    """With a limit of three a minute the fourth request of a token is a 429 problem; another token goes on."""
    app = create_app(replace(settings, requests_by_token=3), active=active)
    client = app.test_client()
    first, second = ({"Authorization": f"Bearer {create_token(store, name='x', role='risk').text}"} for _ in range(2))
    answers = [client.get("/v1/decisions", headers=first) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].json["code"] == "too-many-requests"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert client.get("/v1/decisions", headers=second).status_code == 200
    app.extensions["jifen"].store.close()


def test_tokens_are_not_limited_by_default(settings: Settings) -> None:
    """The bank's own systems may ask as fast as they can."""
    rates = Rates(settings)
    for _ in range(2000):
        rates.count_request("a")


@pytest.mark.parametrize(("proxies", "third"), [(0, 429), (1, 401)])
def test_a_proxys_word_counts_only_where_one_is_named(settings: Settings, store: Store, active: Any, proxies: int, third: int) -> None:
    """Without a named proxy X-Forwarded-For is anybody's invention and changes nothing."""
    app = create_app(replace(settings, proxies=proxies, sign_ins_by_address=2), active=active)
    browser = Browser(app)
    csrf = browser.csrf("/sign-in")
    fields = {"csrf": csrf, "password": WRONG}
    statuses = [
        browser.post("/sign-in", {**fields, "login": f"login-{number}"}, headers={"X-Forwarded-For": f"10.1.1.{number}"}).status_code
        for number in range(3)
    ]
    assert statuses == [401, 401, third]
    app.extensions["jifen"].store.close()
