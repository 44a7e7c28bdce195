"""What a firm asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from features.tables import FirmId
from features.vocabulary import Product, Word
from service.errors import Fault, InvalidRequest

__all__ = ["MAX_AMOUNT", "MAX_TERM", "Application", "Purpose", "application_of"]

MAX_AMOUNT = 1_000_000_000
"""Yuan; twenty times the largest product cap: above it a typing error is likelier than a request."""
MAX_TERM = 60
"""Months; the longest term of the named products."""

ASKABLE = tuple(product.value for product in Product if product is not Product.OTHER)

RULES: Mapping[str, tuple[str, str]] = {
    "product": (f"must be one of {', '.join(ASKABLE)}", "name one of the products"),
    "amount": (f"must be a whole number of yuan from 1 to {MAX_AMOUNT:,}", "write yuan without decimals or separators, as in 5000000"),
    "term_months": (f"must be a whole number of months from 1 to {MAX_TERM}", "write months, as in 24"),
    "firm_id": ("must be a unified social credit code (GB 32100-2015)", "copy the 18 characters from the business licence"),
    "as_of": ("must be a date from 1990-01-01 to 2199-12-31", "write it as in 2026-11-23"),
}
"""What each field must be, and what to do when it is not; `purpose` follows below its word list."""


class Purpose(Word):
    """What the loan pays for."""

    WORKING_CAPITAL = "working-capital", "流动资金"
    RESEARCH = "research", "研发投入"
    EQUIPMENT = "equipment", "设备更新"
    DIGITALISATION = "digitalisation", "数字化改造"
    EXPANSION = "expansion", "扩大产能"
    REPAYMENT = "repayment", "偿还初创期贷款"


PURPOSE_RULE = f"must be one of {', '.join(Purpose)}, or absent", "name a purpose or leave it out"


class Application(BaseModel):
    """A request for one product: `amount` in whole yuan, judged on what was known by the end of `as_of`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    product: Product = Field(title="Product", json_schema_extra={"zh": "产品"})
    amount: int = Field(strict=True, gt=0, le=MAX_AMOUNT, title="Amount asked (yuan)", json_schema_extra={"zh": "申请金额(元)"})
    term_months: int = Field(strict=True, ge=1, le=MAX_TERM, title="Term (months)", json_schema_extra={"zh": "期限(月)"})
    purpose: Purpose | None = Field(default=None, title="Purpose", json_schema_extra={"zh": "用途"})
    firm_id: FirmId
    as_of: date = Field(ge=date(1990, 1, 1), le=date(2199, 12, 31), title="As-of date", json_schema_extra={"zh": "截止日期"})

    @field_validator("product")
    @classmethod
    def _askable(cls, product: Product) -> Product:
        if product is Product.OTHER:
            raise PydanticCustomError("product", "marks past loans outside the named products and cannot be asked for")
        return product


def application_of(said: Mapping[str, Any]) -> Application:
    """Read an application; `InvalidRequest` lists a fault for each wrong, missing or unknown field."""
    try:
        return Application.model_validate(dict(said))
    except ValidationError as error:
        faults = [_fault(detail) for detail in error.errors(include_url=False)]
        raise InvalidRequest("; ".join(f"{f.field} = {f.value}: {f.rule}; {f.remedy}" for f in faults), faults) from error


def _fault(detail: ErrorDetails) -> Fault:
    field = str(detail["loc"][0])
    if detail["type"] == "extra_forbidden":
        known = ", ".join(Application.model_fields)
        return _named(field, detail, "is not a field of an application", f"leave it out; the fields are {known}")
    rule, remedy = PURPOSE_RULE if field == "purpose" else RULES[field]
    if detail["type"] == "missing":
        return Fault(field=f"/{field}", value="nothing", rule="is required", remedy=remedy)
    if field == "firm_id" and detail["type"] == "value_error":
        rule = detail["msg"].removeprefix("Value error, firm_id ")
    return _named(field, detail, rule, remedy)


def _named(field: str, detail: ErrorDetails, rule: str, remedy: str) -> Fault:
    said = repr(detail["input"])
    return Fault(field=f"/{field}", value=said if len(said) <= 60 else f"{said[:57]}...", rule=rule, remedy=remedy)
