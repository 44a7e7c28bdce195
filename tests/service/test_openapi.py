"""The OpenAPI document is the app: nothing more, nothing less."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from builders_evidence import FIRM, evidence_texts, request
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from service.web.operations import operations_of

Headers = dict[str, str]
OFFERS = f"/v1/firms/{FIRM}/offers?amount=2000000&term_months=24"


@pytest.fixture
def database(tmp_path: Any) -> str:
    """Documents do not depend on the database."""
    return f"sqlite:///{tmp_path / 'jifen.db'}"


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json)


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    """It is OpenAPI 3.1 to the letter, and every schema in it is a schema."""
    OpenAPIV31SpecValidator(document).validate()
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_document_and_routes_are_the_same_set(document: dict[str, Any], app: Flask) -> None:
    """Every route is described, and everything described is served."""
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    served = {(re.sub(r"<(\w+)>", r"{\1}", rule.rule), method) for rule in rules for method in (rule.methods or set()) - {"HEAD"}}
    assert described == served


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No schema refers to one that is not there."""
    names = set(re.findall(r"'\$ref': '#/components/schemas/([^']+)'", str(document)))
    assert names <= set(document["components"]["schemas"])
    assert "#/$defs" not in str(document)


def integers(node: Any) -> list[dict[str, Any]]:
    """Every schema of a whole number inside."""
    if isinstance(node, list):
        return [found for one in node for found in integers(one)]
    if not isinstance(node, dict):
        return []
    return [node] * (node.get("type") == "integer") + [found for one in node.values() for found in integers(one)]


def test_every_number_that_is_asked_for_has_a_bound(document: dict[str, Any]) -> None:
    """No parameter of an address takes a number that a database cannot hold."""
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            for number in integers(told["parameters"]):
                assert "maximum" in number, (path, method, number)


def test_every_description_is_a_text(document: dict[str, Any]) -> None:
    """A form whose model or field says nothing has no description, rather than null."""
    assert "'description': None" not in str(document)


def answer_of(document: dict[str, Any], path: str, method: str, answer: TestResponse) -> dict[str, Any]:
    """The content the document promises for an answer."""
    told = document["paths"][path][method]["responses"][str(answer.status_code)]
    assert set(told.get("headers", {})) - {"Idempotent-Replayed"} <= set(answer.headers.keys())
    return dict(told["content"][answer.mimetype]["schema"])


@pytest.fixture
def conversation(
    client: FlaskClient, officer: Headers, risk: Headers, upload: Callable[..., TestResponse]
) -> list[tuple[str, str, TestResponse]]:
    """One real answer of each kind: (path, method, answer)."""
    asked = {"product": "startup-credit", "amount": 2_000_000, "term_months": 24, "firm_id": FIRM}
    talk = [("/v1/ingests", "post", upload(**{name: [{}] for name in evidence_texts()}))]
    talk += [("/v1/firms", "post", client.post("/v1/firms", json=request(), headers=risk))]
    more = {**request(), "contracts": [{**request()["contracts"][0], "contract_id": "HT-3"}]}
    talk += [("/v1/firms", "post", client.post("/v1/firms", json=more, headers=risk))]
    made = client.post("/v1/decisions", json=asked, headers=officer)
    talk += [("/v1/decisions", "post", made)]
    talk += [("/v1/decisions", "post", client.post("/v1/decisions", json={**asked, "amount": 0}, headers=officer))]
    talk += [("/v1/decisions", "post", client.post("/v1/decisions", json=asked))]
    talk += [("/v1/decisions", "post", client.post("/v1/decisions", json=asked, headers=risk))]
    gets = ["/v1/decisions?limit=1", f"/v1/firms/{FIRM}", f"/v1/firms/{FIRM}/points", OFFERS, "/v1/models", "/healthz", "/readyz"]
    for address in [made.headers["Location"], *gets]:
        path = re.sub(r"\?.*", "", address).replace(FIRM, "{firm_id}").replace(made.json["decision_id"], "{decision_id}")
        talk.append((path, "get", client.get(address, headers=officer)))
    return talk


def test_real_answers_are_what_the_document_promises(document: dict[str, Any], conversation: list[tuple[str, str, TestResponse]]) -> None:
    """Every answer, good or bad, has a described status, content type and headers, and its body fits its schema."""
    statuses = set()
    for path, method, answer in conversation:
        schema = answer_of(document, path, method, answer) | {"components": document["components"]}
        Draft202012Validator(schema).validate(answer.json)
        statuses.add((path, answer.status_code))
    assert {("/v1/decisions", status) for status in (201, 401, 403, 422)} | {("/v1/firms", 200), ("/v1/firms", 201)} <= statuses


def test_the_request_schema_refuses_what_the_service_refuses(document: dict[str, Any]) -> None:
    """A client that checks against the document finds the commonest mistakes before it sends them."""
    schema = {"$ref": "#/components/schemas/DecisionRequest", "components": document["components"]}
    check = Draft202012Validator(schema)
    good = {"product": "startup-credit", "amount": 1, "term_months": 1, "firm_id": FIRM}
    assert check.is_valid(good)
    for wrong in ({"amount": "1"}, {"amount": 10**12}, {"product": "x"}, {"interest": 1}, {"term_months": 0}, {"firm_id": "1"}):
        assert not check.is_valid({**good, **wrong}), wrong


def test_the_page_shows_every_operation_and_problem(client: FlaskClient, document: dict[str, Any], app: Flask) -> None:
    """The page names every operation, links only to itself and this host, and has no script or inline style."""
    page = client.get("/docs").text
    for one in operations_of(app):
        assert f'id="{one.name}"' in page
    links = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert {link for link in links if not link.startswith(("#", "/"))} == set()
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert {link[1:] for link in links if link.startswith("#")} <= anchors
    assert "<script" not in page
    assert "style=" not in page
    for link in (link for link in links if link.startswith("/")):
        with client.get(link) as answer:
            assert answer.status_code == 200
    assert f"problem-{'invalid-json'}" in anchors
    assert document["info"]["summary"] in page
