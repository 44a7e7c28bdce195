"""`jifen simulate`, `jifen check`, `jifen features`: evidence files in, indicators out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import click
import polars as pl

from features.build import build_features
from features.checks import EvidenceFaults
from features.errors import EvidenceError
from service.cli.console import notes, out, step
from service.cli.options import Day, evidence_folder, last_month_end, out_file, today
from service.cli.tables import write_table
from training.evidence_files import read_evidence, write_faults
from training.simulate import simulate as simulate_province
from training.simulate import write_province

__all__ = ["check", "features", "simulate"]


@click.command()
@click.option("--firms", default=2_000, show_default=True, type=click.IntRange(1, 2_000_000), help="How many firms.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same province.")
@click.option("--until", type=Day(), help="Last day that evidence covers.  [default: end of last month]")
@click.option("--format", "form", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@click.option(
    "--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write; must be new or empty."
)
def simulate(firms: int, seed: int, until: date | None, form: Literal["csv", "parquet"], folder: Path) -> None:
    """Write a simulated province of technology firms, with its truth kept apart.

    Everything in it is simulated. The folder gets one file per table, `truth/`, and a manifest with the seed, the parameters and
    the hash of each file.
    """
    if folder.exists() and any(folder.iterdir()):
        raise click.BadParameter(f"{folder} is not empty; name a new folder", param_hint="--out")
    with step(f"simulate {firms:,} firms") as report:
        province = simulate_province(firms=firms, seed=seed, until=until or last_month_end(today()), progress=report)
        write_province(province, folder, format=form)
    for name, table in province.tables.items():
        out.print(f"{name:15} {table.height:>10,} rows")
    out.print(f"simulated province written to {folder}")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write every fault to this CSV file.")
def check(folder: Path, report: Path | None) -> None:
    """Check a FOLDER of evidence files; report every bad row, column, value and rule.

    Nothing is loaded. Exit code 2 when anything is wrong.
    """
    try:
        with step(f"check {folder}"):
            tables = read_evidence(folder, today=today())
    except EvidenceFaults as faults:
        if report:
            write_faults(faults.faults, report)
            notes.print(f"every fault is in {report}")
        raise
    for name, table in tables.items():
        out.print(f"{name:15} {table.height:>10,} rows")
    out.print("all values are valid")


@click.command()
@evidence_folder
@click.option("--as-of", type=Day(), help="Use only facts known by this day.  [default: today]")
@click.option("--firm", "firm_id", help="Only this firm (unified social credit code).")
@out_file("Table of indicators, a row a firm")
def features(folder: Path, as_of: date | None, firm_id: str | None, path: Path) -> None:
    """Build every indicator of every firm at an as-of date, from facts known by then."""
    with step("read evidence"):
        tables = read_evidence(folder, today=today())
    firms = tables["firms"].select("firm_id").filter(pl.lit(firm_id is None) | (pl.col("firm_id") == (firm_id or "")))
    if firms.is_empty():
        raise EvidenceError(f"firm_id {firm_id!r} is not in {folder}/firms; look for a typing error")
    asked = firms.select(
        application_id=pl.col("firm_id"),
        firm_id="firm_id",
        as_of=pl.lit(as_of or today()),
        amount=pl.lit(None, pl.Int64),
        term_months=pl.lit(None, pl.Int64),
    )
    with step(f"build indicators of {asked.height:,} firms"):
        built = build_features(asked, tables)
    write_table(built, path)
