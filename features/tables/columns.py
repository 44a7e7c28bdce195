"""How a column says what it means: unit, both names, and when its fact became known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import Field, JsonValue
from pydantic.fields import FieldInfo

from features.vocabulary import Word

__all__ = ["Clock", "Column", "code", "column_of", "count", "day", "flag", "identifier", "share", "text", "word", "yuan"]

KINDS: dict[type, str] = {int: "integer", date: "date", bool: "boolean", str: "text"}

MAX_AMOUNT = 10**13
MAX_COUNT = 10_000_000
EARLIEST, LATEST = date(1949, 10, 1), date(2199, 12, 31)


class Clock(StrEnum):
    """What a date column says about time.

    `happened` is when the fact took place, `known` since when the bank could know it, `later` a further event of the
    same row (a grant, a repayment) that is invisible before its own date. Rows are dated by their `known` column, or by
    `happened` where the register publishes at once. `planned` is a day the row itself fixes ahead, an expiry: known with
    the row, and the only clock that may lie in the future.
    """

    HAPPENED = "happened"
    KNOWN = "known"
    LATER = "later"
    PLANNED = "planned"


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
    format: str | None = None
    """A text with rules of its own: `uscc` (a social credit code) or `registers` (names of event registers)."""
    example: str | None = None
    """A well-formed value, for columns with a pattern."""


def column_of(name: str, info: FieldInfo) -> Column:
    """Read a column off the field of a pydantic model."""
    kind = _bare(info.annotation)
    said: dict[str, Any] = dict(info.json_schema_extra) if isinstance(info.json_schema_extra, dict) else {}
    for rule in info.metadata:
        said |= {k: getattr(rule, k) for k in ("ge", "le", "pattern", "max_length") if getattr(rule, k, None) is not None}
    words = kind if issubclass(kind, Word) else None
    return Column(
        name=name,
        kind="word" if words else KINDS[kind],
        required=info.is_required(),
        zh=said.get("zh", name),
        en=info.title or name,
        unit=said.get("unit", ""),
        clock=Clock(said["clock"]) if "clock" in said else None,
        low=said.get("ge"),
        high=said.get("le"),
        words=words,
        pattern=said.get("pattern"),
        max_length=said.get("max_length"),
        format=said.get("format"),
        example=(info.examples or [None])[0],
    )


def _bare(annotation: Any) -> type:
    """Strip `| None` off a type; pydantic has taken `Annotated` apart already."""
    if get_origin(annotation) in (Union, UnionType):
        (inner,) = [a for a in get_args(annotation) if a is not NoneType]
        return _bare(inner)
    plain: type = annotation
    return plain


def _field(zh: str, en: str, unit: str, *, optional: bool, clock: Clock | None = None, form: str | None = None, **rules: Any) -> Any:
    extra: dict[str, JsonValue] = {"unit": unit, "zh": zh}
    if clock:
        extra["clock"] = clock.value
    if form:
        extra["format"] = form
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


def flag(zh: str, en: str) -> Any:
    """A yes or no that may be unknown."""
    return _field(zh, en, "", optional=True)


def text(zh: str, en: str, *, max_length: int = 200, form: str | None = None, optional: bool = False) -> Any:
    """A short text; leading and trailing blanks are cut off. `form` names a format of `features.tables.formats`."""
    return _field(zh, en, "", optional=optional, form=form, min_length=1, max_length=max_length)


def code(zh: str, en: str, pattern: str, *, example: str, max_length: int, optional: bool = False) -> Any:
    """A code of an official list, known by its form; `example` is shown to whoever writes another."""
    return _field(zh, en, "", optional=optional, min_length=1, max_length=max_length, pattern=pattern, examples=[example])


def identifier(zh: str, en: str) -> Any:
    """The key of a row inside its table, at most 64 characters."""
    return text(zh, en, max_length=64)


def word(zh: str, en: str, *, optional: bool = False) -> Any:
    """A member of the closed word list that the column's type names."""
    return _field(zh, en, "", optional=optional)
