"""A browser of the test's own: it keeps cookies, fills in forms and follows nothing."""

from __future__ import annotations

import re
from typing import Any

from builders_people import PASSWORD
from flask import Flask
from werkzeug.test import TestResponse

from service.desk import Desk
from service.store.people import find_person


class Browser:
    """One browser at one address."""

    def __init__(self, app: Flask, *, address: str = "10.0.0.1", base: str = "http://localhost") -> None:
        self.client, self.base = app.test_client(), base
        self.wsgi = {"REMOTE_ADDR": address}
        self.token = ""
        """What this browser's forms send back, where a test put a session into it."""

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, base_url=self.base, environ_overrides=self.wsgi, **more)

    def post(self, path: str, fields: dict[str, str] | None = None, **more: Any) -> TestResponse:
        return self.client.post(path, data=fields, base_url=self.base, environ_overrides=self.wsgi, **more)

    def send(self, path: str, **fields: str) -> TestResponse:
        """Send a form of a page, with its token."""
        return self.post(path, {"csrf": self.token, **fields})

    def csrf(self, path: str = "/") -> str:
        """The token in the page's form."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)
        assert found
        return found[1]

    def sign_in(self, login: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        return self.post("/sign-in", {"csrf": self.csrf("/sign-in"), "login": login, "password": password, **fields})

    def cookie(self, name: str = "jifen") -> str | None:
        kept = self.client.get_cookie(name)
        return kept.value if kept else None


def give_session(desk: Desk, browser: Browser, login: str) -> str:
    """Put a session of a person straight into the browser and give its CSRF token."""
    with desk.store.writing() as unit:
        person = find_person(unit, login)
        assert person is not None
        secret = desk.sessions.start(unit, person.user_id)
    browser.client.set_cookie("jifen", secret)
    session = desk.sessions.admit(secret)
    assert session is not None
    return session.csrf
