"""Days, moments and places as callers write them: YYYY-MM-DD, or ISO 8601 with a time zone, and nothing else; no number too large."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

from features.tables.written import DAY

__all__ = ["LARGEST", "Day", "Moment"]

LARGEST = 2**53 - 1
"""Of a number that says a place in an order: JSON readers agree up to here, and both databases take it."""


def _written(value: object) -> date:
    """Refuse what pydantic would take for seconds since 1970, such as `0`, and a moment of a day."""
    if isinstance(value, str) and re.fullmatch(DAY, value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise PydanticCustomError("date_parsing", "must be a date of the calendar")


Day = Annotated[date, BeforeValidator(_written)]
"""A day of the calendar; the JSON schema says `format: date` as for any date."""


def _told(value: object) -> object:
    """Refuse numbers, which pydantic would take for seconds since 1970, written as a number or as a text."""
    if isinstance(value, int | float) or (isinstance(value, str) and not re.match(DAY.removesuffix("$"), value)):
        raise PydanticCustomError("datetime_parsing", "must be a moment with a time zone; write it as 2026-11-23T08:00:00+08:00")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_told)]
"""A moment with its time zone; the JSON schema says `format: date-time`."""
