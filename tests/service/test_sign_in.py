"""Signing in and out by browser: the form, the cookie, the session, the lock, and what the ledger keeps."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from builders_browser import Browser, give_session
from builders_people import PASSWORD, entries_of, person
from builders_service import Clock
from flask import Flask
from sqlalchemy import func, select

from service.app import create_app
from service.config import Settings
from service.desk import Desk
from service.errors import SignInRefused
from service.logs import JsonLines
from service.passwords import Passwords
from service.store import Store
from service.store.models import SessionRow, UserRow
from service.use_cases.people import disable, enable, set_password, set_role
from service.use_cases.sign_in import sign_in

WRONG = "quite another password"


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def zhang(store: Store, clock: Clock) -> str:
    """The login of an officer."""
    person(store, "zhang.wei", name="张伟", clock=clock)
    return "zhang.wei"


def events(store: Store) -> list[tuple[str, str, str]]:
    """Subject, event and reason of the sign-in entries."""
    return [(one.subject, one.said["event"], one.said.get("reason", "")) for one in entries_of(store, "sign-in")]


def test_a_person_signs_in_works_and_signs_out(browser: Browser, store: Store, zhang: str) -> None:
    """The form leads to a session, the session to pages and data; signing out ends it, also for a copy of the cookie."""
    came = browser.sign_in(zhang)
    assert (came.status_code, came.headers["Location"]) == (303, "/")
    page = browser.get("/")
    assert "张伟" in page.text
    assert "客户经理" in page.text
    assert browser.get("/v1/decisions").status_code == 200
    stolen = browser.cookie()
    left = browser.post("/sign-out", {"csrf": browser.csrf()})
    assert (left.status_code, left.headers["Location"], browser.cookie()) == (303, "/sign-in", None)
    browser.client.set_cookie("jifen", str(stolen))
    assert browser.get("/v1/decisions").status_code == 401
    assert browser.get("/").headers["Location"] == "/sign-in"
    assert events(store) == [(zhang, "signed-in", ""), (zhang, "signed-out", "")]
    assert entries_of(store, "sign-in")[0].actor.kind == "person"


def test_a_session_may_change_things_with_its_token(browser: Browser, zhang: str, asked: dict[str, Any], store: Store) -> None:
    """The token goes in the header; the decision is the person's, in the record and in the ledger, and its key is theirs."""
    browser.sign_in(zhang)
    headers = {"X-CSRF-Token": browser.csrf(), "Idempotency-Key": "once"}
    made = browser.client.post("/v1/decisions", json=asked, headers=headers)
    assert made.status_code == 201
    assert browser.client.post("/v1/decisions", json=asked, headers=headers).data == made.data
    assert browser.client.post("/v1/decisions", json=asked).json["code"] == "csrf-missing"
    with store.reading() as unit:
        user_id = unit.scalar(select(UserRow.user_id))
    from service.store.models import DecisionRow, LedgerEntry  # noqa: PLC0415

    with store.reading() as unit:
        assert unit.scalars(select(DecisionRow.token_id)).all() == [user_id]
        assert unit.scalars(select(LedgerEntry.actor).where(LedgerEntry.kind == "decision")).all() == [zhang]


def test_a_login_is_the_same_however_it_is_typed(browser: Browser, zhang: str) -> None:
    """Capital letters and spaces around a login do not matter."""
    assert browser.sign_in(f" {zhang.title()} ").status_code == 303


def test_the_cookie_is_for_browsers_only_and_secret(browser: Browser, store: Store, zhang: str) -> None:
    """256 bits, HttpOnly, SameSite=Lax, for the browser's session; the database holds only its hash."""
    cookie = next(line for line in browser.sign_in(zhang).headers.getlist("Set-Cookie") if line.startswith("jifen="))
    assert re.fullmatch(r"jifen=[A-Za-z0-9_-]{43}; HttpOnly; Path=/; SameSite=Lax", cookie)
    with store.reading() as unit:
        assert str(browser.cookie()) not in str(unit.execute(SessionRow.__table__.select()).one())


def test_over_tls_cookies_are_tied_to_the_host(settings: Settings, store: Store, clock: Clock, active: Any, zhang: str) -> None:
    """With an https address every cookie is Secure and `__Host-`, and answers ask for TLS from now on."""
    app = create_app(replace(settings, public_url="https://jifen.bank.example"), clock=clock, active=active)
    browser = Browser(app, base="https://jifen.bank.example")
    came = browser.sign_in(zhang)
    assert came.status_code == 303
    assert came.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    lines = [*came.headers.getlist("Set-Cookie"), *browser.get("/?lang=en").headers.getlist("Set-Cookie")]
    assert len(lines) == 3
    assert all(line.startswith("__Host-jifen") and "Secure" in line and "Path=/" in line and "Domain" not in line for line in lines)
    assert "zhang.wei" in browser.get("/").text
    app.extensions["jifen"].store.close()


