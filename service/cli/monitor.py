"""`jifen monitor`: what the decisions on record say about the models in use. It proposes, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import click
import orjson
from rich.table import Table as Grid

from service.artefacts import Shelf
from service.cli.console import out, step
from service.cli.monitoring_job import NEWEST, RATE
from service.cli.serve import opened_store
from service.clock import system_clock
from service.config import settings_from
from service.ledger import Actor
from service.monitoring import MOVED, Finding, Monitored
from service.store import Store
from service.use_cases.monitor import look_at
from service.use_cases.monitoring_runs import ask_run, keep_found, noted_failure
from training.label import label_loans

__all__ = ["monitor", "retraining"]

SHOWN = 12


@click.command()
@click.option("--newest", default=NEWEST, show_default=True, type=click.IntRange(1), help="Look at so many decisions.")
@click.option(
    "--false-alarms",
    "rate",
    default=RATE,
    show_default=True,
    type=click.FloatRange(0.0001, 0.5),
    help="Chance that a run on unchanged applicants says moved.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--operator", default="command line", show_default=True, help="Who monitors; entered in the ledger.")
@click.option("--keep/--no-keep", default=True, show_default=True, help="Keep the run, for the page of monitoring and for the record.")
def monitor(newest: int, rate: float, operator: str, *, as_json: bool, keep: bool) -> None:
    """Monitor the models in use on the decisions on record: stable, moved, or not enough data.

    The run is kept, with an entry in the ledger, and stands on the page /monitoring beside those before it. It never promotes anything.
    """
    with opened_store() as store, step("read decisions and evidence"):
        found = _kept(store, newest, rate, operator) if keep else _looked(store, newest, rate)
    if as_json:
        said = [one.to_dict() | {"proposes": list(retraining(one))} for one in found]
        out.print(orjson.dumps(said, option=orjson.OPT_INDENT_2).decode(), markup=False)
        return
    for one in found:
        _show(one)
    if not found:
        out.print("not enough data: no decision on record was answered by a model")


def _looked(store: Store, newest: int, rate: float) -> list[Monitored]:
    return look_at(store, Shelf(store, settings_from().home), newest=newest, rate=rate, label=label_loans)


def _kept(store: Store, newest: int, rate: float, operator: str) -> list[Monitored]:
    run_id = ask_run(store, system_clock, Actor(kind="system", id=operator[:64]))
    with noted_failure(store, system_clock, run_id):
        found = _looked(store, newest, rate)
        keep_found(store, system_clock, run_id, found, newest=newest, rate=rate)
    return found


def _show(found: Monitored) -> None:
    simulated = ", a model of simulated data" if found.simulated else ""
    out.print(f"{found.model}@{found.version} ({found.segment}) {found.bundle[:19]}: [bold]{found.verdict}[/bold]")
    out.print(f"{found.decisions:,} decisions of {found.firms:,} firms{simulated}; false alarms in at most {found.rate:.1%} of runs")
    grid = Grid("what", "measure", "n", "found", "95 % interval", "expected", "threshold", "verdict", box=None)
    for one in _shown(found):
        interval = "" if one.low is None or one.high is None else f"{one.low:.4f} to {one.high:.4f}"
        grid.add_row(
            one.subject, one.measure, f"{one.n:,}", _number(one.value), interval, _number(one.expected), _number(one.threshold), one.verdict
        )
    out.print(grid)
    left = len(found.findings) - grid.row_count
    if left > 0:
        out.print(f"and {left} more inputs, none of which moved more; --json shows all")
    table = Grid("quarter", "n", "offered", "mean PD", "mean score", "ripe", "defaults", "predicted", "default rate, 95 %", box=None)
    for line in found.vintages:
        bounds = "not enough data" if line.low is None or line.high is None else f"{line.low:.4f} to {line.high:.4f}"
        table.add_row(
            line.quarter,
            f"{line.n:,}",
            f"{line.offered:,}",
            f"{line.mean_pd:.4f}",
            f"{line.mean_score:.1f}",
            f"{line.ripe:,}",
            f"{line.defaults:,}",
            f"{line.predicted:.1f}",
            bounds,
        )
    out.print(table)
    for said in retraining(found):
        out.print(said, markup=False)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _shown(found: Monitored) -> list[Finding]:
    """What stands for itself, then the inputs that moved most."""
    own = [one for one in found.findings if one.subject == "score" or one.measure not in {"PSI", "missing"}]
    inputs = [one for one in found.findings if one not in own]
    ranked = sorted(inputs, key=lambda one: (one.verdict != MOVED, -(one.value or 0.0) if one.measure == "PSI" else 0.0))
    return own + ranked[:SHOWN]


def retraining(found: Monitored) -> Iterator[str]:
    """Name the command of a retraining where something moved; a person runs it, and two people decide what comes of it."""
    if found.verdict != MOVED:
        return
    yield f"moved: {', '.join(dict.fromkeys(one.subject for one in found.moved))}; a retraining would be:"
    yield f"  jifen retrain --segment {found.segment} --reason ... --operator ..."
