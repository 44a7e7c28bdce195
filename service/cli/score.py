"""`jifen score`: decide one application on this machine, or score rows of a table with a bundle. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
import orjson
import polars as pl
from pydantic import ValidationError

from features.errors import EvidenceError
from features.evidence import FirmEvidence, dossier_of, evidence_hash
from features.vocabulary import Product
from service.cli.console import out
from service.cli.options import Day, today
from service.cli.serve import opened_store
from service.cli.tables import write_table
from service.cli.telling import case_lines, offer_lines, pd_text
from service.clock import system_clock
from service.config import settings_from
from service.domain import Decision, Purpose, application_of
from service.domain.application import MAX_TERM
from service.domain.recourse import with_recourse
from service.identifiers import new_decision_id
from service.in_force import load_in_force
from service.rows import build_row, day_number
from service.switchboard import Switchboard
from service.use_cases.judging import judge_of
from training.bundle import Bundle
from training.loanbook import read_table

__all__ = ["score"]

PRODUCTS = {product.value: product for product in Product if product is not Product.OTHER}
READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--evidence", type=READABLE, help="JSON file with the firm's evidence, as POST /v1/firms takes it.")
@click.option("--product", type=click.Choice(list(PRODUCTS)), help="The product asked for.")
@click.option("--amount", type=click.IntRange(1), help="Amount asked for, in yuan.")
@click.option("--term", type=click.IntRange(1, MAX_TERM), help="Term asked for, in months.")
@click.option("--purpose", type=click.Choice([purpose.value for purpose in Purpose]), help="What the loan pays for.")
@click.option("--as-of", type=Day(), help="Use only facts known by this day.  [default: today]")
@click.option("--json", "as_json", is_flag=True, help="Print the whole decision as JSON.")
@click.option("--bundle", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Bundle that scores --rows.")
@click.option("--rows", type=READABLE, help="CSV or Parquet table of the shape the bundle was trained on.")
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="File for the scored rows (.parquet or .csv).")
def score(
    *,
    evidence: Path | None,
    product: str | None,
    amount: int | None,
    term: int | None,
    purpose: str | None,
    as_of: date | None,
    as_json: bool,
    folder: Path | None,
    rows: Path | None,
    path: Path | None,
) -> None:
    r"""Decide one application, or score rows of a table; nothing is recorded (the API records).

    \b
    jifen score --evidence firm.json --product startup-credit --amount 3000000 --term 24
    jifen score --evidence firm.json --product common-growth --amount 5000000 --term 36 --purpose equipment
    jifen score --bundle var/bundles/sba/1 --rows loans.csv --out scored.csv
    """
    if folder and rows and path:
        write_table(_scored(Bundle.load(folder), rows), path)
    elif evidence and product and amount and term:
        asked = {"product": product, "amount": amount, "term_months": term, "purpose": purpose, "as_of": as_of or today()}
        decision = _decided(evidence, asked)
        out.print(decision.canonical().decode() if as_json else _told(decision), markup=False)
    else:
        given = {"--evidence": evidence, "--product": product, "--amount": amount, "--term": term}
        absent = [name for name, value in given.items() if value is None]
        said = f"{', '.join(absent)} missing: " if 0 < len(absent) < len(given) else ""
        raise click.UsageError(
            f"{said}give --evidence, --product, --amount and --term to decide, or --bundle, --rows and --out to score rows"
        )


def _scored(bundle: Bundle, rows: Path) -> pl.DataFrame:
    table = read_table(rows)
    encoded = bundle.read_rows(table)
    for said in encoded.warnings:
        out.print(said, markup=False)
    scores = bundle.score(encoded.matrix)
    base = pl.DataFrame({"pd": scores.pd, "score": scores.score})
    parts = pl.DataFrame(scores.contributions, schema=[f"points_{name}" for name in bundle.features], orient="row")
    return pl.concat([base, parts], how="horizontal")


def _evidence(path: Path) -> FirmEvidence:
    try:
        return FirmEvidence.model_validate_json(path.read_bytes())
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}" for one in error.errors(include_url=False)[:20]]
        raise EvidenceError(f"{path} is not a firm's evidence:\n  " + "\n  ".join(lines)) from error


def _decided(path: Path, asked: Mapping[str, Any]) -> Decision:
    with opened_store() as store:
        active, orders = load_in_force(store, settings_from().home, system_clock), Switchboard(store, seconds=0).orders
    now = system_clock()
    evidence = _evidence(path)
    dossier = dossier_of(evidence)
    application = application_of({**asked, "firm_id": evidence.firm.firm_id})
    row, number = build_row(dossier, day_number(application.as_of)), new_decision_id(now)
    judge = judge_of(
        active,
        dossier=lambda: dossier,
        evidence_hash=evidence_hash(dossier),
        features_hash=row.digest,
        now=now,
        decision_id=number,
        manual=orders,
    )
    made = judge(application, row)
    return with_recourse(made, application, row, decide=judge, bundles=active.bundles, policy=active.policy)


def _told(decision: Decision) -> str:
    said = orjson.loads(decision.canonical())
    risk, points = said.get("risk") or {}, said["points"]
    lines = [
        f"{said['outcome'].upper()}   {pd_text(risk)}   score {risk.get('score', '-')}",
        f"points {points['total'] / 100:.2f} of {points['out_of'] / 100:.0f}   tier {points['tier']}   coverage {points['coverage']}",
        *offer_lines(said["offer"]),
        *case_lines(said),
        *(f"{reason['direction']} {reason['zh']}  {reason['en']}" for reason in said["reasons"]),
        *(f"missing: {gap['document']}" for gap in said["missing"]),
        *(f"would change it: {plan['zh']}  {plan['en']}" for plan in said["recourse"] or ()),
        "warnings: " + (", ".join(said["warnings"]) or "none"),
        "not recorded: only the API records decisions",
    ]
    return "\n".join(lines)
