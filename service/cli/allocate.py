"""`jifen allocate`: spread a lending envelope over approved firms. Nothing is recorded (the API records)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import click
import orjson
import polars as pl

from features.vocabulary import Product
from service.batches import read_batch, read_candidates
from service.cli.console import out, step
from service.cli.options import Day, today
from service.cli.serve import opened_store
from service.cli.tables import write_table
from service.clock import system_clock
from service.config import settings_from
from service.domain.allocation import Allocation, Candidate, Plan, allocate, load_plan, shipped_plan
from service.domain.allocation.result import yuan_text
from service.errors import UnknownFirm
from service.in_force import load_in_force
from service.store import Store
from service.store.blobs import get_blob
from service.store.evidence import latest_dossier
from service.store.records import find_decision, newest_offers
from service.switchboard import Switchboard
from service.use_cases.allocate import Judged, decide_batch, decider, judge

__all__ = ["spread"]

PRODUCTS = [product.value for product in Product if product is not Product.OTHER]
READABLE = click.Path(exists=True, path_type=Path)
SHOWN = 20
COLUMNS = {
    "firm_id": pl.String,
    "grade": pl.Int64,
    "amount": pl.Int64,
    "rate_bp": pl.Int64,
    "accepts_bp": pl.Int64,
    "expected_profit": pl.String,
    "expected_loss": pl.String,
}


@click.command("allocate")
@click.argument("batch", required=False, type=READABLE)
@click.option("--candidates", type=READABLE, help="CSV or JSON of approved firms with PD, LGD, limit and rate bounds, instead of a BATCH.")
@click.option("--decided", type=click.Choice(PRODUCTS), help="Use the newest offers on record of this product, instead of a BATCH.")
@click.option("--envelope", required=True, type=click.IntRange(1), help="The most that may be lent in all, in yuan.")
@click.option("--plan", "plan_file", type=READABLE, help="TOML file with costs, caps and take-up curves.  [default: the shipped plan]")
@click.option("--as-of", type=Day(), help="Use only facts known by this day.  [default: today]")
@click.option("--json", "as_json", is_flag=True, help="Print the whole allocation as JSON.")
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="File for the offers (.parquet or .csv).")
def spread(
    *,
    batch: Path | None,
    candidates: Path | None,
    decided: str | None,
    envelope: int,
    plan_file: Path | None,
    as_of: date | None,
    as_json: bool,
    path: Path | None,
) -> None:
    r"""Spread a lending envelope over approved firms: amounts and rates with the largest expected profit, and the proof.

    BATCH is a folder with firms.csv (firm_id, amount, term_months) and, if there are any, rounds.csv and investors.csv, or the same
    as one JSON file. Its firms are decided on the evidence on file by what decides now; nothing is recorded.

    \b
    jifen allocate batch/ --envelope 200000000
    jifen allocate --candidates approved.csv --envelope 200000000 --out offers.csv
    """
    if sum(source is not None for source in (batch, candidates, decided)) != 1:
        raise click.UsageError("give one of BATCH, --candidates and --decided")
    plan = load_plan(plan_file.read_text("utf-8"), source=plan_file.name) if plan_file else shipped_plan()
    day = as_of or today()
    judged = [] if candidates else list(_of_batch(batch, plan, day) if batch else _of_record(str(decided), plan, day))
    firms: Sequence[Candidate] = read_candidates(candidates) if candidates else [one.candidate for one in judged if one.candidate]
    with step(f"spread the envelope over {len(firms):,} firms"):
        found = allocate(firms, plan, envelope)
    _show(found, judged, as_json=as_json, path=path)


def _of_batch(path: Path, plan: Plan, as_of: date) -> Iterator[Judged]:
    batch = read_batch(path, today())
    with opened_store() as store, step("decide the batch") as report:
        active, orders = load_in_force(store, settings_from().home, system_clock), Switchboard(store, seconds=0).orders
        decide_one = decider(active, batch, as_of, system_clock, manual=orders)
        for number, one in enumerate(decide_batch(batch, plan, evidence_of=_evidence_in(store), decide_one=decide_one), start=1):
            report(f"{number:,} of {len(batch.firms):,}", number / len(batch.firms))
            yield one


def _evidence_in(store: Store) -> Callable[[str], bytes]:
    def evidence_of(firm_id: str) -> bytes:
        with store.reading() as unit:
            found = latest_dossier(unit, firm_id)
        if found is None:
            raise UnknownFirm(f"no evidence of firm {firm_id} is on file; load it with `jifen ingest`")
        return found[1]

    return evidence_of


def _of_record(product: str, plan: Plan, day: date) -> Iterator[Judged]:
    with opened_store() as store, store.reading() as unit:
        for number in newest_offers(unit, product):
            receipt = find_decision(unit, number)
            assert receipt is not None  # its number was read in the same database a moment ago
            record = orjson.loads(receipt.body)
            yield judge(record, get_blob(unit, record["pins"]["evidence"]), plan, today=day)


def _show(found: Allocation, judged: Sequence[Judged], *, as_json: bool, path: Path | None) -> None:
    if as_json:
        said = found.to_dict() | {"firms": [one.to_dict() for one in judged]}
        out.print(orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode(), markup=False)
    else:
        out.print("\n".join([*_told(found), *_left_out(found, judged), "not recorded: only the API records"]), markup=False)
    if path:
        write_table(pl.DataFrame(found.to_dict()["placed"], schema=COLUMNS), path)


def _told(found: Allocation) -> Iterator[str]:
    proof = found.proof
    yield f"{len(found.placed):,} firms get {found.offered:,} of {found.envelope:,} yuan; {found.expected_lent:,} are expected to be drawn"
    yield f"expected profit {yuan_text(proof.objective)} yuan a year; no spread can earn more than {yuan_text(proof.bound)}"
    proved, claimed, cut = proof.gap_ppm / 10_000, proof.solver_gap_ppm / 10_000, "" if proof.is_finished else ", cut short"
    yield f"gap {proved:.4f} % proved in integers, {claimed:.4f} % by HiGHS ({proof.nodes} nodes{cut})"
    for cap in found.caps:
        if cap.price:
            name = f"{cap.kind} {cap.name}".strip()
            yield f"{name}: {cap.used:,} of {cap.most:,} yuan; one more yuan earns {cap.price / 100:.2f} bp a year"
    for one in found.placed[:SHOWN]:
        yield f"  {one.firm_id}  {one.amount:>12,} yuan  {one.rate_bp / 100:.2f} %  {yuan_text(one.profit):>12} yuan a year"
    if len(found.placed) > SHOWN:
        yield f"  ... and {len(found.placed) - SHOWN:,} more; --out FILE or --json gives all"


def _left_out(found: Allocation, judged: Sequence[Judged]) -> Iterator[str]:
    why = Counter(one.why.code for one in found.unplaced)
    why.update(one.error or str(one.outcome) for one in judged if one.candidate is None)
    yield from (f"without a loan: {count:,} {code}" for code, count in sorted(why.items()))
