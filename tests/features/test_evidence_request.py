"""One firm's evidence in a request: what is accepted, what is refused, and what silence means."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from builders_evidence import FIRM, OTHER, request
from pydantic import ValidationError

from features.evidence import MOST_ROWS, FirmEvidence
from features.tables import REGISTERS, TABLES

TODAY = date(2026, 11, 23)


def read(body: dict[str, Any]) -> FirmEvidence:
    return FirmEvidence.model_validate_json(json.dumps(body), context={"today": TODAY})


def refusal(body: dict[str, Any]) -> tuple[tuple[int | str, ...], str]:
    with pytest.raises(ValidationError) as refused:
        read(body)
    (error,) = refused.value.errors()
    return error["loc"], error["msg"]


def test_a_request_has_a_field_for_each_table() -> None:
    """The request follows the tables: `firm` and one list for each other table, in their order and of their model."""
    fields = dict(FirmEvidence.model_fields)
    assert fields.pop("firm").annotation is TABLES["firms"].model
    assert list(fields) == [name for name in TABLES if name != "firms"]
    assert {name: field.annotation for name, field in fields.items()} == {
        name: tuple[TABLES[name].model, ...] | None
        for name in fields  # type: ignore[name-defined]
    }


def test_a_full_request_is_read() -> None:
    """All eleven tables arrive as rows of their models, and nothing is empty."""
    evidence = read(request())
    assert evidence.firm.firm_id == FIRM
    assert {name: type(rows[0]) for name, rows in evidence.supplied().items()} == {n: TABLES[n].model for n in TABLES if n != "firms"}
    assert not evidence.is_empty


def test_absent_and_null_are_not_supplied() -> None:
    """A table that is absent or null was not supplied; it is unknown, not empty."""
    body = request(patents=None)
    del body["loans"]
    supplied = read(body).supplied()
    assert "patents" not in supplied
    assert "loans" not in supplied


@pytest.mark.parametrize("register", REGISTERS)
def test_an_empty_register_was_searched(register: str) -> None:
    """An empty list of an event register is supplied: searched, none found."""
    assert read(request(**{register: []})).supplied()[register] == ()


@pytest.mark.parametrize(
    ("table", "paper"),
    [
        ("financials", "annual financial statement"),
        ("talent", "staff and social insurance roll"),
        ("invoices", "VAT invoices of 24 months"),
    ],
)
def test_an_empty_list_that_says_nothing_is_refused(table: str, paper: str) -> None:
    """Every firm has staff and statements, so an empty list of them is a mistake of the sender."""
    location, message = refusal(request(**{table: []}))
    assert location == (table,)
    assert message == f"Value error, {table} is an empty list, which says nothing; leave it out, or send the {paper}"


def test_a_firm_alone_is_empty_evidence() -> None:
    """Only the firm's own row is readable but empty; a searched register is something."""
    assert read({"firm": {**request()["firm"], "searched": None}}).is_empty
    assert not read({"firm": request()["firm"]}).is_empty
    assert not read({"firm": {**request()["firm"], "searched": None}, "conduct": []}).is_empty


@pytest.mark.parametrize("body", [{}, {"patents": []}])
def test_evidence_without_a_firm_is_refused(body: dict[str, Any]) -> None:
    """Empty evidence names what it lacks."""
    assert refusal(body) == (("firm",), "Field required")


def test_an_unknown_table_is_refused_by_name() -> None:
    """A misspelt table is not silently dropped."""
    assert refusal(request(patent=[])) == (("patent",), "Extra inputs are not permitted")


def test_too_many_rows_are_refused_before_they_are_read() -> None:
    """More than 5,000 rows of a table come as a bulk file; 5,000 are read."""
    patent = request()["patents"][0]
    most = [{**patent, "patent_id": str(number)} for number in range(MOST_ROWS)]
    assert len(read(request(patents=most)).supplied()["patents"]) == 5_000
    location, message = refusal(request(patents=[{"bad": "row"}] * 5_001))
    assert location == ("patents",)
    assert message == "Value error, patents has 5,001 rows where a request carries at most 5,000; load them as a bulk file"


def test_a_row_of_another_firm_is_refused() -> None:
    """One request is about one firm."""
    body = request()
    body["conduct"][0]["firm_id"] = OTHER
    message = f"Value error, conduct[0].firm_id {OTHER} is not the firm {FIRM}; send one firm's evidence at a time"
    assert refusal(body) == ((), message)


def test_a_repeated_key_is_refused() -> None:
    """Two rows of one key contradict or repeat each other."""
    body = request()
    body["patents"] *= 2
    message = "Value error, patents[1] has the same firm_id, patent_id as patents[0]; keep one of the two"
    assert refusal(body) == ((), message)


@pytest.mark.parametrize(
    ("table", "change", "where", "message"),
    [
        ("financials", {"revenue": -1}, ("revenue",), "Input should be greater than or equal to 0"),
        ("financials", {"revenue": 10**14}, ("revenue",), "Input should be less than or equal to 10000000000000"),
        ("financials", {"revenue": True}, ("revenue",), "Value error, write a whole number in plain digits"),
        ("financials", {"revenue": "1,000"}, ("revenue",), "Value error, write a whole number in plain digits, here 1000"),
        ("patents", {"filed_on": "2021/3/1"}, ("filed_on",), "Value error, write the day as YYYY-MM-DD, here 2021-03-01"),
        ("patents", {"filed_on": 19000}, ("filed_on",), "Value error, write the day as YYYY-MM-DD"),
        ("patents", {"color": "red"}, ("color",), "Extra inputs are not permitted"),
        (
            "patents",
            {"published_on": "2026-11-24"},
            (),
            "Value error, published_on 2026-11-24: published_on lies after today (2026-11-23); send the fact once it has happened",
        ),
        (
            "talent",
            {"technical_staff": 81},
            (),
            "Value error, technical_staff 81: technical_staff is part of staff (80) and never above it; correct the one that is wrong",
        ),
        (
            "loans",
            {"firm_id": "91340100MA2XXXXX0D"},
            ("firm_id",),
            "Value error, firm_id has the check digit 'D' where GB 32100-2015 gives 'C'; look for a typing error",
        ),
    ],
)
def test_a_wrong_value_is_refused_at_its_place(table: str, change: dict[str, Any], where: tuple[str, ...], message: str) -> None:
    """The refusal of a request names table, row and column, and says what to do."""
    body = request()
    body[table][0].update(change)
    assert refusal(body) == ((table, 0, *where), message)


def test_without_a_today_the_future_is_not_judged() -> None:
    """A model has no clock: only the context tells it the day."""
    body = request()
    body["contracts"][0]["registered_on"] = "2099-01-01"
    assert FirmEvidence.model_validate(body).supplied()["contracts"][0].registered_on == date(2099, 1, 1)  # type: ignore[attr-defined]
