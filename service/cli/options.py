"""Options that several commands share, and the reading of dates and paths."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from click.decorators import FC

from service.ledger import Actor

__all__ = ["Day", "Place", "acting", "evidence_folder", "last_month_end", "operator", "out_file", "today"]


class Day(click.ParamType[date]):
    """An ISO date; anything else is refused with an example."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the text of an option as a date."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date; write it as 2026-06-30", param, ctx)


class Place(click.ParamType[str]):
    """A folder of this machine, which need not be there yet, or an address that a cluster understands, such as `hdfs:///evidence`."""

    name = "FOLDER"
    here = click.Path(file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Let an address through as it is; a path that is a file is refused."""
        return str(value) if "://" in str(value) else str(self.here.convert(value, param, ctx))


def today() -> date:
    """The calendar day in China now; the command line is an edge and may look at the clock."""
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()


def last_month_end(day: date) -> date:
    """The last day of the month before `day`."""
    return day.replace(day=1) - timedelta(days=1)


evidence_folder = click.option(
    "--evidence",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with one CSV or Parquet file per table.",
)


operator = click.option("--operator", default="command line", show_default=True, help="Who does it; kept in the ledger.")


def acting(operator: str) -> Actor:
    """Who acts on the command line, as the ledger names them."""
    return Actor(kind="system", id=operator[:64] or "command line")


def out_file(what: str) -> Callable[[FC], FC]:
    """The option for the file that a command writes."""
    kind = click.Path(dir_okay=False, path_type=Path)
    return click.option("--out", "path", required=True, type=kind, help=f"{what}; the ending decides: .parquet or .csv.")
