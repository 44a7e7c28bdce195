"""What the demo and the benchmarks stand on: a simulated province, its models, peers and database, under one home."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import orjson
import polars as pl

from features.build import build_features
from features.firm_row import build_firms
from features.indicators import catalogue_hash
from features.points import Reference, build_reference, shipped_scheme
from features.vocabulary import Product
from service.active import Active
from service.artefacts import (
    model_artefact,
    policy_artefact,
    policy_text,
    reference_artefact,
    scheme_artefact,
    scheme_text,
    validation_artefact,
)
from service.cli.aliases import follow
from service.cli.console import notes, step
from service.cli.options import today
from service.cli.points import all_firms
from service.clock import system_clock
from service.config import Settings
from service.domain import Application, shipped_policies, shipped_policy
from service.identifiers import new_decision_id
from service.in_force import load_in_force
from service.ledger import Actor
from service.retraining.validating import validate_on_evidence, validations_of
from service.rows import day_number
from service.serving import prepare
from service.store import Store, open_store
from service.uploads import read_folder
from service.use_cases.ingest import ingest
from service.use_cases.judging import judge_of
from service.use_cases.releases import Office, Wanted
from training.bundle import VALIDATION_FILE, Bundle
from training.evidence import NAMES, SEGMENTS, EvidenceBook, Segment, train_evidence
from training.evidence import prepare as prepare_book
from training.registry import CANDIDATE, Registry
from training.shelf import bundles_of
from training.simulate import simulate, write_province
from training.validation import load_gates
from training.validation.writing import write_validated

__all__ = ["Applicant", "Prepared", "prepare_province"]

SCHEME = "cn-core-18"
TRIED = 60
"""Start-ups looked at to find one that is offered a loan."""
REASON = "first release of a simulated province, so that there is something to try"
PROPOSER, APPROVER = (Actor(kind="person", id=f"demo {name}") for name in ("proposer", "approver"))
"""The demo's two persons: they exist in its own database only."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """A firm of the province to try, and an amount in yuan that suits it."""

    firm_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A home that is ready to serve."""

    firms: int
    seed: int
    until: date
    applicant: Applicant


def prepare_province(settings: Settings, *, firms: int, seed: int, until: date, fresh: bool) -> Prepared:
    """Build everything under `settings.home`, or find it there from an earlier run with the same numbers and definitions."""
    note = settings.home / "demo.json"
    wanted = {
        "firms": firms,
        "seed": seed,
        "until": until.isoformat(),
        "catalogue": catalogue_hash(),
        "scheme": shipped_scheme(SCHEME).hash,
        "decides": "release",
    }
    if not fresh and note.is_file():
        found = orjson.loads(note.read_bytes())
        if {key: found.get(key) for key in wanted} == wanted:
            return Prepared(firms, seed, until, Applicant(**found["applicant"]))
    _empty(settings.home, note)
    prepared = Prepared(firms, seed, until, _build(settings, firms, seed, until))
    applicant = {"firm_id": prepared.applicant.firm_id, "amount": prepared.applicant.amount}
    note.write_bytes(orjson.dumps({**wanted, "applicant": applicant}))
    return prepared


def _empty(home: Path, note: Path) -> None:
    """Clear the folder of an earlier demo; a folder with anything else in it is left alone and refused."""
    if home.exists() and any(home.iterdir()) and not note.is_file():
        raise click.ClickException(f"{home} holds files that are not a demo's; move them away, or set JIFEN_HOME to another folder")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    note.write_bytes(b"{}")


def _registry(home: Path) -> Registry:
    """The demo's own registry, whatever tracking server the environment names: simulated models belong nowhere else."""
    return Registry(home, uri=f"sqlite:///{(home / 'mlflow.db').absolute()}")


def _build(settings: Settings, firms: int, seed: int, until: date) -> Applicant:
    folder = settings.home / "evidence"
    with step(f"simulate {firms:,} firms") as report:
        write_province(simulate(firms=firms, seed=seed, until=until, progress=report), folder, format="parquet")
    with step("check the evidence"):
        evidence = read_folder(folder, today())
    with step("label the loans and build their indicators") as report:
        book = prepare_book(evidence.tables, simulated=True, progress=report)
    for segment in SEGMENTS:
        _train(settings.home, book, segment)
    with step("freeze the peers"):
        features = build_features(all_firms(evidence.tables["firms"], until), evidence.tables)
        peers = _peers(settings.home, features, until)
    for segment in SEGMENTS:
        _validate(settings.home, book, segment, evidence.tables, Reference.from_bytes(peers))
    prepare(settings)
    store = open_store(settings.database, connections=2, lock_seconds=settings.lock_seconds)
    with step("propose and approve a release"):
        active = _released(store, settings, peers)
    with step("put the evidence on file") as report:
        ingest(store, system_clock, evidence, actor=Actor(kind="system", id="demo"), source="simulated province", report=report)
    store.close()
    return _applicant(active, evidence.tables, features, until)


