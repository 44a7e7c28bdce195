"""Day numbers (days since 1970-01-01) as dates."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

__all__ = ["day_number", "day_text", "months_before"]

EPOCH = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Count the days from 1970-01-01 to `day`."""
    return day.toordinal() - EPOCH


def day_text(day: int | None) -> str | None:
    """Write a day number as an ISO date."""
    return None if day is None else date.fromordinal(day + EPOCH).isoformat()


def months_before(day: int, months: int) -> int:
    """Give the day number `months` calendar months earlier, the last of a shorter month where its day does not exist."""
    then = date.fromordinal(day + EPOCH)
    count = then.year * 12 + then.month - 1 - months
    year, month = divmod(count, 12)
    return day_number(date(year, month + 1, min(then.day, monthrange(year, month + 1)[1])))
