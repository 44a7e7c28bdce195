"""What the security page rests on and no other test shows: headers on every answer, silent logs, secrets that stay secret."""

from __future__ import annotations

import ast
import hmac
import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders_evidence import request as evidence_request
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers as AnswerHeaders
from werkzeug.http import parse_options_header

from service.active import Active
from service.app import create_app
from service.config import Settings
from service.desk import Desk
from service.logs import JsonLines
from service.sessions import derived, is_derived
from service.store import Store
from service.store.ledger import size_of
from service.tokens import GRANTS, Role, Token, is_secret_of
from service.use_cases.people import create_user
from service.use_cases.tokens import create_token
from service.web.journal import HEADERS
from service.web.operations import operations_of

ROOT = Path(__file__).parents[2]
NAMED = "Content-Disposition"
PACKAGES = ("features", "training", "service")
PASSWORD = "correct horse battery"
Headers = dict[str, str]


@pytest.fixture
def database(tmp_path: Path) -> str:
    """Nothing here depends on the database."""
    return f"sqlite:///{tmp_path / 'jifen.db'}"


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Give every method and address, with something in the place of each value."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, path


def test_every_route_answers_with_every_header(app: Flask, client: FlaskClient, as_role: Callable[[str], Headers]) -> None:
    """With and without a token, found or not, each answer forbids framing, sniffing, storing, foreign content and other origins."""
    walked = 0
    for method, path in [*addresses(app), ("GET", "/nowhere"), ("DELETE", "/v1/decisions"), ("GET", "/static/nothing.css")]:
        for headers in ({}, as_role("officer") if path.startswith("/v1") and walked < 40 else {"Origin": "https://evil.example"}):
            answer = client.open(path, method=method, headers=headers)
            missing = [name for name in HEADERS if name not in answer.headers]
            assert not missing, (method, path, missing)
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Request-Id"]
            assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]
            assert answer.status_code < 500 or answer.status_code == 503, (method, path, answer.text)
            walked += 1
    assert walked > 150


def test_over_tls_every_answer_asks_for_tls(settings: Settings, store: Store, active: Active) -> None:
    """Where people come over https, every answer says for a year and all below that they must."""
    app = create_app(replace(settings, public_url="https://jifen.bank.example"), active=active)
    client = app.test_client()
    for path in ("/healthz", "/sign-in", "/v1/decisions", "/nowhere"):
        assert client.get(path).headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    app.extensions["jifen"].store.close()


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "PUT", "PATCH"])
def test_methods_that_nobody_serves_are_refused(client: FlaskClient, method: str) -> None:
    """No method works that is not an operation's."""
    assert client.open("/v1/decisions", method=method).status_code == 405