def _train(home: Path, book: EvidenceBook, segment: Segment) -> None:
    registry, now = _registry(home), system_clock()
    with step(f"train the {segment} model") as report:
        result = train_evidence(book, segment=segment, out=bundles_of(home), now=now, progress=report)
    with step(f"register the {segment} model in MLflow"):
        registry.register(result, operator="demo")


def _validate(home: Path, book: EvidenceBook, segment: Segment, tables: Mapping[str, pl.DataFrame], peers: Reference) -> None:
    """Validate a model and keep what came of it beside its bundle, whether it passed or not."""
    bundle = Bundle.load(_registry(home).resolve(NAMES[segment], CANDIDATE))
    with step(f"validate the {segment} model") as report:
        found = validate_on_evidence(
            bundle, book, tables, policy=shipped_policy(), gates=load_gates(), operator="demo", peers=peers, progress=report
        )
        write_validated(found, bundle, validations_of(home, bundle))
    failed = ", ".join(found.record.standing("fail") + found.record.standing("not-enough-data"))
    notes.print(f"{bundle.name}: {found.record.verdict} on n {found.record.data.n:,}{f' ({failed})' if failed else ''}", markup=False)


def _peers(home: Path, features: pl.DataFrame, until: date) -> bytes:
    scheme = shipped_scheme(SCHEME)
    base = build_reference(features, scheme, name=f"simulated-{until:%Y-%m}", as_of=until, simulated=True)
    path = home / "references" / f"{base.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base.to_bytes())
    return base.to_bytes()


def _released(store: Store, settings: Settings, peers: bytes) -> Active:
    """Let the demo's two persons put its models, peers and the shipped policy in force."""
    registry, office = _registry(settings.home), Office(store, settings.home, system_clock, newest=settings.impact_newest)
    folders = {segment: registry.resolve(name, CANDIDATE) for segment, name in NAMES.items()}
    wanted = Wanted(
        bundles={segment: model_artefact(folder) for segment, folder in folders.items()},
        validations=tuple(validation_artefact((folder / VALIDATION_FILE).read_bytes()) for folder in folders.values()),
        scheme=scheme_artefact(scheme_text(SCHEME) or ""),
        reference=reference_artefact(peers),
        policy=policy_artefact(policy_text(shipped_policies()[-1]) or ""),
    )
    proposal = office.propose(wanted, reason=REASON, actor=PROPOSER, without_validation=True)  # where one fails, the record says so
    release = office.approve(proposal.proposal_id, reason=REASON, actor=APPROVER)
    list(follow(settings.home, release, registry=registry))
    return load_in_force(store, settings.home, system_clock)


def _applicant(active: Active, tables: Mapping[str, pl.DataFrame], features: pl.DataFrame, until: date) -> Applicant:
    """Pick the best-documented start-up that is offered a loan, and an amount in proportion to its revenue."""
    likely = features.filter((pl.col("growth_stage") == 0) & (pl.col("revenue") > 300)).sort(
        "coverage", "firm_id", descending=[True, False]
    )
    chosen = likely.head(TRIED)
    own = {name: frame.filter(pl.col("firm_id").is_in(chosen["firm_id"].implode())) for name, frame in tables.items()}
    rows = {row.firm_id: row for row in build_firms(own, day_number(until))}
    asked = [
        Applicant(firm, max(500_000, int(revenue) * 1_000 // 10_000 * 10_000))
        for firm, revenue in chosen.select("firm_id", "revenue").rows()
    ]
    now = system_clock()
    for one in asked:
        judge = judge_of(active, dossier=bytes, evidence_hash=f"sha256:{'0' * 64}", now=now, decision_id=new_decision_id(now))
        if judge(
            Application(product=Product.STARTUP_CREDIT, amount=one.amount, term_months=24, purpose=None, firm_id=one.firm_id, as_of=until),
            rows[one.firm_id],
        ).offer:
            return one
    return asked[0]
