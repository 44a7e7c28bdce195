"""Moments and days read off the command line."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import click

__all__ = ["Moment"]

CHINA = ZoneInfo("Asia/Shanghai")


class Moment(click.ParamType[datetime]):
    """A moment with its zone, or a day, which begins at midnight in China."""

    name = "MOMENT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the text of an option."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no moment; write 2026-12-01, or 2026-12-01T08:00+08:00", param, ctx)
        if len(value) == len("2026-12-01"):
            return datetime.combine(moment.date(), time(), CHINA)
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no zone; write 2026-12-01T08:00+08:00, or the day alone for midnight in China", param, ctx)
        return moment
