"""`jifen validate`: hold a model to its gates on rows it has not seen, and leave a report that a validator can sign."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.table import Table as Grid

from features.points import Reference
from service.cli.aliases import has_registry
from service.cli.console import Report, notes, out, step
from service.cli.options import today
from service.clock import system_clock
from service.config import settings_from
from service.domain import Policy, shipped_policy
from service.domain import load_policy as read_policy
from service.retraining.evidence import is_simulated
from service.retraining.validating import scales_of, validate_on_evidence, validations_of
from service.retraining.wanted import model_folder
from training.bundle import Bundle, Validation
from training.evidence import prepare
from training.evidence_files import read_evidence
from training.registry import Registry
from training.validation import Gates, Sample, Validated, load_gates, table_sample
from training.validation import validate as run_validation
from training.validation.gates import SHIPPED
from training.validation.writing import write_validated

__all__ = ["validate"]

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def _run(sample: Sample, policy: Policy, gates: Gates, operator: str, *, champion: Bundle | None, progress: Report) -> Validated:
    now = system_clock()
    return run_validation(sample, scales=scales_of(policy), gates=gates, operator=operator, now=now, champion=champion, progress=progress)


@click.command()
@click.argument("model")
@click.option("--evidence", "folder", type=FOLDER, help="Folder of evidence files with loans, as `jifen train` takes it.")
@click.option("--contract", type=READABLE, help="Contract of a labelled table, as `jifen train-table` takes it.")
@click.option("--data", "file", type=READABLE, help="Table to use in place of the contract's.")
@click.option("--champion", help="Compare with this model on the same rows: NAME@VERSION or folder.")
@click.option("--gates", "gates_file", default=SHIPPED, type=READABLE, help="TOML file of thresholds.  [default: the illustrative ones]")
@click.option("--policy", "policy_file", type=READABLE, help="Policy whose master scale is tested.  [default: the newest shipped]")
@click.option("--reference", "peers", type=READABLE, help="Base of peers for points of cn-core-18.  [default: the rubric, without]")
@click.option("--out", "target", type=click.Path(file_okay=False, path_type=Path), help="Folder for the reports.")
@click.option("--operator", default="command line", show_default=True, help="Who validates; stands in the report.")
@click.option("--log/--no-log", default=True, show_default=True, help="Log the reports to the model's MLflow run.")
def validate(
    *,
    model: str,
    folder: Path | None,
    contract: Path | None,
    file: Path | None,
    champion: str | None,
    gates_file: Path,
    policy_file: Path | None,
    peers: Path | None,
    target: Path | None,
    operator: str,
    log: bool,
) -> None:
    """Validate a model on rows it has not seen, and hold it to the gates.

    MODEL is NAME@VERSION, NAME for the newest trained, or a bundle's folder. The result is kept beside the bundle, where
    `jifen release propose` finds it. Exit code 1 unless the model passed.
    """
    if (folder is None) == (contract is None):
        raise click.UsageError("say either --evidence FOLDER or --contract FILE: the rows that the model has not seen")
    home = settings_from().home
    bundle = Bundle.load(model_folder(home, model))
    gates, policy = load_gates(gates_file), read_policy(policy_file.read_text("utf-8")) if policy_file else shipped_policy()
    rival = None if champion is None else Bundle.load(model_folder(home, champion))
    with step(f"validate {bundle.name} {bundle.version}") as report:
        if folder is not None:
            report("reading evidence and building indicators")
            tables = read_evidence(folder, today=today())
            prepared = prepare(tables, simulated=is_simulated(folder))
            base = Reference.from_bytes(peers.read_bytes()) if peers else None
            found = validate_on_evidence(
                bundle, prepared, tables, policy=policy, gates=gates, operator=operator, peers=base, champion=rival, progress=report
            )
        else:
            assert contract is not None  # one of the two was given
            sample = table_sample(contract, bundle, file=file)
            found = _run(sample, policy, gates, operator, champion=rival, progress=report)
    documents = write_validated(found, bundle, target or validations_of(home, bundle))
    _show(found.record)
    for path in documents:
        out.print(str(path), markup=False)
    if log:
        _log(home, bundle, found, documents)
    sys.exit(0 if found.record.verdict == "passed" else 1)


def _show(record: Validation) -> None:
    """Print the gates with what was found, then the verdict."""
    grid = Grid("gate", "condition", "found", "n", "result", "effect", box=None)
    for one in record.outcomes:
        bound = f">= {one.at_least:g}" if one.at_least is not None else f"<= {one.at_most:g}"
        value = "" if one.found is None else f"{one.found:.4g}"
        grid.add_row(one.id, f"{one.measure}.{one.of} {bound}", value, f"{one.n:,}", one.standing, "blocks" if one.blocks else "warns")
    out.print(grid)
    data = record.data
    simulated = ", simulated data" if data.simulated else ""
    out.print(f"{record.model}@{record.version}: [bold]{record.verdict}[/bold] on n {data.n:,}, defaults {data.defaults:,}{simulated}")
    if record.warned:
        out.print(f"warnings: {', '.join(record.warned)}")
    out.print(f"gates {record.gates.name} {record.gates.version} ({record.gates.status}); validation {record.sha256}")


def _log(home: Path, bundle: Bundle, found: Validated, documents: list[Path]) -> None:
    if not has_registry(home):
        notes.print("no registry on this machine, so nothing was logged")
        return
    run = Registry(home).log_validation(bundle, documents, found.record)
    notes.print(f"logged to MLflow run {run}" if run else f"{bundle.name} {bundle.version} is not registered here, so nothing was logged")
