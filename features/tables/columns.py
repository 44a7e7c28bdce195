"""How a column says what it means: unit, both names, and when its fact became known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from features.vocabulary import Word

__all__ = ["Clock", "Column", "Row", "count", "day", "identifier", "share", "text", "word", "yuan"]

MAX_AMOUNT = 10**13
MAX_COUNT = 10_000_000
EARLIEST, LATEST = date(1949, 10, 1), date(2199, 12, 31)


class Clock(StrEnum):
    """What a date column says about time.

    `happened` is when the fact took place, `known` since when the bank could know it, `later` a further event of the
    same row (a grant, a repayment) that is invisible before its own date. Rows are dated by their `known` column, or by
    `happened` where the register publishes at once.
    """

    HAPPENED = "happened"
    KNOWN = "known"
    LATER = "later"


class Row(BaseModel):
    """A row of evidence: frozen, and unknown columns are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Column:
    """One column as every engine, form and document needs it; bounds are inclusive and in `unit`."""

    name: str
    kind: str
    """One of `integer`, `date`, `text`, `word`, `boolean`."""
    required: bool
    zh: str
    en: str
    unit: str
    clock: Clock | None = None
    low: int | date | None = None
    high: int | date | None = None
    words: type[Word] | None = None
    pattern: str | None = None
    max_length: int | None = None


def _field(zh: str, en: str, unit: str, *, optional: bool, clock: Clock | None = None, **rules: Any) -> Any:
    extra: dict[str, JsonValue] = {"unit": unit, "zh": zh}
    if clock:
        extra["clock"] = clock.value
    default = None if optional else ...
    return Field(default, title=en, description=f"{en} ({unit})" if unit else en, json_schema_extra=extra, **rules)


def yuan(zh: str, en: str, *, low: int = 0, optional: bool = False) -> Any:
    """An amount of money in whole yuan; `low` below zero admits losses and negative equity."""
    return _field(zh, en, "yuan", optional=optional, ge=low, le=MAX_AMOUNT)


def count(zh: str, en: str, *, unit: str = "count", low: int = 0, high: int = MAX_COUNT, optional: bool = False) -> Any:
    """A number of things, persons, months or years."""
    return _field(zh, en, unit, optional=optional, ge=low, le=high)


def share(zh: str, en: str, *, high: int = 10_000, optional: bool = False) -> Any:
    """A share or a rate in basis points: 10,000 is the whole, so sums stay exact."""
    return _field(zh, en, "basis points", optional=optional, ge=0, le=high)


def day(zh: str, en: str, clock: Clock, *, optional: bool = False) -> Any:
    """A calendar day in China (ISO date); `clock` says what it dates."""
    return _field(zh, en, "date", optional=optional, ge=EARLIEST, le=LATEST, clock=clock)


def text(zh: str, en: str, *, max_length: int = 200, pattern: str | None = None, optional: bool = False) -> Any:
    """A short text; leading and trailing blanks are cut off."""
    return _field(zh, en, "", optional=optional, min_length=1, max_length=max_length, pattern=pattern)


def identifier(zh: str, en: str) -> Any:
    """The key of a row inside its table, at most 64 characters."""
    return text(zh, en, max_length=64)


def word(zh: str, en: str) -> Any:
    """A member of the closed word list that the column's type names."""
    return _field(zh, en, "", optional=False)
