"""Reading what was sent, strictly: JSON without duplicates, models without guesses, and every fault with its place and remedy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from service.errors import Fault, InvalidRequest

__all__ = ["NUL", "faults_of", "read_body", "read_form", "read_query"]

Model = TypeVar("Model", bound=BaseModel)
LONGEST_VALUE = 80
NUL, NUL_WRITTEN = "\0", b"\\u0000"
"""The one character that PostgreSQL keeps in no text; refused on every database, so that what one takes the other takes too."""

RULES: Mapping[str, tuple[str, str]] = {
    "extra_forbidden": ("is not a known field", "leave it out, or correct its spelling; /openapi.json lists the fields"),
    "int_type": ("must be a whole number", "write a JSON number without decimals or quotes, as in 5000000"),
    "int_from_float": ("must be a whole number", "write it without decimals, in the unit that /openapi.json gives"),
    "int_parsing": ("must be a whole number", "write digits only, as in 50"),
    "string_type": ("must be a text", "write it in quotes"),
    "string_too_short": ("must have at least {min_length} characters", "send the whole text"),
    "string_too_long": ("must have at most {max_length} characters", "shorten it"),
    "string_pattern_mismatch": ("must match {pattern}", "correct it to that form"),
    "greater_than_equal": ("must be at least {ge}", "correct the value; the unit is given in /openapi.json"),
    "greater_than": ("must be above {gt}", "correct the value; the unit is given in /openapi.json"),
    "less_than_equal": ("must be at most {le}", "correct the value; the unit is given in /openapi.json"),
    "enum": ("must be one of {expected}", "use one of these words"),
    "date_type": ("must be a date", "write it in quotes as YYYY-MM-DD"),
    "date_parsing": ("must be a date of the calendar", "write it as YYYY-MM-DD"),
    "date_from_datetime_parsing": ("must be a date of the calendar", "write it as YYYY-MM-DD"),
    "model_type": ("must be an object", "write it in braces; /openapi.json shows its fields"),
    "model_attributes_type": ("must be an object", "write it in braces; /openapi.json shows its fields"),
    "tuple_type": ("must be a list", "write it in brackets"),
    "bool_type": ("must be true or false", "write true or false without quotes"),
}
"""Pydantic's error types in our words: the rule and what to do."""


def read_body(model: type[Model], body: bytes, *, today: date, shown: int) -> Model:
    """Read a JSON body; `InvalidRequest` lists up to `shown` faults. Facts dated after `today` are faults."""
    _check_json(body)
    try:
        return model.model_validate_json(body, context={"today": today})
    except ValidationError as error:
        raise _invalid(error, "the body", shown) from error


def read_query(model: type[Model] | None, sent: Mapping[str, Sequence[str]]) -> Model | None:
    """Read the parameters of an address; one that is unknown or given twice is an `InvalidRequest`."""
    _check_names(model, sent, "the address has parameters it does not take", "unknown-parameter")
    return None if model is None else _read_texts(model, sent, "the address")


def read_form(model: type[Model], sent: Mapping[str, Sequence[str]], *, today: date | None = None) -> Model:
    """Read the fields of a form; one that is unknown or given twice is an `InvalidRequest`, and so is a fact dated after `today`."""
    _check_names(model, sent, "the form has fields it does not take", "invalid-request")
    return _read_texts(model, sent, "the form", today)


def _check_names(model: type[BaseModel] | None, sent: Mapping[str, Sequence[str]], trouble: str, code: str) -> None:
    known = model.model_fields if model else {}
    is_open = model is not None and model.model_config.get("extra") == "ignore"
    faults = [_unknown(name, values, known) for name, values in sent.items() if name not in known and not is_open]
    faults += [_repeated(name, values) for name, values in sent.items() if name in known and len(values) > 1]
    if faults:
        raise InvalidRequest(f"{trouble}: {', '.join(fault.field for fault in faults)}", faults, code=code)


