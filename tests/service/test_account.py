"""One's own account: seen, given another password, and signed out of everywhere, by the person alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders_browser import Browser, give_session
from builders_people import PASSWORD, person
from builders_service import Clock
from flask import Flask

from service.desk import Desk
from service.store import Store
from service.use_cases.account import FRESH
from service.use_cases.people import create_user

NEW = "quite another long secret"


@pytest.fixture
def li(app: Flask, desk: Desk, store: Store) -> Browser:
    """Somebody who is signed in."""
    person(store, "li.na", "officer", name="李娜")
    browser = Browser(app)
    browser.token = give_session(desk, browser, "li.na")
    return browser


def test_one_sees_where_one_is_signed_in(li: Browser, app: Flask, desk: Desk, clock: Clock, store: Store) -> None:
    """Every browser of one's own and nobody else's, which of them this is, and none that has ended."""
    give_session(desk, Browser(app), "li.na")
    person(store, "wang.jun", "approver")
    give_session(desk, Browser(app), "wang.jun")
    page = li.get("/account").text
    assert page.count("本浏览器") == 1
    assert page.partition("<tbody>")[2].count("<tr>") == 2
    assert 'href="/account"' in li.get("/").text
    clock.now += desk.sessions._idle
    li.token = give_session(desk, li, "li.na")
    assert li.get("/account?lang=en").text.partition("<tbody>")[2].count("<tr>") == 1


def test_a_password_is_changed_by_who_knows_it(li: Browser, app: Flask, desk: Desk) -> None:
    """Every session ends, the old one opens nothing any more, the new one does; the ledger names the person, and no password."""
    elsewhere = Browser(app)
    give_session(desk, elsewhere, "li.na")
    done = li.send("/account/password", current=PASSWORD, password=NEW, again=NEW)
    assert (done.status_code, done.headers["Location"], li.cookie()) == (303, "/sign-in", None)
    assert elsewhere.get("/v1/decisions").status_code == 401
    assert li.sign_in("li.na").status_code == 401
    assert li.sign_in("li.na", NEW).status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"current": "not the password"}, "当前密码不正确"),
        ({"again": "something else entirely"}, "两次输入的新密码不一致"),
        ({"password": "short", "again": "short"}, "新密码应为 12 至 256 个字符，现有 5 个"),
        ({"password": "li.na.bank.26", "again": "li.na.bank.26"}, "不足 8 个字符"),
        ({"password": "abababababab", "again": "abababababab"}, "过于常见"),
    ],
)
def test_a_change_that_must_not_be_is_told(li: Browser, fields: dict[str, str], said: str) -> None:
    """The page says what was wrong and shows no password; nothing changed."""
    page = li.send("/account/password", **{"current": PASSWORD, "password": NEW, "again": NEW, **fields})
    assert page.status_code == 422
    assert said in page.text
    assert not [word for word in (PASSWORD, NEW, *fields.values()) if len(word) > 5 and word in page.text]
    assert li.get("/v1/decisions").status_code == 200


def test_guessing_from_a_session_locks_as_at_the_door(li: Browser, clock: Clock) -> None:
    """Five wrong ones, and even the right one changes nothing; a stolen session does not open the account."""
    for _ in range(5):
        assert li.send("/account/sessions", current="not the password").status_code == 422
    assert li.send("/account/password", current=PASSWORD, password=NEW, again=NEW).status_code == 422
    for _ in range(10):
        said = li.send("/account/sessions", current="not the password").text
    assert "当前密码不正确" not in said
    assert li.get("/v1/decisions").status_code == 200


def test_one_signs_out_everywhere(li: Browser, app: Flask, desk: Desk) -> None:
    """With the password once more; this browser is out too."""
    elsewhere = Browser(app)
    give_session(desk, elsewhere, "li.na")
    assert li.send("/account/sessions", current=PASSWORD).headers["Location"] == "/sign-in"
    assert [one.get("/v1/decisions").status_code for one in (li, elsewhere)] == [401, 401]


def test_who_has_no_password_changes_none(app: Flask, desk: Desk, store: Store, clock: Clock, officer: dict[str, str]) -> None:
    """A person of the identity provider's ends sessions from a fresh one and changes no password; a machine has no account."""
    create_user(store, login="wu.li", name="吴丽", role="officer", oidc_subject="sub-9")
    browser = Browser(app)
    browser.token = give_session(desk, browser, "wu.li")
    assert "/account/password" not in browser.get("/account").text
    assert browser.send("/account/password", current=PASSWORD, password=NEW, again=NEW).status_code == 422
    clock.now += FRESH + timedelta(seconds=1)
    stale = browser.send("/account/sessions")
    assert (stale.status_code, "请先退出并重新登录" in stale.text) == (422, True)
    browser.token = give_session(desk, browser, "wu.li")
    assert browser.send("/account/sessions").status_code == 303
    assert browser.get("/v1/decisions").status_code == 401
    machine = app.test_client()
    assert "<form" not in machine.get("/account", headers=officer).text.partition("<main")[2]
    assert machine.post("/account/sessions", data={"current": "x"}, headers=officer).status_code == 403
