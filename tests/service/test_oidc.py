"""Signing in through an identity provider, against a small one that runs in the test, and every way it can be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from builders_browser import Browser
from builders_issuer import CLIENT, SECRET, Issuer, running_issuer
from builders_people import entries_of, person
from builders_service import Clock
from flask import Flask
from joserfc.jwk import ECKey, OctKey
from werkzeug.test import TestResponse

from service.app import create_app
from service.config import Settings, settings_from
from service.errors import BadSetting
from service.oidc import CALLBACK
from service.store import Store
from service.use_cases.people import disable

HERE = "http://localhost"


@pytest.fixture
def issuer(clock: Clock) -> Iterator[Issuer]:
    with running_issuer(clock) as issuer:
        yield issuer


@pytest.fixture
def with_issuer(settings: Settings, issuer: Issuer, tmp_path: Path) -> Settings:
    file = tmp_path / "client-secret"
    file.write_text(SECRET + "\n")
    return replace(settings, public_url=HERE, oidc_issuer=issuer.url, oidc_client_id=CLIENT, oidc_client_secret_file=str(file))


@pytest.fixture
def app(with_issuer: Settings, store: Store, clock: Clock, active: Any) -> Iterator[Flask]:
    app = create_app(with_issuer, clock=clock, active=active)
    person(store, "li.na", "auditor", name="李娜", oidc_subject="sub-1", password=None)
    yield app
    app.extensions["jifen"].store.close()


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


def come_back(browser: Browser, issuer: Issuer, **changed: str) -> TestResponse:
    """Go to the provider and come back with what it gave, or with something else."""
    sent = browser.get("/sign-in/oidc")
    assert sent.status_code == 303, sent.text
    return browser.get(f"{CALLBACK}?{urlencode({**issuer.authorize(sent.headers['Location']), **changed})}")


def reasons(store: Store) -> list[tuple[str, str]]:
    return [(one.subject, one.said.get("reason", one.said["event"])) for one in entries_of(store, "sign-in")]


def test_whom_the_provider_vouches_for_is_let_in(browser: Browser, issuer: Issuer, store: Store) -> None:
    """Code, PKCE verifier, client secret, signature and claims hold: a session begins, and the ledger says how."""
    assert "/sign-in/oidc" in browser.get("/sign-in").text
    came = come_back(browser, issuer)
    assert (came.status_code, came.headers["Location"]) == (303, "/")
    assert browser.cookie("jifen-oidc") is None
    assert "李娜" in browser.get("/").text
    (entry,) = entries_of(store, "sign-in")
    assert (entry.subject, entry.actor.id, entry.said) == ("li.na", "li.na", {"format": "sign-in/1", "event": "signed-in", "by": "oidc"})


def test_nobody_is_made_by_signing_in(browser: Browser, issuer: Issuer, store: Store) -> None:
    """A subject that no administrator has given to a person is refused, and so is a disabled person's."""
    issuer.spoiled = {"sub": "sub-2"}
    assert come_back(browser, issuer).status_code == 401
    issuer.spoiled = {}
    disable(store, "li.na")
    assert come_back(browser, issuer).status_code == 401
    assert browser.cookie() is None
    assert reasons(store) == [("unknown", "unknown-subject"), ("li.na", "disabled")]


@pytest.mark.parametrize(
    "spoiled",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": ["another-client", CLIENT]},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": None},
        {"azp": "another-client"},
        {"at_hash": "x" * 22},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=str,
)
def test_an_id_token_that_does_not_hold_is_refused(browser: Browser, issuer: Issuer, store: Store, spoiled: dict[str, Any]) -> None:
    """Wrong or missing nonce, audience, issuer, time, party or subject: a page, no session, and an entry."""
    issuer.spoiled = spoiled
    answer = come_back(browser, issuer)
    assert (answer.status_code, answer.mimetype, browser.cookie()) == (400, "text/html", None)
    assert "oidc-failed" in answer.text
    assert reasons(store) == [("unknown", "identity-provider")]


def test_a_token_counts_only_in_its_time(browser: Browser, issuer: Issuer, clock: Clock) -> None:
    """A minute is allowed for clocks that differ, no more."""
    now = int(clock().timestamp())
    issuer.spoiled = {"exp": now - 59}
    assert come_back(browser, issuer).status_code == 303
    issuer.spoiled = {"exp": now - 61}
    assert come_back(browser, issuer).status_code == 400
    issuer.spoiled = {"iat": now + 300, "nbf": now + 120}
    assert come_back(browser, issuer).status_code == 400


@pytest.mark.parametrize("key", [ECKey.generate_key("P-256"), OctKey.import_key(SECRET * 2), OctKey.import_key(CLIENT * 10)])
def test_a_signature_of_somebody_else_is_refused(browser: Browser, issuer: Issuer, key: Any) -> None:
    """Another private key under the same name, or a shared secret in its place, signs nobody in."""
    issuer.sign_with = key
    assert come_back(browser, issuer).status_code == 400


def test_an_unsigned_token_is_refused(browser: Browser, issuer: Issuer) -> None:
    """The algorithm `none`, and a token that is none."""
    for text in ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJzdWItMSJ9.", "x", 7, None):
        issuer.token_extra = {"id_token": text}
        assert come_back(browser, issuer).status_code == 400


def test_a_key_that_was_changed_is_fetched(browser: Browser, issuer: Issuer) -> None:
    """The provider's keys are read once, and once more when a signature is by none of them."""
    for _ in range(2):
        assert come_back(browser, issuer).status_code == 303
    assert issuer.keys_read == 1
    issuer.key = ECKey.generate_key("P-256", {"kid": "second", "alg": "ES256", "use": "sig"})
    assert come_back(browser, issuer).status_code == 303
    assert issuer.keys_read == 2