def test_secrets_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens, CSRF tokens and states of the provider go through the one comparison whose time says nothing."""
    compared: list[int] = []
    real = hmac.compare_digest

    def counted(one: Any, other: Any) -> bool:
        compared.append(1)
        return bool(real(one, other))

    monkeypatch.setattr(hmac, "compare_digest", counted)
    token = Token("0" * 12, "s" * 43)
    assert is_secret_of(token, token.digest)
    assert not is_secret_of(token, "0" * 64)
    assert is_derived(derived("secret", "csrf"), "secret", "csrf")
    assert not is_derived(None, "secret", "csrf")
    assert len(compared) == 4


def test_no_secret_is_compared_by_its_first_difference() -> None:
    """In the code no secret, password or CSRF token stands beside == or !=; what is kept is found by its hash."""
    words = re.compile(r"(secret|csrf|password)$")
    found = []
    for path in (ROOT / "service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Compare) and any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
                names = [getattr(side, "id", getattr(side, "attr", "")) for side in (node.left, *node.comparators)]
                if any(words.search(name) for name in names):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_no_secret_lies_in_the_code() -> None:
    """No token, private key or password in an address is in the packages or under deploy; secrets come from files and the environment."""
    kinds = re.compile(r"jf_[0-9a-f]{12}_[\w-]{43}|PRIVATE KEY-----|PRIVATE\+KEY\+[\w./-]+\+[0-9a-f]{8}\+|://\w+:\w+@")
    files = [path for name in (*PACKAGES, "deploy") for path in (ROOT / name).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert [str(path.relative_to(ROOT)) for path in files if kinds.search(path.read_bytes().decode("utf-8", "replace"))] == []


def test_signing_out_clears_the_browser(client: FlaskClient, store: Store, clock: Any) -> None:
    """The answer to a sign-out has the browser forget what it kept of this service."""
    csrf = sign_in(client, store, clock)
    answer = client.post("/sign-out", data={"csrf": csrf})
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, '"cache", "storage"')


def sign_in(client: FlaskClient, store: Store, clock: Any, *, password: str = PASSWORD) -> str:
    """Sign in as a new officer; gives the CSRF token of the session, or nothing where it was refused."""
    create_user(store, login="zhang.wei", name="张伟丽", role="officer", password=PASSWORD, clock=clock)
    return try_password(client, password)


def try_password(client: FlaskClient, password: str) -> str:
    form = client.get("/sign-in").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', form)
    assert csrf is not None
    client.post("/sign-in", data={"login": "zhang.wei", "password": password, "csrf": csrf[1]})
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/").text)
    return found[1] if found else ""


def test_no_log_line_names_anybody_on_a_journey(
    client: FlaskClient, desk: Desk, store: Store, clock: Any, as_role: Callable[[str], Headers], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sign-ins, evidence and decisions, right and wrong, failures of the program and the database: no line names anybody."""
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.setFormatter(JsonLines())
    watched = [logging.getLogger(name) for name in ("service", "")]
    levels = [one.level for one in watched]
    for one in watched:
        one.addHandler(handler)
        one.setLevel("DEBUG")
    evidence = evidence_request()
    firm, name = evidence["firm"]["firm_id"], evidence["firm"]["name"]
    officer, risk = as_role("officer"), as_role("risk")
    try:
        sign_in(client, store, clock)
        try_password(client, "a wrong secret word")
        assert client.post("/v1/firms", json=evidence, headers=risk).status_code == 201
        client.post("/v1/firms", json={**evidence, "firm": {**evidence["firm"], "name": ""}}, headers=risk)
        body = {"product": "startup-credit", "amount": 1_234_567, "term_months": 24, "firm_id": firm}
        made = client.post("/v1/decisions", json=body, headers=officer)
        assert made.status_code == 201
        client.get(f"/v1/firms/{firm}", headers=officer)
        client.get(f"/firms?q={name}")
        with monkeypatch.context() as patch:
            patch.setattr("service.web.decisions.decide_application", lambda *_: int(f"{firm} {name}"))
            assert client.post("/v1/decisions", json=body, headers=officer).status_code == 500
        with desk.store.writing() as unit:
            unit.exec_driver_sql("DROP INDEX ix_decisions_firm_id_seq")
            unit.exec_driver_sql("CREATE UNIQUE INDEX once ON decisions (firm_id)")
        assert client.post("/v1/decisions", json=body, headers=officer).status_code == 503
    finally:
        for one, level in zip(watched, levels, strict=True):
            one.removeHandler(handler)
            one.setLevel(level)
    said = sink.getvalue()
    assert said.count('"event":"request"') >= 10
    assert "IntegrityError" in said
    assert "ValueError" in said
    tokens = [headers["Authorization"][-43:] for headers in (officer, risk)]
    words = (firm, name, "zhang.wei", "张伟丽", PASSWORD, "a wrong secret word", "1234567", *tokens)
    assert [word for word in words if word in said] == []


def test_what_is_refused_is_logged_with_who_and_where(
    client: FlaskClient, as_role: Callable[[str], Headers], service_log: pytest.LogCaptureFixture
) -> None:
    """Nobody's request, a role's beyond its grants, and a broken rule: a line each with route, status and number, and a count by code."""
    auditor = as_role("auditor")
    number = auditor["Authorization"].split("_")[1]
    asked = {"json": {"product": "nothing"}}
    assert client.post("/v1/decisions", **asked).status_code == 401
    assert client.post("/v1/decisions", **asked, headers=auditor).status_code == 403
    assert client.post("/v1/decisions", **asked, headers=as_role("officer")).status_code == 422
    lines = [(one.route, one.status, one.token_id) for one in service_log.records if one.getMessage() == "request"]
    assert lines[:2] == [("/v1/decisions", 401, ""), ("/v1/decisions", 403, number)]
    assert lines[2][:2] == ("/v1/decisions", 422)
    assert all(len(one) == 12 for _, _, one in lines[1:])
    numbers = client.get("/metrics").text
    for code in ("unauthenticated", "forbidden", "invalid-request"):
        assert f'jifen_problems_total{{code="{code}"}} 1.0' in numbers


def test_reading_changes_nothing(app: Flask, store: Store) -> None:
    """Every address that is read, by a role that may: no entry of the ledger comes of it, but for an examiner, whose reading is one."""
    tokens = {role: {"Authorization": f"Bearer {create_token(store, name='x', role=role.value).text}"} for role in Role}
    client = app.test_client()
    for one in operations_of(app):
        if one.method != "GET" or one.permission is None:
            continue
        role = next(role for role in Role if one.permission in GRANTS[role])
        with store.reading() as unit:
            before = size_of(unit)
        client.get(re.sub(r"<[^>]+>", "x", one.path), headers=tokens[role])
        with store.reading() as unit:
            assert size_of(unit) - before == 0 or role is Role.AUDITOR, one.path


def test_downloads_are_named_here() -> None:
    """A name that is put together goes through the one place that quotes it, so that no name of a model or list ends the header."""
    named = [line for path in (ROOT / "service" / "web").rglob("*.py") for line in path.read_text("utf-8").splitlines() if NAMED in line]
    assert len(named) >= 6
    assert [line for line in named if "{" in line.partition(NAMED)[2] and ".set(" not in line] == []
    for name in ('a"; filename=b.html', "模型.html", "a b.html"):
        headers = AnswerHeaders()
        headers.set(NAMED, "attachment", filename=name)
        assert parse_options_header(headers[NAMED]) == ("attachment", {"filename": name})