def test_signing_in_again_makes_a_new_session(browser: Browser, store: Store, zhang: str) -> None:
    """The id is new at each sign-in and the former session is gone: nobody can be given an id in advance."""
    browser.sign_in(zhang)
    first = browser.cookie()
    browser.sign_in(zhang)
    assert browser.cookie() != first
    with store.reading() as unit:
        assert unit.scalar(select(func.count()).select_from(SessionRow)) == 1


@pytest.mark.parametrize("secret", ["A" * 43, "", "x", "A" * 500, "é" * 43])
def test_a_made_up_cookie_admits_nobody(browser: Browser, zhang: str, secret: str) -> None:
    """An unknown or malformed cookie is no session."""
    browser.client.set_cookie("jifen", secret)
    assert browser.get("/v1/decisions").status_code == 401


def test_a_session_ends_when_idle_and_in_any_case(browser: Browser, clock: Clock, zhang: str, desk: Desk) -> None:
    """29 minutes between requests are well, 30 are not; ten hours end it however busy; ended ones are deleted at the next sign-in."""
    browser.sign_in(zhang)
    for _ in range(20):
        clock.now += timedelta(minutes=29)
        assert browser.get("/v1/decisions").status_code == 200
    clock.now += timedelta(minutes=20)
    assert browser.get("/v1/decisions").status_code == 401
    browser.sign_in(zhang)
    clock.now += timedelta(minutes=30)
    assert browser.get("/v1/decisions").status_code == 401
    Browser(browser.client.application).sign_in(zhang)
    with desk.store.reading() as unit:
        assert unit.scalar(select(func.count()).select_from(SessionRow)) == 1


def test_what_happens_to_a_person_happens_to_their_sessions(app: Flask, desk: Desk, store: Store, clock: Clock, zhang: str) -> None:
    """Disabling and a new password end every session at once; a new role holds from the next request."""
    browsers = [Browser(app), Browser(app)]
    for browser in browsers:
        give_session(desk, browser, zhang)
    set_role(store, zhang, role="risk")
    assert "风险管理" in browsers[0].get("/").text
    set_password(store, zhang, WRONG, clock=clock)
    assert [browser.get("/v1/decisions").status_code for browser in browsers] == [401, 401]
    give_session(desk, browsers[0], zhang)
    disable(store, zhang)
    assert browsers[0].get("/v1/decisions").status_code == 401
    assert browsers[0].sign_in(zhang, WRONG).status_code == 401
    enable(store, zhang)
    assert browsers[0].get("/v1/decisions").status_code == 401
    assert browsers[0].sign_in(zhang, WRONG).status_code == 303


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(browser: Browser, store: Store, clock: Clock, zhang: str) -> None:
    """The fifth locks: then even the right one is refused, until 15 minutes have passed; each step is in the ledger."""
    for _ in range(5):
        assert browser.sign_in(zhang, WRONG).status_code == 401
    assert browser.sign_in(zhang).status_code == 401
    clock.now += timedelta(minutes=14, seconds=59)
    assert browser.sign_in(zhang).status_code == 401
    clock.now += timedelta(seconds=1)
    assert browser.sign_in(zhang).status_code == 303
    wrong = [(zhang, "refused", "password")]
    assert events(store) == wrong * 5 + [(zhang, "locked", "")] + [(zhang, "refused", "locked")] * 2 + [(zhang, "signed-in", "")]
    assert [one.said["failures"] for one in entries_of(store, "sign-in")[:5]] == [1, 2, 3, 4, 5]


def test_a_success_forgets_earlier_failures(browser: Browser, clock: Clock, zhang: str) -> None:
    """Four wrong, one right, four wrong: never locked."""
    for _ in range(4):
        browser.sign_in(zhang, WRONG)
    assert browser.sign_in(zhang).status_code == 303
    for _ in range(4):
        Browser(browser.client.application).sign_in(zhang, WRONG)
    assert browser.get("/v1/decisions").status_code == 200


