"""What may be asked for, and how a wrong request is told."""

from __future__ import annotations

from typing import Any

import pytest
from builders_cases import FIRM_ID

from service.domain import Application, application_of
from service.domain.application import MAX_AMOUNT
from service.errors import InvalidRequest

GOOD: dict[str, Any] = {
    "product": "startup-credit",
    "amount": 5_000_000,
    "term_months": 24,
    "purpose": "working-capital",
    "firm_id": FIRM_ID,
    "as_of": "2026-11-23",
}


def test_a_good_request_is_read():
    """Words become words of the vocabulary, the date a date."""
    asked = application_of(GOOD)
    assert (asked.product.zh, asked.purpose.zh, asked.as_of.year) == ("初创信用贷", "流动资金", 2026)
    assert application_of({**GOOD, "purpose": None}).purpose is None


@pytest.mark.parametrize("amount", [1, MAX_AMOUNT])
def test_the_ends_of_amounts_are_included(amount):
    """1 yuan and a thousand million are amounts; whether a product gives them is the policy's business."""
    assert application_of({**GOOD, "amount": amount}).amount == amount


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("amount", 0, "must be a whole number of yuan from 1 to 1,000,000,000"),
        ("amount", -5, "write yuan without decimals or separators"),
        ("amount", MAX_AMOUNT + 1, "= 1000000001"),
        ("amount", 1.5, "whole number"),
        ("amount", "5000000", "whole number"),
        ("amount", True, "whole number"),
        ("term_months", 0, "from 1 to 60"),
        ("term_months", 61, "from 1 to 60"),
        ("product", "gold", "must be one of startup-credit, growth-relay, loan-investment, common-growth"),
        ("product", "other", "must be one of startup-credit"),
        ("purpose", "yacht", "must be one of working-capital"),
        ("firm_id", "91340100MA2NUWQJ36", "check digit '6' where GB 32100-2015 gives '5'"),
        ("firm_id", "short", "copy the 18 characters"),
        ("as_of", "soon", "write it as in 2026-11-23"),
        ("as_of", "1889-01-01", "from 1990-01-01"),
        ("colour", "red", "is not a field of an application; leave it out; the fields are product, amount"),
    ],
)
def test_a_wrong_value_is_told_with_field_value_rule_and_remedy(field, value, said):
    """One fault, at the field, with what was sent and what to do."""
    with pytest.raises(InvalidRequest) as raised:
        application_of({**GOOD, field: value})
    (fault,) = raised.value.faults
    assert fault.field == f"/{field}"
    assert fault.value == repr(value)
    assert fault.remedy
    assert said in str(raised.value)


def test_every_fault_is_told_at_once():
    """An empty request lacks five fields; the purpose may be absent."""
    with pytest.raises(InvalidRequest) as raised:
        application_of({})
    assert [fault.field for fault in raised.value.faults] == ["/product", "/amount", "/term_months", "/firm_id", "/as_of"]
    assert {fault.rule for fault in raised.value.faults} == {"is required"}


def test_a_long_value_is_cut_in_the_message():
    """Nobody reads a kilobyte in an error."""
    with pytest.raises(InvalidRequest) as raised:
        application_of({**GOOD, "product": "x" * 1000})
    assert raised.value.faults[0].value == "'" + "x" * 56 + "..."


def test_an_application_is_frozen():
    """A decision can rely on what was asked."""
    with pytest.raises(ValueError, match="frozen"):
        application_of(GOOD).amount = 1


def test_the_schema_names_the_fields_in_both_languages():
    """Forms and the API description are derived from it."""
    properties = Application.model_json_schema()["properties"]
    assert properties["amount"]["zh"] == "申请金额(元)"
    assert properties["amount"]["maximum"] == MAX_AMOUNT
