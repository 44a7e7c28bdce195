"""Wrong input of each kind: a named problem that says where, what and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from builders_evidence import FIRM, request
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.errors import BadSetting
from service.web.problems import PROBLEM_TYPE, PROBLEMS

Headers = dict[str, str]
ASKED = {"product": "startup-credit", "amount": 2_000_000, "term_months": 24, "firm_id": FIRM}


@pytest.fixture
def database(tmp_path: Any) -> str:
    """What is refused before it reaches the database needs no second one."""
    return f"sqlite:///{tmp_path / 'jifen.db'}"


def is_problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Check the form of a problem answer and give its body."""
    assert answer.mimetype == PROBLEM_TYPE, answer.text
    said: dict[str, Any] = json.loads(answer.data)
    assert (answer.status_code, said["status"], said["code"]) == (status, status, code), said
    assert said["title"] == PROBLEMS[code].title
    assert said["type"] == f"/docs#problem-{code}"
    assert said["detail"]
    assert said["request_id"] == answer.headers["X-Request-Id"]
    return said


def changed(path: str, value: Any) -> dict[str, Any]:
    """Evidence with one value changed; `path` as in `financials/0/revenue`."""
    body: Any = request()
    *way, last = path.split("/")
    place = body
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    return dict(body)


@pytest.mark.parametrize(
    ("field", "value", "rule", "remedy"),
    [
        ("product", "mortgage", "must be one of", "use one of these words"),
        ("product", "other", "marks past loans", "ask for one of the four"),
        ("amount", 10**12, "must be at most 1,000,000,000", "correct the value"),
        ("amount", 10**30, "must be at most 1,000,000,000", "correct the value"),
        ("amount", 0, "must be at least 1", "correct the value"),
        ("amount", -5, "must be at least 1", "correct the value"),
        ("amount", 2_000_000.5, "must be a whole number", "without decimals"),
        ("amount", "2000000", "must be a whole number", "without decimals or quotes"),
        ("amount", True, "must be a whole number", "without decimals or quotes"),
        ("term_months", 61, "must be at most 60", "correct the value"),
        ("purpose", "gambling", "must be one of", "use one of these words"),
        ("firm_id", "91340100MA2XXXXX0D", "check digit", "typing error"),
        ("firm_id", "123", "18", "correct it"),
        ("as_of", "2026-11-24", "after today in China (2026-11-23)", "leave it out"),
        ("as_of", "23.11.2026", "must be a date", "YYYY-MM-DD"),
        ("as_of", 20_000, "must be a date", "YYYY-MM-DD"),
        ("evidence", {}, "is required", "send it"),
        ("interest", 3, "is not a known field", "leave it out"),
        ("a/b~c", 3, "is not a known field", "leave it out"),
    ],
)
def test_a_wrong_application_is_refused_by_field(
    client: FlaskClient, officer: Headers, field: str, value: Any, rule: str, remedy: str
) -> None:
    """Each wrong field of an application is named by its pointer, with value, rule and remedy."""
    said = is_problem(client.post("/v1/decisions", json={**ASKED, field: value}, headers=officer), 422, "invalid-request")
    (fault, *_) = said["errors"]
    assert fault["field"].startswith("/" + field.replace("~", "~0").replace("/", "~1"))
    assert rule in fault["rule"]
    assert remedy in fault["remedy"]
    assert fault["value"]


@pytest.mark.parametrize(
    ("path", "value", "pointer", "rule"),
    [
        ("financials/0/revenue", -1, "/financials/0/revenue", "must be at least 0"),
        ("financials/0/revenue", 10**14, "/financials/0/revenue", "must be at most"),
        ("financials/0/revenue", 1.5, "/financials/0/revenue", "whole number"),
        ("financials/0/known_on", "2027-01-01", "/financials/0/known_on", "after today (2026-11-23)"),
        ("financials/0/known_on", "2024-02-30", "/financials/0/known_on", "calendar has no such day"),
        ("financials/0/profit", 1, "/financials/0/profit", "not a known field"),
        ("financials", [], "/financials", "empty list"),
        ("patents/0/kind", "brand", "/patents/0/kind", "must be one of"),
        ("firm/firm_id", "91340100MA2XXXXX0D", "/firm/firm_id", "check digit"),
        ("firm/name", "", "/firm/name", "must be a text"),
        ("recipes", [], "/recipes", "not a known field"),
        ("patents", "many", "/patents", "must be a list"),
    ],
)
def test_wrong_evidence_is_refused_by_field(client: FlaskClient, risk: Headers, path: str, value: Any, pointer: str, rule: str) -> None:
    """Each wrong value of evidence is named by table, row and column, and nothing is put on file."""
    said = is_problem(client.post("/v1/firms", json=changed(path, value), headers=risk), 422, "invalid-request")
    assert (pointer, True) in {(fault["field"], rule in fault["rule"]) for fault in said["errors"]}
    assert said["error_count"] == len(said["errors"])
    is_problem(client.get(f"/v1/firms/{FIRM}", headers=risk), 404, "unknown-firm")


