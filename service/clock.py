"""What time it is, and which day it is in China: the one place that asks the machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

__all__ = ["CHINA", "Clock", "day_in_china", "system_clock"]

Clock = Callable[[], datetime]
"""Gives the present moment, aware and in UTC; tests pass their own."""

CHINA = ZoneInfo("Asia/Shanghai")


def system_clock() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)


def day_in_china(moment: datetime) -> date:
    """Give the calendar day at Asia/Shanghai, which dates applications and evidence."""
    return moment.astimezone(CHINA).date()