def test_a_lock_that_comes_while_a_password_is_checked_holds(desk: Desk, store: Store, zhang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries that run side by side cannot pass the lock: the row is read again where the session would start."""
    real = Passwords.is_right

    def slow(self: Passwords, password: str, kept: str | None) -> bool:
        if password == PASSWORD:
            for _ in range(5):
                with pytest.raises(SignInRefused):
                    sign_in(desk, login=zhang, password=WRONG, address="10.0.0.2")
        return real(self, password, kept)

    monkeypatch.setattr(Passwords, "is_right", slow)
    with pytest.raises(SignInRefused):
        sign_in(desk, login=zhang, password=PASSWORD, address="10.0.0.1")
    with store.reading() as unit:
        assert unit.scalar(select(func.count()).select_from(SessionRow)) == 0


def test_a_refusal_does_not_say_what_was_wrong(app: Flask, store: Store, clock: Clock, zhang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown, wrong, locked, disabled, without a password: the same page after one verification each; only the ledger knows."""
    for login in ("locked", "disabled"):
        person(store, login, clock=clock)
    disable(store, "disabled")
    person(store, "by.oidc", oidc_subject="s", password=None)
    with store.writing() as unit:
        unit.execute(UserRow.__table__.update().where(UserRow.login == "locked").values(locked_until=clock.now + timedelta(minutes=5)))
    seen: list[str] = []
    real = Passwords._verified
    monkeypatch.setattr(Passwords, "_verified", lambda self, password, kept: seen.append(kept) or real(self, password, kept))
    pages = set()
    for login in (zhang, "nobody", "locked", "disabled", "by.oidc"):
        answer = Browser(app).sign_in(login, WRONG)
        told = re.sub(r'name="csrf" value="[^"]+"', "", answer.text.replace(f'value="{login}"', ""))
        pages.add((answer.status_code, told))
        assert "Set-Cookie: jifen=" not in str(answer.headers)
    assert len(pages) == 1
    assert len(seen) == 5
    assert events(store) == [
        (zhang, "refused", "password"),
        ("unknown", "refused", "unknown-login"),
        ("locked", "refused", "locked"),
        ("disabled", "refused", "disabled"),
        ("by.oidc", "refused", "password"),
    ]
    assert "nobody" not in str(entries_of(store, "sign-in"))


def test_nobody_floods_the_ledger(app: Flask, store: Store, zhang: str) -> None:
    """Of many tries of unknown logins ten a minute are entered; the next entry says how many were left out."""
    for number in range(15):
        with pytest.raises(SignInRefused):
            sign_in(app.extensions["jifen"], login=f"guess-{number}", password=WRONG, address="10.0.0.1")
    assert events(store) == [("unknown", "refused", "unknown-login")] * 10
    rates = app.extensions["jifen"].rates
    rates._counts.storage.reset()
    with pytest.raises(SignInRefused):
        sign_in(app.extensions["jifen"], login="guess", password=WRONG, address="10.0.0.1")
    assert [one.said["left_out"] for one in entries_of(store, "sign-in")] == [0] * 10 + [5]


def test_a_hash_of_an_older_cost_is_renewed(browser: Browser, store: Store, zhang: str) -> None:
    """Who signs in gets a hash of today's cost, and can sign in with it."""
    with store.reading() as unit:
        before = unit.scalar(select(UserRow.password_hash))
    browser.sign_in(zhang)
    with store.reading() as unit:
        after = unit.scalar(select(UserRow.password_hash))
    assert before != after
    assert not Passwords().is_outdated(str(after))
    assert browser.sign_in(zhang).status_code == 303


def test_the_form_belongs_to_the_browser_it_was_shown_in(app: Flask, zhang: str) -> None:
    """A form without its cookie, or with another browser's token, signs nobody in: no other site can do it for somebody."""
    browser, other = Browser(app), Browser(app)
    fields = {"login": zhang, "password": PASSWORD}
    for csrf in ({}, {"csrf": ""}, {"csrf": other.csrf("/sign-in")}):
        answer = browser.post("/sign-in", {**fields, **csrf})
        assert (answer.status_code, browser.cookie()) == (403, None)
        assert "页面已过期" in answer.text
        assert f'value="{zhang}"' in answer.text
    fresh = re.search(r'name="csrf" value="([^"]+)"', answer.text)
    assert fresh
    assert browser.post("/sign-in", {**fields, "csrf": fresh[1]}).status_code == 303


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/docs?x=1", "/docs?x=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("evil", "/"),
        ("", "/"),
        ("javascript:alert(1)", "/"),
        ("//[", "/"),
        ("http://[", "/"),
        ("/[", "/%5B"),
    ],
)
def test_after_signing_in_one_stays_with_this_service(app: Flask, desk: Desk, zhang: str, wanted: str, goes: str) -> None:
    """`next` is followed within this service only."""
    assert Browser(app).sign_in(zhang, next=wanted).headers["Location"] == goes


def test_the_page_that_was_asked_for_is_where_one_lands(browser: Browser) -> None:
    """Who is not signed in is sent to the form, which remembers the page."""
    to = browser.get("/?lang=en").headers["Location"]
    assert to == "/sign-in?next=%2F%3Flang%3Den"
    assert 'name="next" value="/?lang=en"' in browser.get(to).text


