"""What every row of evidence does: read its columns strictly, then hold to its table's rules."""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from features.tables.columns import Clock, Column, column_of
from features.tables.rules import NotAhead, Rule
from features.tables.written import read_written

__all__ = ["Row", "rules_at"]


class Row(BaseModel):
    """A row of evidence: frozen, unknown columns are refused, and texts are read strictly (`features.tables.written`).

    Validate with `context={"today": date}` to refuse facts that lie ahead of that day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)

    columns: ClassVar[tuple[Column, ...]] = ()
    """The table's columns, read off the fields."""
    rules: ClassVar[tuple[Rule, ...]] = ()
    """What must hold between the columns of one row."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Read the columns off the finished model."""
        super().__pydantic_init_subclass__(**kwargs)
        cls.columns = tuple(column_of(name, info) for name, info in cls.model_fields.items())

    @field_validator("*", mode="before")
    @classmethod
    def _strictly_written(cls, value: Any, info: ValidationInfo) -> Any:
        return read_written(_kinds(cls)[str(info.field_name)], value)

    @model_validator(mode="after")
    def _rules_hold(self, info: ValidationInfo) -> Self:
        today = (info.context or {}).get("today")
        row = self.__dict__
        broken = [f"{r.column} {row[r.column]}: {r.remedy(row)}" for r in rules_at(type(self), today) if r.breaks(row)]
        if broken:
            raise ValueError("; ".join(broken))
        return self


@cache
def _kinds(model: type[Row]) -> dict[str, str]:
    return {column.name: column.kind for column in model.columns}


@lru_cache(maxsize=64)
def rules_at(model: type[Row], today: date | None) -> tuple[Rule, ...]:
    """Give the rules of a table on the day `today`; without a day, no date counts as lying ahead."""
    if today is None:
        return model.rules
    dated = (c.name for c in model.columns if c.kind == "date" and c.clock is not Clock.PLANNED)
    return (*model.rules, *(NotAhead(name, today) for name in dated))
