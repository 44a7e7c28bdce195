"""What a trial found: printed as a table, and written beside the benchmarks where that is asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click
import orjson

from benchmarks.report import Result, write_result

__all__ = ["Outcome", "conclude"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run: its figures, what else is worth knowing, the names of the figures that are wrong, and whether it did all it was asked to."""

    name: str
    figures: Mapping[str, float]
    more: Mapping[str, Any] = field(default_factory=dict)
    wrong: Sequence[str] = ()
    is_whole: bool = True


def conclude(key: str, title: str, about: str, found: Sequence[Outcome], *, record: bool) -> None:
    """Print all runs and leave with 1 if anything is wrong; with `record`, write them beside the benchmarks, if they are whole."""
    for one in found:
        click.echo(f"\n{one.name}{'' if one.is_whole else ' (cut short by --minutes; the same command goes on)'}")
        for name, value in one.figures.items():
            click.echo(f"  {name:<32}{value:>14,.3f}".rstrip("0").rstrip(".") + ("   WRONG" if name in one.wrong else ""))
        click.echo(orjson.dumps(one.more, option=orjson.OPT_INDENT_2).decode())
    if record and all(one.is_whole for one in found):
        results = [Result(one.name, one.figures) for one in found]
        wrong = {"figures that are wrong": float(sum(len(one.wrong) for one in found))}
        write_result(key, title, about, results, wrong, {"figures that are wrong": (0.0, "at most")})
    sys.exit(1 if any(one.wrong for one in found) else 0)
