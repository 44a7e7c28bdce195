"""The OpenAPI 3.1 document, derived from the routes and the models they read and answer: it cannot say anything else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from service.web.cookies import Cookie
from service.web.operations import CSRF_FIELD, CSRF_HEADER, Answer, Operation
from service.web.problems import PROBLEM_TYPE, PROBLEMS, Problem

__all__ = ["document_of"]

REF = "#/components/schemas/{model}"
HEADERS = {
    "Location": "Address of what was made",
    "ETag": "Hash of the bytes, in quotes",
    "Idempotent-Replayed": "true when an earlier request with the same key made the decision",
}
FILE = {"contentMediaType": "application/octet-stream"}
ALWAYS = ("internal-error",)
OUTAGES = ("database-damaged", "database-unavailable", "overloaded", "storage-full", "storage-read-only")
CHANGES = ("clock-wrong", "schema-mismatch")
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token made with `jifen token`"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": Cookie.SESSION.value,
        "description": f"A person's session from POST /sign-in, named __Host-{Cookie.SESSION.value} over TLS; "
        f"what changes anything also needs its CSRF token, as header {CSRF_HEADER} or form field `{CSRF_FIELD}`",
    },
}

Schemas = dict[str, Any]


def document_of(operations: Iterable[Operation]) -> dict[str, Any]:
    """Describe these operations."""
    schemas: Schemas = {}
    _schema(Problem, schemas)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(_path(one), {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "jifen",
            "version": version("jifen"),
            "summary": "Innovation points, probability of default and explained loan decisions for technology firms",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": SECURITY,
        },
    }


def _path(one: Operation) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", one.path)


def _operation(one: Operation, schemas: Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "security": [{"token": []}, {"session": []}] if one.permission else [],
        "parameters": _parameters(one, schemas),
        "responses": {str(status): _answer(answer, schemas) for status, answer in one.answers.items()},
    }
    if one.page and one.permission:
        told["responses"].setdefault("303", {"description": "Who is not signed in is sent to /sign-in"})
    if one.permission:
        told["description"] = f"Needs a token or session whose role may {one.permission.value}."
    model = one.body or one.upload or one.form
    if model:
        told["requestBody"] = {"required": True, "content": {str(one.media): {"schema": _schema(model, schemas, reading=True)}}}
        if one.upload:
            told["requestBody"]["content"][str(one.media)]["schema"] = _files(model)
    for status, codes in _problems(one).items():
        if status not in told["responses"]:
            told["responses"][status] = _problem(codes, "text/html" if one.page else PROBLEM_TYPE)
    return told


def _files(model: type[BaseModel]) -> dict[str, Any]:
    """A form: binary fields for files, text fields for what is said of them, none but those."""
    fields = {
        name: {
            "type": "string",
            **({"description": info.description} if info.description else {}),
            **(FILE if _is_file(info) else {}),
        }
        for name, info in model.model_fields.items()
    }
    needed = ["firms"] if "firms" in fields else [name for name, info in model.model_fields.items() if info.is_required()]
    return {"type": "object", "properties": fields, "required": needed, "additionalProperties": False, "description": model.__doc__}


def _is_file(info: FieldInfo) -> bool:
    return bytes in (info.annotation, *get_args(info.annotation))


def _schema(model: type[BaseModel], schemas: Schemas, *, reading: bool = False) -> dict[str, str]:
    """Add a model (and what it is made of) to the components and refer to it."""
    told = model.model_json_schema(ref_template=REF, mode="validation" if reading else "serialization")
    for name, part in told.pop("$defs", {}).items():
        schemas[name] = part
    schemas[model.__name__] = told
    return {"$ref": REF.format(model=model.__name__)}


def _parameters(one: Operation, schemas: Schemas) -> list[dict[str, Any]]:
    del schemas
    text = {"type": "string"}
    listed: list[dict[str, Any]] = [{"name": n, "in": "path", "required": True, "schema": text} for n in re.findall(r"<(\w+)>", one.path)]
    listed += [{"name": n, "in": "header", "required": False, "schema": text, "description": d} for n, d in one.headers.items()]
    if one.query:
        told = one.query.model_json_schema(ref_template=REF)
        required = told.get("required", [])
        listed += [
            {"name": name, "in": "query", "required": name in required, "schema": schema, "description": schema.pop("description", "")}
            for name, schema in told["properties"].items()
        ]
    return listed


def _answer(answer: Answer, schemas: Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {"description": answer.meaning}
    if answer.content:
        told["content"] = {answer.media: {"schema": _schema(answer.content, schemas)}}
    elif answer.media != "application/json":
        told["content"] = {answer.media: {"schema": {"type": "string"}}}
    if answer.headers:
        told["headers"] = {name: {"description": HEADERS[name], "schema": {"type": "string"}} for name in answer.headers}
    return told


def _problems(one: Operation) -> dict[str, list[str]]:
    """Give by status the codes of the problems that an operation can answer with."""
    codes = [*one.problems, "unknown-parameter", *ALWAYS]
    codes += [] if one.always else OUTAGES
    codes += CHANGES if one.method != "GET" else []
    codes += ["ledger-key-unusable", "ledger-unsealed"] if "not-ready" in one.problems else []
    codes += ["unknown-route"] if "<" in one.path else []
    codes += ["forbidden", "too-many-requests"] if one.permission else []
    codes += ["unauthenticated"] if one.permission and not one.page else []
    codes += ["csrf-missing"] if one.permission and one.method != "GET" else []
    codes += ["unsupported-media-type", "body-too-large"] if one.media else []
    codes += ["invalid-json"] if one.body else []
    codes += ["invalid-request"] if one.body or one.query or one.form else []
    by_status: dict[str, list[str]] = {}
    for code in sorted(set(codes)):
        by_status.setdefault(str(PROBLEMS[code].status), []).append(code)
    return dict(sorted(by_status.items()))


def _problem(codes: list[str], media: str) -> dict[str, Any]:
    meanings = "; ".join(f"`{code}`: {PROBLEMS[code].title}" for code in codes)
    schema = {"type": "string"} if media == "text/html" else {"$ref": REF.format(model=Problem.__name__)}
    return {"description": meanings, "content": {media: {"schema": schema}}}
