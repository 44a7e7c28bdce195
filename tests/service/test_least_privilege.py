"""Every route for every role, found by walking the app: what is added later is held to the same rules."""

from __future__ import annotations

import pytest
from builders_browser import Browser, give_session
from builders_people import person
from flask import Flask
from werkzeug.test import TestResponse

from service.desk import Desk
from service.store import Store
from service.tokens import GRANTS, Permission, Role
from service.use_cases.tokens import create_token
from service.web.operations import Operation, operations_of

PUBLIC = {
    ("GET", "/docs"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/readyz"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/oidc"),
    ("GET", "/sign-in/oidc/callback"),
}
"""The only operations that nobody's permission guards: they show no firm, person or decision."""


def guarded(app: Flask) -> list[Operation]:
    """The operations that need a permission."""
    return [one for one in operations_of(app) if one.permission is not None]


def address_of(one: Operation) -> str:
    return one.path.replace("<", "").replace(">", "")


def test_every_route_is_an_operation_with_a_permission_or_on_the_public_list(app: Flask) -> None:
    """No route escapes the walk, and one without a permission is public on purpose."""
    served = {(method, rule.rule) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - {"HEAD"}}
    operations = operations_of(app)
    assert served - {(one.method, one.path) for one in operations} == {
        ("GET", "/static/<path:filename>"),
        ("OPTIONS", "/static/<path:filename>"),
    }
    assert {(one.method, one.path) for one in operations if one.permission is None} == PUBLIC


def test_every_role_has_grants_and_every_permission_is_granted() -> None:
    """No role is forgotten, and nothing is beyond everybody."""
    assert set(GRANTS) == set(Role)
    assert frozenset[Permission]().union(*GRANTS.values()) == set(Permission)


def check(one: Operation, role: Role, answer: TestResponse) -> None:
    """Held to the table of grants: forbidden without the permission, and neither forbidden nor unknown with it."""
    place = (role.value, one.method, one.path, answer.status_code, answer.data[:200])
    assert (answer.status_code == 403) == (one.permission not in GRANTS[role]), place
    assert answer.status_code != 401, place


@pytest.mark.parametrize("role", list(Role))
def test_a_token_may_what_is_granted_to_its_role(app: Flask, store: Store, role: Role) -> None:
    """Every guarded operation with a bearer token of each role."""
    headers = {"Authorization": f"Bearer {create_token(store, name='x', role=role.value).text}"}
    client = app.test_client()
    for one in guarded(app):
        check(one, role, client.open(address_of(one), method=one.method, headers=headers))


@pytest.mark.parametrize("role", list(Role))
def test_a_session_may_what_is_granted_to_its_persons_role(app: Flask, desk: Desk, store: Store, role: Role) -> None:
    """Every guarded operation with a session of each role and its CSRF token."""
    person(store, "zhang.wei", role.value)
    browser = Browser(app)
    for one in guarded(app):
        headers = {"X-CSRF-Token": give_session(desk, browser, "zhang.wei")}
        check(one, role, browser.client.open(address_of(one), method=one.method, headers=headers))


def test_nobody_in_particular_may_nothing(app: Flask) -> None:
    """Without token and session every guarded operation answers 401, and every guarded page leads to the sign-in page."""
    client = app.test_client()
    for one in guarded(app):
        answer = client.open(address_of(one), method=one.method)
        assert answer.status_code == (303 if one.page else 401), one.path
        assert not one.page or answer.headers["Location"].startswith("/sign-in")


def test_a_session_changes_nothing_without_its_csrf_token(app: Flask, desk: Desk, store: Store) -> None:
    """Every operation but a GET, with the cookie of a role that may, and no token, a wrong one, or another session's."""
    browser = Browser(app)
    for role in Role:
        person(store, f"demo-{role.value}", role.value)
    others = give_session(desk, browser, "demo-risk")
    for one in guarded(app):
        if one.method == "GET":
            continue
        role = next(role for role in Role if one.permission in GRANTS[role])
        give_session(desk, browser, f"demo-{role.value}")
        for sent in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": "键"}, {"X-CSRF-Token": others}):
            answer = browser.client.open(
                address_of(one), method=one.method, headers={k: v.encode().decode("latin-1") for k, v in sent.items()}
            )
            assert answer.status_code == 403, one.path
            assert one.page or answer.json["code"] == "csrf-missing"


def test_a_bad_token_is_not_mended_by_a_session(app: Flask, desk: Desk, store: Store) -> None:
    """A request that carries an Authorization header stands or falls with it."""
    person(store, "zhang.wei")
    browser = Browser(app)
    give_session(desk, browser, "zhang.wei")
    assert browser.get("/v1/decisions").status_code == 200
    assert browser.get("/v1/decisions", headers={"Authorization": "Bearer x"}).status_code == 401
