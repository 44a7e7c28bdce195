"""An officer's desk for tests: fresh evidence, signed-in people, and what a reader sees of a page."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import Any

from builders_browser import Browser, give_session
from builders_people import person
from flask import Flask

from service.desk import Desk

CHINESE = re.compile(r"[\u3400-\u9fff]+")
PEOPLE = {
    "officer": ("li.na", "officer", "branch"),
    "approver": ("wang.jun", "approver", "head-office"),
    "auditor": ("sun.li", "auditor", None),
}
GROUNDS = "现场核实订单与合同，回款正常，同意按此条件放款，已与审批人沟通。"


class Person(Browser):
    """A browser with somebody signed in; `send` fills the CSRF token in."""

    def __init__(self, app: Flask, role: str, login: str | None = None, authority: str | None = None) -> None:
        super().__init__(app)
        usual, self.role, limit = PEOPLE[role]
        self.desk: Desk = app.extensions["jifen"]
        self.login = login or usual
        person(self.desk.store, self.login, self.role, name=f"Person {self.login}", authority=authority or limit)
        self.token = give_session(self.desk, self, self.login)

    def come_back(self) -> None:
        """Sign in again: a session ends when the clock moves on."""
        self.token = give_session(self.desk, self, self.login)

    def send(self, path: str, fields: dict[str, Any], **more: Any) -> Any:
        return self.post(path, {"csrf": self.token, **fields}, **more)


class _Texts(HTMLParser):
    """Collects what a reader sees, and the texts of attributes that are read out or shown."""

    SHOWN = ("alt", "aria-label", "placeholder", "title")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._lang: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.texts += [str(said[name]) for name in self.SHOWN if said.get(name)]
        self._lang.append((tag, said.get("lang")))

    def handle_endtag(self, tag: str) -> None:
        while self._lang and self._lang.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self._lang and self._lang[-1][1] == "zh-CN" and self._lang[-1][0] == "a"):
            self.texts.append(data.strip())


def seen(html: str) -> list[str]:
    """The texts of a page, the language switch aside."""
    reader = _Texts()
    reader.feed(html)
    return reader.texts


def send_batch(who: Person, firms: str, **fields: str) -> Any:
    """Upload a batch of firms by its form."""
    files = [(io.BytesIO(firms.encode()), "firms.csv")]
    said = {"product": "loan-investment", "envelope": "2000万", "plan": "illustrative-2026-11", "once": "12345678"} | fields
    return who.send("/batches", {**said, "files": files}, content_type="multipart/form-data")
