"""Day numbers (days since 1970-01-01) as dates."""

from __future__ import annotations

from datetime import date

__all__ = ["day_number", "day_text"]

EPOCH = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Count the days from 1970-01-01 to `day`."""
    return day.toordinal() - EPOCH


def day_text(day: int | None) -> str | None:
    """Write a day number as an ISO date."""
    return None if day is None else date.fromordinal(day + EPOCH).isoformat()
