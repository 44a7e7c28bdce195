"""`jifen train` and `jifen train-table`: from evidence, or from any labelled table, to a registered model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click
from rich.table import Table as Grid

from service.cli.console import out, step
from service.cli.options import evidence_folder, today
from service.clock import system_clock
from service.config import settings_from
from service.retraining.evidence import is_simulated
from training.assembly import TrainResult
from training.challengers.words import contest_rows
from training.effort import Effort
from training.evidence import SEGMENTS, Segment, prepare, train_evidence
from training.evidence_files import read_evidence
from training.metrics import Evaluation
from training.registry import Registry
from training.rejects import ASSUMPTIONS, Method, RejectInference
from training.shelf import bundles_of
from training.table import train_table as train_on_table
from training.tuning import Budget

__all__ = ["challengers_option", "show_result", "train", "train_table"]

challengers_option = click.option(
    "--challengers/--no-challengers",
    default=True,
    show_default=True,
    help="Train a scorecard, logistic regression, EBM and plain LightGBM too.",
)
tune_option = click.option(
    "--tune", "trials", type=click.IntRange(min=0), default=0, show_default=True, help="Trials to search settings in."
)
seconds_option = click.option(
    "--tune-seconds", "seconds", type=click.FloatRange(min=1), default=600.0, show_default=True, help="No new trial after so many seconds."
)
operator_option = click.option("--operator", default="command line", show_default=True, help="Who trains; kept with the run.")
force_option = click.option("--force", is_flag=True, help="Train even on fewer than 50 defaults; the card then says so.")
register_option = click.option("--register/--no-register", default=True, show_default=True, help="Log and register the model in MLflow.")


@click.command()
@evidence_folder
@click.option("--segment", type=click.Choice([*SEGMENTS, "both"]), default="both", show_default=True, help="Which firms the model is for.")
@challengers_option
@tune_option
@seconds_option
@click.option(
    "--rejects", type=click.Choice(sorted(ASSUMPTIONS)), default=None, help="Add the declined under this assumption (docs/training.md)."
)
@operator_option
@register_option
@force_option
def train(
    folder: Path,
    segment: str,
    trials: int,
    seconds: float,
    rejects: Method | None,
    operator: str,
    *,
    challengers: bool,
    register: bool,
    force: bool,
) -> None:
    """Train a model of default from evidence files; it becomes a candidate, never a champion by itself."""
    home, now, effort = settings_from().home, system_clock(), _effort(trials, seconds, challengers=challengers)
    plan = RejectInference(method=rejects) if rejects else None
    with step("read evidence and build indicators") as report:
        tables = read_evidence(folder, today=today())
        prepared = prepare(tables, simulated=is_simulated(folder), progress=report)
    for one in SEGMENTS if segment == "both" else (cast("Segment", segment),):
        with step(f"train the {one} model") as report:
            result = train_evidence(
                prepared, segment=one, out=bundles_of(home), now=now, force=force, effort=effort, rejects=plan, progress=report
            )
        _finish(result, home, operator, register=register)


@click.command("train-table")
@click.argument("contract", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--data", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Table to use in place of the contract's."
)
@challengers_option
@tune_option
@seconds_option
@operator_option
@register_option
@force_option
def train_table(
    contract: Path, file: Path | None, trials: int, seconds: float, operator: str, *, challengers: bool, register: bool, force: bool
) -> None:
    """Train from any labelled table described by CONTRACT, a TOML file (docs/training.md)."""
    home, effort = settings_from().home, _effort(trials, seconds, challengers=challengers)
    with step(f"train {contract.stem}") as report:
        result = train_on_table(contract, out=bundles_of(home), now=system_clock(), file=file, force=force, effort=effort, progress=report)
    _finish(result, home, operator, register=register)


def _effort(trials: int, seconds: float, *, challengers: bool) -> Effort:
    return Effort(challengers=challengers, tuning=Budget(trials=trials, seconds=seconds) if trials else None)


def _finish(result: TrainResult, home: Path, operator: str, *, register: bool) -> None:
    if register:
        with step("register in MLflow"):
            registered = Registry(home).register(result, operator=operator)
        out.print(f"registered {registered.name} version {result.bundle.version} as candidate; `jifen release propose` comes next")
    show_result(result)


def show_result(result: TrainResult) -> None:
    """Print how a model did on rows it has not seen, and everything the training wants to be known."""
    out.print(f"bundle {result.folder}\n{result.bundle.hash}")
    grid = Grid("measure", "held out", "95 % interval", "out of fold", box=None)
    for name, value, interval, inside in _measures(result.test, result.out_of_fold):
        grid.add_row(name, value, interval, inside)
    out.print(f"held out: n {result.test.n:,}, defaults {result.test.defaults:,}")
    out.print(grid)
    for key, found in result.findings.items():
        if key == "challengers":
            for who, said in contest_rows(found):
                out.print(f"{who}: {said}", markup=False)
        elif found:
            out.print(f"{key}: {found}", markup=False)


def _measures(test: Evaluation, inside: Evaluation) -> Iterator[tuple[str, str, str, str]]:
    other = inside.metrics
    for name, found in test.metrics.items():
        interval = f"{found.low:.4f} to {found.high:.4f} ({found.method})"
        yield name, f"{found.value:.4f}", interval, f"{other[name].value:.4f}" if name in other else ""
