"""`jifen reference` and `jifen points`: freeze the peers, then score a firm item by item."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click
import polars as pl
from rich.table import Table as Grid

from features.build import build_features
from features.errors import EvidenceError
from features.firm_row import build_firm
from features.points import SHIPPED, Points, Reference, Scheme, build_reference, load_scheme, points_frame, score_points, shipped_scheme
from features.vocabulary import TechnologyField
from service.cli.console import out, step
from service.cli.options import Day, evidence_folder, today
from service.cli.tables import write_table
from service.retraining.evidence import is_simulated
from training.evidence_files import read_evidence

__all__ = ["all_firms", "points", "reference"]

EPOCH = date(1970, 1, 1)
scheme_option = click.option(
    "--scheme", "scheme_name", default="cn-core-18", show_default=True, help=f"One of {', '.join(SHIPPED)}, or a TOML file."
)


def _scheme(name: str) -> Scheme:
    if name in SHIPPED:
        return shipped_scheme(name)
    path = Path(name)
    if not path.is_file():
        raise click.BadParameter(f"there is no scheme {name!r}; use {', '.join(SHIPPED)} or the path of a TOML file", param_hint="--scheme")
    return load_scheme(path.read_text("utf-8"), file=path.name)


def all_firms(tables: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Give an application of every firm at one date, without amount or term: what a reference base and a portfolio ask for."""
    nothing = pl.lit(None, pl.Int64)
    return tables.select(application_id="firm_id", firm_id="firm_id", as_of=pl.lit(as_of), amount=nothing, term_months=nothing)


@click.command()
@evidence_folder
@scheme_option
@click.option("--as-of", type=Day(), help="The date of the peers.  [default: today]")
@click.option("--name", required=True, help="Name of the base, such as anhui-2026.")
@click.option("--out", "path", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def reference(folder: Path, scheme_name: str, as_of: date | None, name: str, path: Path) -> None:
    """Freeze the peers that points are measured against: distributions by technology field and stage, with a hash."""
    scheme, day = _scheme(scheme_name), as_of or today()
    with step("freeze the peers") as report:
        report("reading evidence", 0.1)
        tables = read_evidence(folder, today=today())
        report("building indicators", 0.3)
        built = build_features(all_firms(tables["firms"], day), tables)
        report("freezing distributions", 0.8)
        base = build_reference(built, scheme, name=name, as_of=day, simulated=is_simulated(folder))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base.to_bytes())
    out.print(f"{built.height:,} firms frozen as {name} for scheme {scheme.label}: {path}\n{base.hash}")


@click.command()
@evidence_folder
@scheme_option
@click.option("--reference", "peers", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Base of peers.")
@click.option("--as-of", type=Day(), help="Use only facts known by this day.  [default: today]")
@click.option("--firm", "firm_id", help="Show this firm item by item (unified social credit code).")
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write all firms to this .parquet or .csv file.")
def points(folder: Path, scheme_name: str, peers: Path | None, as_of: date | None, firm_id: str | None, path: Path | None) -> None:
    """Compute innovation points: one firm item by item, or every firm to a file."""
    if (firm_id is None) == (path is None):
        raise click.UsageError("say either --firm CODE, to see one firm item by item, or --out FILE, for every firm")
    scheme, day = _scheme(scheme_name), as_of or today()
    base = Reference.from_bytes(peers.read_bytes()) if peers else None
    tables = read_evidence(folder, today=today())
    if firm_id:
        _show(_one(tables, firm_id, scheme, base, day))
    elif path:
        with step("points of every firm"):
            scored = points_frame(scheme, base, build_features(all_firms(tables["firms"], day), tables))
        write_table(scored, path)


def _one(tables: Mapping[str, pl.DataFrame], firm_id: str, scheme: Scheme, base: Reference | None, day: date) -> Points:
    own = {name: frame.filter(pl.col("firm_id") == firm_id) for name, frame in tables.items()}
    if own["firms"].is_empty():
        raise EvidenceError(f"firm_id {firm_id!r} is not in the evidence; look for a typing error")
    firm = build_firm(own, (day - EPOCH).days)
    return score_points(scheme, base, firm.with_request(None, None), field=firm.context["field"], known=firm.known)


def _show(found: Points) -> None:
    field = next((f"{one.zh} {one.value}" for one in TechnologyField if one == found.field), found.field)
    out.print(f"[bold]{found.total / 100:.2f}[/bold] of {found.out_of / 100:.0f}   tier {found.tier}   {found.stage}   {field}")
    out.print(f"scheme {found.scheme} ({found.scheme_status})   coverage {found.coverage}")
    grid = Grid("item", "指标", "value", "points", "of", "percentile", "peers", "known on", "note", box=None)
    for item in found.items:
        rank = "" if item.percentile is None else f"{item.percentile / 100:.1f}"
        cells = (item.value, f"{item.points / 100:.2f}", f"{item.out_of / 100:.0f}", rank, item.peers, item.known_on, ", ".join(item.note))
        grid.add_row(item.id, item.zh, *("" if cell is None else str(cell) for cell in cells))
    out.print(grid)
    for group in found.groups:
        out.print(f"{group.zh} {group.en}: {group.points / 100:.2f} of {group.out_of / 100:.0f}")
