"""Forms of pages: what was typed is kept, what is wrong stands beside its field and on top, in the page's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from service.errors import Fault
from service.web.fault_words import fault_words
from service.web.parsing import faults_of
from service.web.words import Words

__all__ = ["Choice", "Typed", "checked", "number", "whole"]

Model = TypeVar("Model", bound=BaseModel)
UNIT = re.compile(r"(.*?)([万亿]?)元?")
SCALES = {"": 1, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a list."""

    value: str
    words: Words
    hint: Words | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a form: the texts as they were typed, and what is wrong with them by field."""

    texts: Mapping[str, str]
    wrong: Mapping[str, Words] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """Give what was typed, or nothing."""
        return self.texts.get(name) or ""

    def with_faults(self, faults: Iterable[Fault]) -> Typed:
        """Put faults beside their fields; the first of a field counts."""
        wrong = dict(self.wrong)
        for fault in faults:
            wrong.setdefault(fault.field.strip("/").split("/")[0], fault_words(fault.rule, fault.remedy))
        return Typed(self.texts, wrong)

    def must_be_one_of(self, name: str, options: Sequence[str]) -> Typed:
        """Hold a choice to its options."""
        if self[name] in options:
            return self
        rule = "must be one of the options" if self[name] else "is required"
        return self.with_faults([Fault(field=name, value=self[name], rule=rule, remedy="choose one")])


def checked(
    model: type[Model], values: Mapping[str, Any], typed: Typed, *, context: Mapping[str, Any] | None = None
) -> tuple[Model | None, Typed]:
    """Hold typed values to a model; gives it, or None and the form with what is wrong."""
    try:
        return model.model_validate(
            {name: value for name, value in values.items() if value is not None}, context=dict(context or {})
        ), typed
    except ValidationError as error:
        return None, typed.with_faults(faults_of(error))


def whole(text: str | None) -> int | str | None:
    """Read a whole number as people write it: 5,000,000, 500万 or 5000000元; a text that is none is given back as it is."""
    said = number(text)
    return int(said) if isinstance(said, Decimal) and said == said.to_integral_value() else text or None


def number(text: str | None) -> Decimal | str | None:
    """Read a number with separators, per cent sign or 万; a text that is none is given back as it is."""
    if not text or not text.strip():
        return None
    plain = re.sub(r"[,，\s％%]", "", text)
    found = UNIT.fullmatch(plain)
    digits, unit = (found[1], found[2]) if found else (plain, "")
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return text
    if not value.is_finite() or abs(value) > 10**15:
        return text
    return value * SCALES[unit]


def choices(options: Sequence[tuple[str, str, str]]) -> tuple[Choice, ...]:
    """Make options from value, Chinese and English."""
    return tuple(Choice(value, Words(zh, en)) for value, zh, en in options)
