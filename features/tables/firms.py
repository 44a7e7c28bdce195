"""Who the firm is: one row a firm."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, field_validator

from features.codes import code_problem
from features.tables.columns import Clock, code, day, text, word, yuan
from features.tables.formats import registers_problem
from features.tables.row import Row
from features.tables.rules import Rule, Within
from features.vocabulary import Ownership, TechnologyField

__all__ = ["Firm", "FirmId"]


def _checked(firm_id: str) -> str:
    problem = code_problem(firm_id)
    if problem:
        raise ValueError(f"firm_id {problem}")
    return firm_id


FirmId = Annotated[
    str,
    AfterValidator(_checked),
    Field(
        title="Unified social credit code",
        description="Unified social credit code (GB 32100-2015), check digit verified",
        json_schema_extra={"unit": "", "zh": "统一社会信用代码", "format": "uscc"},
        min_length=18,
        max_length=18,
    ),
]


class Firm(Row):
    """A firm as the register knows it."""

    firm_id: FirmId
    name: str = text("企业名称", "Name")
    founded_on: date = day("成立日期", "Founded on", Clock.HAPPENED)
    region: str = code("行政区划代码", "Region (GB/T 2260 code)", r"^[0-9]{6}$", example="340100", max_length=6)
    industry: str = code("行业代码", "Industry (GB/T 4754 code)", r"^[A-T][0-9]{2,4}$", example="C39", max_length=5)
    field: TechnologyField = word("技术领域", "Technology field")
    ownership: Ownership = word("所有制", "Ownership")
    registered_capital: int = yuan("注册资本", "Registered capital")
    paid_in_capital: int | None = yuan("实缴资本", "Paid-in capital", optional=True)
    searched: str | None = text(
        "已检索登记簿", "Registers searched to the end, joined by ';': no row there means none", form="registers", optional=True
    )

    rules: ClassVar[tuple[Rule, ...]] = (Within("paid_in_capital", "registered_capital"),)

    @field_validator("searched")
    @classmethod
    def _known_registers(cls, value: str | None) -> str | None:
        problem = registers_problem(value or "")
        if problem:
            raise ValueError(f"searched {problem}")
        return value
