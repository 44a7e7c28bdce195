"""`jifen portfolio`: every firm at once, on this machine or on a Spark cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from service.cli.console import out, step
from service.cli.options import Day, Place, today
from service.config import settings_from
from service.domain import Purpose
from service.domain.application import MAX_TERM
from service.portfolio.crew import Wish, made_by, opened
from service.portfolio.run import Made, Manifest, asked_of, run

__all__ = ["portfolio"]

CHUNK = 15_000


@click.command()
@click.option("--evidence", type=Place(), help="Folder with one Parquet file per table.")
@click.option("--filed", is_flag=True, help="Take the evidence on file in the service's database instead.")
@click.option("--out", "folder", required=True, type=Place(), help="Folder for the part files and the manifest.")
@click.option("--as-of", type=Day(), help="Use only facts known by this day.  [default: today]")
@click.option("--amount", type=click.IntRange(1), default=5_000_000, show_default=True, help="Amount each product is asked for, in yuan.")
@click.option("--term", type=click.IntRange(1, MAX_TERM), default=36, show_default=True, help="Term asked for, in months.")
@click.option("--purpose", type=click.Choice([purpose.value for purpose in Purpose]), help="What the loans pay for.")
@click.option("--offers", type=click.Choice(["all", "none"]), default="all", show_default=True, help="Ask every product, or score only.")
@click.option("--plan", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="TOML file with costs and take-up.")
@click.option("--chunk", type=click.IntRange(1), default=CHUNK, show_default=True, help="Firms in memory at a time, and in a part file.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that work side by side.")
@click.option(
    "--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True, help="This machine, or a Spark cluster."
)
def portfolio(
    *,
    evidence: str | None,
    filed: bool,
    folder: str,
    as_of: date | None,
    amount: int,
    term: int,
    purpose: str | None,
    offers: str,
    plan: Path | None,
    chunk: int,
    workers: int,
    engine: str,
) -> None:
    r"""Score every firm and ask every product: one row a firm, in Parquet, equal to what the API answers.

    Nothing is recorded. What was interrupted goes on where it stood when the same command is given again.

    \b
    jifen portfolio --evidence var/evidence --out var/portfolio --workers 2
    jifen portfolio --filed --out var/portfolio --amount 3000000 --term 24
    jifen portfolio --engine spark --evidence hdfs:///evidence --out hdfs:///portfolio
    """
    _refuse_together(evidence, folder, filed=filed, workers=workers, engine=engine)
    wish = Wish(
        settings=settings_from(),
        evidence=None if evidence is None else Path(evidence),
        folder=Path(folder),
        as_of=as_of or today(),
        today=today(),
        amount=amount,
        term_months=term,
        purpose=next((one for one in Purpose if one.value == purpose), None),
        plan=plan,
        size=chunk,
        with_offers=offers == "all",
    )
    done = _on_spark(wish, str(evidence), folder) if engine == "spark" else _here(wish, workers)
    rows = sum(one.rows for one in done.parts.values())
    out.print(f"{rows:,} firms in {len(done.parts):,} part files in {folder}; not recorded: only the API records decisions")


def _here(wish: Wish, workers: int) -> Manifest:
    """Run on this machine."""
    with opened(wish) as own, step("portfolio") as report:
        wish = replace(wish, release_id=own.bench.active.release_id)

        def made(numbers: Iterable[int]) -> Iterator[tuple[int, Made]]:
            return made_by(wish, own, workers, numbers)

        offers = "all" if wish.with_offers else "none"
        return run(asked_of(own.source, own.bench, size=wish.size, offers=offers), own.source, wish.folder, made, report=report)


def _on_spark(wish: Wish, evidence: str, folder: str) -> Manifest:
    """Run on the cluster that spark-submit named."""
    from service.portfolio.spark import run_on_spark  # noqa: PLC0415 only where it is asked for

    with step("portfolio") as report:
        return run_on_spark(wish, evidence, folder, report=report)


def _refuse_together(evidence: str | None, folder: str, *, filed: bool, workers: int, engine: str) -> None:
    """Refuse options that say nothing together."""
    if (evidence is None) != filed:
        raise click.UsageError("say either --evidence FOLDER, or --filed for what is on file")
    if engine == "spark":
        if filed:
            raise click.UsageError("--engine spark reads Parquet files, not the database; name their folder with --evidence")
        if workers > 1:
            raise click.UsageError("--workers is of this machine; with --engine spark the cluster's cores work side by side")
        return
    for option, place in (("--evidence", evidence), ("--out", folder)):
        if place is not None and "://" in place:
            raise click.UsageError(f"{option} {place} is an address, which only --engine spark reaches; name a folder of this machine")