def _read_texts(model: type[Model], sent: Mapping[str, Sequence[str]], what: str, today: date | None = None) -> Model:
    nuls = [
        Fault(field=name, value=_short(values[0]), rule="must not hold the character NUL", remedy="leave it out")
        for name, values in sent.items()
        if NUL in values[0]
    ]
    if nuls:
        raise InvalidRequest(f"{what} breaks a rule: {nuls[0].field} {nuls[0].rule}; {nuls[0].remedy}", nuls)
    try:
        return model.model_validate({name: values[0] for name, values in sent.items()}, context={"today": today})
    except ValidationError as error:
        raise _invalid(error, what, len(model.model_fields)) from error


def _unknown(name: str, values: Sequence[str], known: Mapping[str, object]) -> Fault:
    takes = f"it takes {', '.join(known)}" if known else "it takes none"
    return Fault(field=name, value=_short(values[0]), rule="is not a parameter of this address", remedy=f"leave it out; {takes}")


def _repeated(name: str, values: Sequence[str]) -> Fault:
    return Fault(field=name, value=_short(", ".join(values)), rule="must be given once", remedy="leave out all but one")


def _check_json(body: bytes) -> None:
    """Refuse what is not JSON by RFC 8259, and names that appear twice in an object (readers disagree on which counts)."""
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"the body is not JSON: {error}; correct it and send it again", code="invalid-json") from error
    try:
        json.loads(body, object_pairs_hook=_once, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise InvalidRequest("the body is nested deeper than any request is; flatten it and send it again", code="invalid-json") from error
    if NUL_WRITTEN in body and _holds_nul(read):
        raise InvalidRequest("the body has a text with the character NUL, which no record can keep; leave it out", code="invalid-json")


def _holds_nul(read: Any) -> bool:
    """Does any text in there, name or value, hold NUL?"""
    if isinstance(read, dict):
        return any(NUL in name or _holds_nul(value) for name, value in read.items())
    if isinstance(read, list):
        return any(_holds_nul(value) for value in read)
    return isinstance(read, str) and NUL in read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InvalidRequest(f"the body names {', '.join(twice)} twice in one object; send each name once", code="invalid-json")
    return found


def _invalid(error: ValidationError, what: str, shown: int) -> InvalidRequest:
    faults = faults_of(error)
    first = faults[0]
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    detail = f"{what} breaks a rule: {first.field or 'it'} {first.rule}; {first.remedy}{more}"
    return InvalidRequest(detail, faults[:shown], count=len(faults))


def faults_of(error: ValidationError) -> list[Fault]:
    """Give a fault for each wrong value, with its JSON pointer."""
    details = error.errors(include_url=False)
    faulty = {detail["loc"][:end] for detail in details for end in range(1, len(detail["loc"]))}
    return [_fault(detail) for detail in details if not (detail["type"] == "too_short" and detail["loc"] in faulty)]


def _fault(detail: ErrorDetails) -> Fault:
    if detail["type"] == "missing":
        return Fault(field=_pointer(detail["loc"]), value="(nothing)", rule="is required", remedy="send it")
    if detail["type"] in RULES:
        rule, remedy = RULES[detail["type"]]
        told = {name: f"{value:,}" if isinstance(value, int) else value for name, value in detail.get("ctx", {}).items()}
        return Fault(field=_pointer(detail["loc"]), value=_short(detail["input"]), rule=rule.format(**told), remedy=remedy)
    return _told(detail)


def _told(detail: ErrorDetails) -> Fault:
    """Read what a model's own check said: `rule; remedy`, after `column value: ` where it speaks of one column of a row."""
    place, value, message = detail["loc"], detail["input"], detail["msg"].removeprefix("Value error, ")
    column, _, rest = message.partition(" ")
    if isinstance(value, Mapping) and column in value and ": " in rest:
        place, value, message = (*place, column), value[column], rest.partition(": ")[2]
    rule, _, remedy = message.partition("; ")
    return Fault(field=_pointer(place), value=_short(value), rule=rule, remedy=remedy or "correct it; /openapi.json describes the field")


def _pointer(place: Sequence[int | str]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