def test_every_fault_is_counted_and_the_first_are_listed(client: FlaskClient, risk: Headers) -> None:
    """Of 150 wrong rows the answer lists 100 faults and counts all of them."""
    row = request()["invoices"][0]
    invoices = [{**row, "month": f"{2000 + i // 12}-{i % 12 + 1:02d}-01", "issued_amount": -i - 1} for i in range(150)]
    said = is_problem(client.post("/v1/firms", json=request(invoices=invoices), headers=risk), 422, "invalid-request")
    assert (len(said["errors"]), said["error_count"]) == (100, 150)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"firm_id": None}, "must name the firm once"),
        ({"evidence": request()}, "must name the firm once"),
        ({"firm_id": None, "evidence": {"firm": {**request()["firm"], "searched": None}}}, "at least one table"),
    ],
)
def test_the_firm_is_named_once_and_not_by_empty_evidence(client: FlaskClient, officer: Headers, change: dict[str, Any], rule: str) -> None:
    """A request without a firm, with two, or with evidence that says nothing is refused."""
    said = is_problem(client.post("/v1/decisions", json={**ASKED, **change}, headers=officer), 422, "invalid-request")
    assert rule in said["errors"][0]["rule"]


def test_evidence_that_says_nothing_is_not_put_on_file(client: FlaskClient, risk: Headers) -> None:
    """A firm's own row alone is refused."""
    empty = {"firm": {**request()["firm"], "searched": None}}
    said = is_problem(client.post("/v1/firms", json=empty, headers=risk), 422, "invalid-request")
    assert "at least one table" in said["detail"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"amount": NaN}', "not JSON"),
        (b'{"amount": 1e999}', "not JSON"),
        (b'{"purpose": "\\ud800"}', "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 3000, "not JSON"),
        (b"[" * 1000 + b"]" * 1000, "nested deeper"),
        (b'{"a": ' * 1000 + b"1" + b"}" * 1000, "nested deeper"),
        (b'{"purpose": "\\u0000"}', "NUL"),
        (b'{"\\u0000": [1]}', "NUL"),
        (b'{"firms": [{"a": "b\\u0000c"}]}', "NUL"),
        (b'{"amount": 1, "amount": 2}', "names amount twice"),
        (b'{"evidence": {"firm": 1, "firm": 2}}', "names firm twice"),
    ],
)
def test_what_is_not_json_is_refused(client: FlaskClient, officer: Headers, body: bytes, detail: str) -> None:
    """Broken JSON, numbers JSON does not have, and names given twice are refused as such."""
    answer = client.post("/v1/decisions", data=body, content_type="application/json", headers=officer)
    assert detail in is_problem(answer, 400, "invalid-json")["detail"]


def test_a_backslash_before_u0000_is_no_nul(client: FlaskClient, officer: Headers) -> None:
    """The text of an escape is not the character."""
    answer = client.post("/v1/decisions", data=b'{"purpose": "\\\\u0000"}', content_type="application/json", headers=officer)
    is_problem(answer, 422, "invalid-request")


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/v1/decisions/%00", 404, "unknown-route"),
        ("/v1/firms/a%00b", 404, "unknown-route"),
        ("/v1/decisions?firm_id=%00", 422, "invalid-request"),
        ("/v1/decisions?after=9223372036854775808", 422, "invalid-request"),
        (f"/v1/firms/{FIRM}?version=2147483648", 422, "invalid-request"),
    ],
)
def test_what_no_database_takes_is_refused_before_it(client: FlaskClient, officer: Headers, address: str, status: int, code: str) -> None:
    """The character NUL and numbers beyond the database's are refused alike on both databases."""
    is_problem(client.get(address, headers=officer), status, code)


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b"7"])
def test_json_of_another_shape_is_refused(client: FlaskClient, officer: Headers, body: bytes) -> None:
    """JSON that is no object breaks a rule at the root."""
    answer = client.post("/v1/decisions", data=body, content_type="application/json", headers=officer)
    said = is_problem(answer, 422, "invalid-request")
    assert [(fault["field"], fault["rule"]) for fault in said["errors"]] == [("", "must be an object")]


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_another_content_type_is_refused(client: FlaskClient, officer: Headers, content_type: str) -> None:
    """A body is only read as what it says it is."""
    answer = client.post("/v1/decisions", data=b"{}", content_type=content_type, headers=officer)
    is_problem(answer, 415, "unsupported-media-type")


def test_a_large_body_is_refused(client: FlaskClient, officer: Headers, app: Flask) -> None:
    """A body beyond the limit is refused with the limit."""
    limit = app.extensions["jifen"].settings.request_bytes
    answer = client.post("/v1/decisions", data=b" " * (limit + 1), content_type="application/json", headers=officer)
    assert f"{limit:,}" in is_problem(answer, 413, "body-too-large")["detail"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 65, "käse"])
def test_a_malformed_key_is_refused(client: FlaskClient, officer: Headers, asked: dict[str, Any], key: str) -> None:
    """An idempotency key of another form is refused before anything is decided."""
    answer = client.post("/v1/decisions", json=asked, headers=officer | {"Idempotency-Key": key})
    is_problem(answer, 400, "bad-idempotency-key")
    assert client.get("/v1/decisions", headers=officer).json["decisions"] == []


