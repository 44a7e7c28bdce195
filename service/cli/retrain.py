"""`jifen retrain`: one command retrains, validates, compares and, where every gate holds, proposes. It never approves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click
from rich.table import Table as Grid

from service.cli.console import notes, out
from service.cli.release import operator_option, person, reason_option
from service.cli.serve import opened_store
from service.cli.train import challengers_option
from service.clock import system_clock
from service.config import settings_from
from service.retraining.jobs import ask_retraining
from service.retraining.outcome import Measured, ModelMade, RetrainingOutcome, Versus
from service.retraining.plan import MOST_SECONDS, MOST_TRIALS, SEED, Plan, RejectsMethod, SegmentName
from service.retraining.work import bench_of, work_on
from service.sealer import open_sealer
from service.store.retrainings import Kept
from training.evidence import SEGMENTS
from training.rejects import ASSUMPTIONS
from training.validation import load_gates

__all__ = ["retrain"]

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
HELD_BACK, WRONG_INPUT = 1, 2


@click.command()
@click.option("--evidence", "folder", type=FOLDER, help="Folder of evidence files with loans.  [default: the evidence on file]")
@click.option("--segment", "segments", type=click.Choice(SEGMENTS), multiple=True, help="Retrain this model only.  [default: all]")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=SEED, show_default=True, help="Same evidence and seed, same bundle hash."
)
@challengers_option
@click.option("--tune", "trials", type=click.IntRange(0, MOST_TRIALS), default=0, show_default=True, help="Trials to search settings in.")
@click.option(
    "--tune-seconds",
    "seconds",
    type=click.IntRange(1, MOST_SECONDS),
    default=600,
    show_default=True,
    help="No new trial after so many seconds.",
)
@click.option(
    "--rejects", type=click.Choice(sorted(ASSUMPTIONS)), default=None, help="Add the declined under this assumption (docs/training.md)."
)
@click.option("--simulated", is_flag=True, help="The evidence is simulated; a simulated folder says so itself.")
@click.option("--gates", "gates_file", type=READABLE, help="TOML file of thresholds.  [default: JIFEN_GATES, else the illustrative ones]")
@click.option("--reference", "peers", type=READABLE, help="Base of peers for points; needed for a first release.  [default: as in force]")
@reason_option
@operator_option
def retrain(
    *,
    folder: Path | None,
    segments: tuple[str, ...],
    seed: int,
    challengers: bool,
    trials: int,
    seconds: int,
    rejects: str | None,
    simulated: bool,
    gates_file: Path | None,
    peers: Path | None,
    reason: str,
    operator: str,
) -> None:
    """Retrain, validate, compare with the models in force and, if every gate holds, propose a release. It never approves.

    The run is kept like one started on the page Retrainings, and only one runs at a time. Exit code 0 when a release was proposed, 1
    when a gate held it back or the work failed, 2 for wrong input.
    """
    actor, settings = person(operator), settings_from()
    plan = Plan(
        reason=reason,
        evidence="" if folder is None else str(folder.absolute()),
        segments=cast("tuple[SegmentName, ...]", segments or SEGMENTS),
        seed=seed,
        challengers=challengers,
        trials=trials,
        seconds=seconds,
        rejects=cast("RejectsMethod | None", rejects),
        simulated=simulated,
    )
    with opened_store() as store:
        bench = bench_of(store, settings, system_clock, gates=load_gates(gates_file) if gates_file else None, peers=peers)
        job = ask_retraining(store, system_clock, plan, actor)
        open_sealer(store, settings, system_clock).seal_now()  # that it was started is signed before the long work
        notes.print(f"retraining {job.job_id}, started by {actor.id}")
        ended = work_on(job, bench, teller=_Lines(plan))
    sys.exit(_tell(ended))


class _Lines:
    """A line on the terminal for each step, and one for each thing done in it."""

    def __init__(self, plan: Plan) -> None:
        self._steps = plan.steps

    def step(self, name: str) -> None:
        notes.print(f"[bold]step {self._steps.index(name) + 1} of {len(self._steps)}: {name.replace('-', ' the model of ', 1)}[/bold]")

    def say(self, what: str, share: float | None = None) -> None:
        notes.print(f"  {what}" if share is None else f"  {what} {share:.0%}", markup=False)


def _tell(ended: Kept) -> int:
    """Print what came of it; gives the exit code."""
    if ended.failure is not None:
        notes.print(f"[red]failed[/red] ({ended.failure.code}): ", end="")
        notes.print(ended.failure.detail, markup=False)
        return WRONG_INPUT
    outcome = cast("RetrainingOutcome", ended.outcome)
    for model in outcome.models:
        _tell_model(model)
    if outcome.proposal_id is None:
        names = ", ".join(model.label for model in outcome.models if model.verdict != "passed")
        out.print(f"[bold]not proposed[/bold]: {names} did not pass; what is in force stays so")
        return HELD_BACK
    out.print(f"[bold]proposed[/bold] as release {outcome.proposal_id}; it decides nothing before another person approves it:")
    out.print(f"jifen release approve {outcome.proposal_id} --reason ... --operator ...", markup=False)
    return 0


def _tell_model(model: ModelMade) -> None:
    simulated = ", simulated data" if model.simulated else ""
    out.print(f"\n[bold]{model.label}[/bold] {model.sha256}{simulated}")
    out.print(
        f"trained on n {model.train_rows:,}, defaults {model.train_defaults:,}; held out n {model.test_rows:,}, {model.test_defaults:,}"
    )
    grid = Grid("measure", "held out", "95 % interval", "n", box=None)
    for name, one in model.measures.items():
        grid.add_row(name, f"{one.value:.4f}", f"{one.low:.4f} to {one.high:.4f} ({one.method})", f"{one.n:,}")
    out.print(grid)
    for who, said in model.contest:
        out.print(f"{who}: {said}", markup=False)
    if model.versus is not None:
        out.print("\n".join(_versus(model.versus)), markup=False)
    out.print(f"validation {model.verdict}: {model.gates_held} gates of {model.gates_file} hold", markup=False)
    for gate in model.gates:
        found = "too few rows" if gate.found is None else f"found {gate.found:.4g}"
        effect = "HOLDS IT BACK" if gate.holds_back else "warns" if gate.standing == "fail" else "open"
        out.print(f"  {effect}: {gate.id} ({gate.en}): {gate.condition}, {found}, n {gate.n:,}", markup=False)


def _versus(versus: Versus) -> Iterator[str]:
    """Tell what would change against the model in force, in yuan and in reasons."""
    if versus.why_not:
        yield versus.why_not
        return
    yield f"against {versus.champion}: AUC {_interval(versus.auc_difference)}; reasons changed {_interval(versus.reasons_changed)}"
    for one in versus.sets:
        money = "" if one.asked is None else f", {one.asked:,} yuan asked, of it {one.defaulted:,} defaulted"
        yield f"  {one.set}: n {one.n:,}, defaults {one.defaults:,}{money}"


def _interval(one: Measured | None) -> str:
    if one is None or one.value is None:
        return f"not enough data{'' if one is None else f', n {one.n:,}'}"
    bounds = "" if one.low is None else f" ({one.low:+.4f} to {one.high:+.4f}, {one.method})"
    return f"{one.value:+.4f}{bounds}, n {one.n:,}"