def test_the_answer_must_belong_to_this_browsers_question(app: Flask, issuer: Issuer, store: Store) -> None:
    """A wrong or missing state, another browser's, one without a cookie, and one of an empty cookie are refused."""
    browser, other = Browser(app), Browser(app)
    assert come_back(browser, issuer, state="x").status_code == 400
    assert come_back(browser, issuer, state="").status_code == 400
    given = issuer.authorize(other.get("/sign-in/oidc").headers["Location"])
    browser.get("/sign-in/oidc")
    assert browser.get(f"{CALLBACK}?{urlencode(given)}").status_code == 400
    assert Browser(app).get(f"{CALLBACK}?{urlencode(given)}").status_code == 400
    empty = Browser(app)
    empty.client.set_cookie("jifen-oidc", "")
    assert empty.get(f"{CALLBACK}?{urlencode({'code': 'x', 'state': 'y'})}").status_code == 400
    assert other.get(f"{CALLBACK}?{urlencode(given)}").status_code == 303


def test_a_code_counts_once(browser: Browser, issuer: Issuer) -> None:
    """Coming back a second time with the same answer opens nothing: the cookie is gone."""
    given = issuer.authorize(browser.get("/sign-in/oidc").headers["Location"])
    assert browser.get(f"{CALLBACK}?{urlencode(given)}").status_code == 303
    assert browser.get(f"{CALLBACK}?{urlencode(given)}").status_code == 400


@pytest.mark.parametrize("changed", [{"code": "made-up"}, {"code": ""}, {"error": "access_denied"}, {"iss": "https://evil.example"}])
def test_a_wrong_answer_is_refused(browser: Browser, issuer: Issuer, changed: dict[str, str]) -> None:
    """A code of nobody's, none, a refusal, or the answer of another issuer (RFC 9207)."""
    assert come_back(browser, issuer, **changed).status_code == 400


def test_the_issuers_own_name_in_the_answer_is_well(browser: Browser, issuer: Issuer) -> None:
    """RFC 9207: an answer that names its issuer."""
    assert come_back(browser, issuer, iss=issuer.url).status_code == 303


def test_a_provider_that_is_not_the_one_set_up_is_not_asked(browser: Browser, issuer: Issuer) -> None:
    """A configuration under another name, an error of the token endpoint, and keys that are none are told as such."""
    issuer.named = "https://evil.example"
    assert browser.get("/sign-in/oidc").status_code == 502
    issuer.named = None
    issuer.token_status = 500
    assert come_back(browser, issuer).status_code == 502
    issuer.token_status = 200
    for keys in ({}, {"keys": 1}, {"keys": [{"kty": "EC"}]}, {"keys": []}):
        issuer.keys = lambda keys=keys: keys
        assert come_back(browser, issuer).status_code == 400


def test_a_provider_that_is_down_is_told(settings: Settings, store: Store, clock: Clock, active: Any) -> None:
    """Nobody answers: a page that says to try later; password sign-in goes on."""
    app = create_app(
        replace(settings, public_url=HERE, oidc_issuer="http://127.0.0.1:1", oidc_client_id=CLIENT), clock=clock, active=active
    )
    answer = Browser(app).get("/sign-in/oidc?")
    assert (answer.status_code, answer.mimetype) == (502, "text/html")
    person(store, "zhang.wei")
    assert Browser(app).sign_in("zhang.wei").status_code == 303
    app.extensions["jifen"].store.close()


def test_without_a_provider_its_pages_are_not_there(settings: Settings, store: Store, active: Any) -> None:
    """No issuer: no button, and 404."""
    app = create_app(settings, active=active)
    browser = Browser(app)
    assert "/sign-in/oidc" not in browser.get("/sign-in").text
    assert [browser.get(path).status_code for path in ("/sign-in/oidc", CALLBACK)] == [404, 404]
    app.extensions["jifen"].store.close()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"JIFEN_OIDC_ISSUER": "http://sso.bank.example"}, "JIFEN_OIDC_ISSUER"),
        ({"JIFEN_OIDC_ISSUER": "https://sso.bank.example"}, "JIFEN_OIDC_CLIENT_ID"),
        ({"JIFEN_PUBLIC_URL": "jifen.bank.example"}, "JIFEN_PUBLIC_URL"),
        ({"JIFEN_PUBLIC_URL": "https://jifen.bank.example/x"}, "JIFEN_PUBLIC_URL"),
    ],
)
def test_wrong_settings_are_named(given: dict[str, str], named: str) -> None:
    """A provider without TLS, one that is half set up, and an address that is none."""
    with pytest.raises(BadSetting, match=named):
        settings_from(given)


def test_a_secret_that_cannot_be_read_is_named(with_issuer: Settings, tmp_path: Path) -> None:
    """The file is named, and the service does not start without it."""
    with pytest.raises(BadSetting, match="JIFEN_OIDC_CLIENT_SECRET_FILE"):
        create_app(replace(with_issuer, oidc_client_secret_file=str(tmp_path / "nowhere")))


def test_the_provider_is_not_asked_too_often(app: Flask, issuer: Issuer, clock: Clock) -> None:
    """One address may start or finish only so many sign-ins a minute."""
    clock.now += timedelta(seconds=1)
    statuses = [Browser(app).get(f"{CALLBACK}?code=x&state=y").status_code for _ in range(61)]
    assert statuses == [400] * 60 + [429]
