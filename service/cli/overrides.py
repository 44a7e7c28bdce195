"""`jifen overrides`: what people answered in place of the machine, and what became of it."""

from __future__ import annotations

import click
import orjson
from rich.table import Table as Grid

from service.cli.console import out
from service.cli.serve import opened_store
from service.clock import system_clock
from service.domain.override_outcomes import Became
from service.use_cases.override_outcomes import outcomes_of_overrides
from service.web.answers_overrides import OutcomesPage

__all__ = ["overrides"]


@click.group()
def overrides() -> None:
    """See what people answered in place of the machine, and what became of it."""


@overrides.command("outcomes")
@click.option("--json", "as_json", is_flag=True, help="Print counts and cases as JSON.")
def outcomes(*, as_json: bool) -> None:
    """Count what became of overridden cases, by reason and direction, from the loans on file afterwards."""
    with opened_store() as store:
        found = outcomes_of_overrides(store, system_clock())
    if as_json:
        out.print(orjson.dumps(OutcomesPage.of(found).model_dump(mode="json"), option=orjson.OPT_INDENT_2).decode(), markup=False)
        return
    grid = Grid("reason", "direction", "n", *Became, box=None)
    for one in found.tallies:
        grid.add_row(one.reason, one.direction, str(one.n), *(str(one.became[became]) for became in Became))
    out.print(grid if found.tallies else "no override has come into force yet")