@pytest.mark.parametrize(
    ("path", "headers", "said"),
    [
        ("/sign-in", {}, "密码"),
        ("/sign-in", {"Accept-Language": "en-GB,en;q=0.9"}, "Password"),
        ("/sign-in", {"Accept-Language": "fr"}, "密码"),
        ("/sign-in", {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}, "密码"),
        ("/sign-in?lang=zh", {"Accept-Language": "en"}, "密码"),
        ("/sign-in?lang=en", {}, "Password"),
    ],
)
def test_pages_are_chinese_first_and_english_for_who_wants_it(browser: Browser, path: str, headers: dict[str, str], said: str) -> None:
    """The address decides, then the browser, then Chinese; the choice is remembered."""
    assert f">{said}</label>" in browser.get(path, headers=headers).text
    if "lang" in path:
        assert f">{said}</label>" in browser.get("/sign-in").text


def test_problems_of_pages_are_pages(browser: Browser, zhang: str) -> None:
    """A person sees no JSON: unknown parameters, a missing CSRF token and unknown languages are told on a page, with its number."""
    browser.sign_in(zhang)
    for answer in (browser.get("/?colour=red"), browser.get("/?lang=fr"), browser.post("/sign-out", {})):
        assert answer.mimetype == "text/html"
        assert answer.headers["X-Request-Id"] in answer.text
        assert "zhang.wei" not in answer.text
    assert "页面已过期" in answer.text
    assert 'href="/?lang=en"' in answer.text
    assert 'href="/sign-in?lang=en"' in Browser(browser.client.application).sign_in(zhang, WRONG).text
    assert browser.get("/?colour=red", headers={"Accept-Language": "en"}).status_code == 422


def test_a_form_takes_its_fields_only(browser: Browser) -> None:
    """An unknown field of a form is refused, and another content type is."""
    assert browser.post("/sign-in", {"login": "x", "password": "y", "admin": "1"}).status_code == 422
    assert browser.client.post("/sign-in", json={"login": "x", "password": "y"}).status_code == 415


def test_a_page_is_guarded_and_needs_no_script(browser: Browser, zhang: str) -> None:
    """Pages carry a strict policy, are not stored, not framed, send no referrer, and hold no script, inline style or handler."""
    first = browser.get("/sign-in")
    assert re.findall(r'<input id="password" [^>]*type="(\w+)"', first.text) == ["password"]
    browser.sign_in(zhang)
    for page in (first, browser.get("/"), browser.get("/docs"), browser.get("/?x=1")):
        policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
        assert policy == {
            "default-src": "'none'",
            "style-src": "'self'",
            "img-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
        }
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert page.headers.getlist("Cache-Control") == ["no-store"]
        assert not re.search(r"<script|<style|style=| on\w+=|https?://", page.text)
    assert "form-action 'none'" in browser.get("/v1/decisions").headers["Content-Security-Policy"]


def test_what_is_typed_is_written_as_text(browser: Browser) -> None:
    """A login that is markup stays text."""
    answer = browser.sign_in('"><script>alert(1)</script>', WRONG)
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_a_person_sees_their_authority_in_the_policys_words(app: Flask, desk: Desk, store: Store) -> None:
    """The row of the policy gives the words; an id that the policy in force does not know is shown as it is."""
    person(store, "li.na", "approver", authority="city-branch")
    person(store, "wang.fang", "approver", authority="galaxy", authorities=("galaxy",))
    for login, said in (("li.na", "<dd>分行</dd>"), ("wang.fang", "<dd>galaxy</dd>")):
        browser = Browser(app)
        give_session(desk, browser, login)
        assert said in browser.get("/").text


def test_a_machine_may_read_the_landing_page_too(app: Flask, officer: dict[str, str]) -> None:
    """A bearer token has no session: no form to sign out, no end; signing out changes nothing for it."""
    page = Browser(app).get("/", headers=officer)
    assert page.status_code == 200
    assert "csrf" not in page.text
    assert Browser(app).post("/sign-out", {"csrf": ""}, headers=officer).status_code == 303
    assert Browser(app).get("/", headers=officer).status_code == 200


def test_no_log_line_names_a_person(browser: Browser, zhang: str, service_log: pytest.LogCaptureFixture) -> None:
    """Requests are logged by route and number; no login, name, address or password is in any line."""
    browser.sign_in(zhang, WRONG)
    browser.sign_in(zhang)
    browser.get("/")
    lines = [JsonLines().format(record) for record in service_log.records]
    assert [line for line in lines if '"route":"/sign-in"' in line]
    assert not [line for line in lines for word in (zhang, "张伟", PASSWORD, WRONG, "10.0.0.1", str(browser.cookie())) if word in line]