def test_an_unknown_firm_is_said_to_be_unknown(client: FlaskClient, officer: Headers) -> None:
    """A right code of a firm without evidence on file is a 404 that says what to do."""
    said = is_problem(client.post("/v1/decisions", json=ASKED, headers=officer), 404, "unknown-firm")
    assert "POST /v1/firms" in said["detail"]


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/v1/decisions?limit=5&colour=red", "colour"),
        ("/v1/models?verbose=1", "verbose"),
        ("/healthz?x", "x"),
        ("/v1/decisions?limit=1&limit=2", "limit"),
    ],
)
def test_an_unknown_parameter_is_refused(client: FlaskClient, officer: Headers, address: str, parameter: str) -> None:
    """A parameter that the address does not take, or that is given twice, is named."""
    said = is_problem(client.get(address, headers=officer), 422, "unknown-parameter")
    assert [fault["field"] for fault in said["errors"]] == [parameter]


@pytest.mark.parametrize(
    ("address", "pointer"),
    [
        ("/v1/decisions?limit=0", "/limit"),
        ("/v1/decisions?after=-1", "/after"),
        ("/v1/decisions?firm_id=1", "/firm_id"),
        ("/v1/decisions?after=x", "/after"),
        (f"/v1/firms/{FIRM}?version=0", "/version"),
    ],
)
def test_a_wrong_parameter_is_refused(client: FlaskClient, officer: Headers, address: str, pointer: str) -> None:
    """A parameter with a wrong value is named with its rule."""
    said = is_problem(client.get(address, headers=officer), 422, "invalid-request")
    assert [fault["field"] for fault in said["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/v2/decisions", 404, "unknown-route"),
        ("GET", "/v1/decisions/01JDC0V9T7Q2M4X8K6Z3B5N1RA", 404, "unknown-decision"),
        ("GET", "/v1/decisions/x%00y", 404, "unknown-route"),
        ("GET", "/static/", 404, "unknown-route"),
        ("GET", "/static/../app.py", 404, "unknown-route"),
        ("GET", "/static/%2e%2e/app.py", 404, "unknown-route"),
        ("DELETE", "/v1/decisions", 405, "method-not-allowed"),
        ("OPTIONS", "/v1/decisions", 405, "method-not-allowed"),
        ("BREW", "/healthz", 405, "method-not-allowed"),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    client: FlaskClient, officer: Headers, method: str, address: str, status: int, code: str
) -> None:
    """Unknown addresses, numbers and methods have the same form as every other error."""
    answer = client.open(address, method=method, headers=officer)
    is_problem(answer, status, code)
    assert (status == 405) == ("Allow" in answer.headers)


def test_a_failure_says_nothing_of_the_inside(
    client: FlaskClient, officer: Headers, monkeypatch: pytest.MonkeyPatch, service_log: pytest.LogCaptureFixture
) -> None:
    """A bug is a 500 problem with a request id, under which the log has its trace."""

    def fail(*_: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("service.web.decisions.show_decision", fail)
    answer = client.get("/v1/decisions/x", headers=officer)
    is_problem(answer, 500, "internal-error")
    assert "secret" not in answer.text
    (line,) = [record for record in service_log.records if record.getMessage() == "a request failed"]
    assert (line.levelname, line.request_id) == ("ERROR", answer.headers["X-Request-Id"])
    assert line.exc_info


def test_an_error_without_a_status_is_a_failure(client: FlaskClient, officer: Headers, monkeypatch: pytest.MonkeyPatch) -> None:
    """A domain error that no table of problems knows is answered as a failure, never as a success."""

    def fail(*_: object) -> None:
        raise BadSetting("x")

    monkeypatch.setattr("service.web.decisions.show_decision", fail)
    is_problem(client.get("/v1/decisions/x", headers=officer), 500, "internal-error")


def test_a_request_id_is_kept_where_it_is_one(client: FlaskClient) -> None:
    """A caller's own request id comes back; anything else is replaced."""
    assert client.get("/healthz", headers={"X-Request-Id": "trace-12345678"}).headers["X-Request-Id"] == "trace-12345678"
    assert client.get("/healthz", headers={"X-Request-Id": "<script>"}).headers["X-Request-Id"] != "<script>"


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/nothing", "/static/docs.css"])
def test_every_answer_is_guarded(client: FlaskClient, path: str) -> None:
    """Pages, data and problems carry the same strict headers."""
    with client.get(path) as answer:
        headers = answer.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers.getlist("Cache-Control") == ["no-store"]


def test_every_fault_of_a_file_reaches_the_caller(client: FlaskClient, risk: Headers, upload: Callable[..., TestResponse]) -> None:
    """Faults of bulk files are listed with table, row, column, value, rule and remedy."""
    said = is_problem(upload(firms=[{"founded_on": "2030-01-01", "field": "magic"}]), 422, "evidence-faults")
    assert {fault["field"] for fault in said["errors"]} == {"/firms/1/founded_on", "/firms/1/field"}
    assert {fault["value"] for fault in said["errors"]} == {"2030-01-01", "magic"}
