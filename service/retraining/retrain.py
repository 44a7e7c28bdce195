"""The whole of a retraining: evidence in, models trained, validated and compared, and a release proposed if every gate holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from features.points import Reference, Scheme
from service.artefacts import Shelf
from service.clock import Clock, day_in_china
from service.domain import Policy, shipped_policy
from service.errors import BadRetraining
from service.ledger import Actor
from service.releases import Parts, Proposal
from service.retraining.evidence import Evidence, read_for_training
from service.retraining.outcome import ModelMade, RetrainingOutcome
from service.retraining.plan import Plan
from service.retraining.telling import model_made
from service.retraining.validating import validate_on_evidence, validations_of
from service.retraining.wanted import wanted_from
from service.store.blobs import pack, put_blobs
from service.store.engine import Store
from service.use_cases.releases import Office
from training.boosting import Settings as Fitting
from training.bundle import Bundle
from training.effort import Effort
from training.evidence import NAMES, EvidenceBook, prepare, train_evidence
from training.registry import Registry
from training.rejects import RejectInference
from training.shelf import bundles_of
from training.tuning import Budget
from training.validation import Gates
from training.validation.writing import write_validated

__all__ = ["Bench", "Teller", "retrain"]


class Teller(Protocol):
    """Told which step begins, and what is being done in it."""

    def step(self, name: str, /) -> None:
        """A step of the plan begins."""

    def say(self, what: str, share: float | None = None, /) -> None:
        """Something is being done; `share` of the step is behind, where that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a retraining works with; `peers` are named for a first release only, later ones keep those in force."""

    store: Store
    home: Path
    clock: Clock
    office: Office
    registry: Registry
    gates: Gates
    peers: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    """What a model is held against: the policy's scale, scheme and peers for points, and the models in force."""

    policy: Policy
    scheme: Scheme | None
    peers: Reference | None
    champions: Mapping[str, Bundle]


def retrain(
    plan: Plan, *, actor: Actor, bench: Bench, teller: Teller, conclude: Callable[[Connection, RetrainingOutcome], None]
) -> RetrainingOutcome:
    """Do it all; the outcome holds a proposal in the name of `actor` only where every model passed its validation.

    `conclude` is called once, in the transaction that enters the proposal (or, where gates hold it back, in one of its own): what it
    raises undoes the proposal. The same plan on the same evidence gives bundles of the same hashes, unless the clock cuts a search
    for settings short. Raises `BadRetraining` before any work where no proposal could come of it, and what reading evidence,
    training and proposing raise. Nothing is ever approved.
    """
    base = bench.office.base()
    _refuse_first(plan, base, bench)
    stand = _stand(base, bench)
    teller.step("evidence")
    evidence = _evidence(plan, bench, stand)
    teller.say(f"{evidence.source}{', simulated' if evidence.simulated else ''}")
    prepared = prepare(evidence.tables, simulated=evidence.simulated, progress=teller.say)
    made = tuple(_model(plan, segment, prepared, evidence, bench, stand, teller, actor) for segment in plan.segments)
    outcome = RetrainingOutcome(evidence=evidence.source, models=made)
    if outcome.is_held_back:
        with bench.store.writing() as unit:
            conclude(unit, outcome)
        return outcome
    teller.step("propose")
    return _proposed(plan, base, outcome, bench, actor, teller, conclude)


def _refuse_first(plan: Plan, base: Parts | None, bench: Bench) -> None:
    """A first release needs both models and peers; to say so after an hour of training would be late."""
    if base is not None:
        return
    if set(plan.segments) != set(NAMES):
        raise BadRetraining(f"nothing was approved yet, and a first release needs the models {', '.join(NAMES)}; retrain all of them")
    if bench.peers is None:
        raise BadRetraining(
            "nothing was approved yet, and a first release needs peers for points; run `jifen retrain` with --reference FILE, "
            "a base that `jifen reference` makes"
        )


def _stand(base: Parts | None, bench: Bench) -> _Stand:
    """Take what is in force now; of a release that has not begun, what was approved last counts, for it is what a proposal changes."""
    peers = None if bench.peers is None else Reference.from_bytes(bench.peers.read_bytes())
    if base is None:
        return _Stand(policy=shipped_policy(), scheme=None, peers=peers, champions={})
    shelf = Shelf(bench.store, bench.home)
    kept = None if base.reference is None else shelf.reference(base.reference.sha256)
    return _Stand(
        policy=shelf.policy(base.policy.sha256),
        scheme=shelf.scheme(base.scheme.sha256),
        peers=peers or kept,
        champions={segment: shelf.model(pin.sha256) for segment, pin in base.bundles.items()},
    )


def _evidence(plan: Plan, bench: Bench, stand: _Stand) -> Evidence:
    """Read it; what is on file beside simulated models is simulated, for nothing may lose that mark by being loaded."""
    marked = plan.simulated or (not plan.evidence and any(champion.simulated for champion in stand.champions.values()))
    return read_for_training(plan.evidence, store=bench.store, home=bench.home, today=day_in_china(bench.clock()), simulated=marked)


def _model(
    plan: Plan, segment: str, prepared: EvidenceBook, evidence: Evidence, bench: Bench, stand: _Stand, teller: Teller, actor: Actor
) -> ModelMade:
    teller.step(f"train-{segment}")
    result = train_evidence(
        prepared,
        segment=segment,  # type: ignore[arg-type]  # the plan's segments are those of training; a test holds them together
        out=bundles_of(bench.home),
        now=bench.clock(),
        settings=Fitting(seed=plan.seed),
        effort=_effort(plan),
        rejects=RejectInference(method=plan.rejects, seed=plan.seed) if plan.rejects else None,
        progress=teller.say,
    )
    bundle = result.bundle
    teller.say(f"{bundle.name}@{bundle.version} {bundle.hash}")
    teller.step(f"register-{segment}")
    bench.registry.register(result, operator=actor.id)
    teller.step(f"validate-{segment}")
    champion, why_not = _comparable(stand.champions.get(segment), bundle)
    if why_not:
        teller.say(why_not)
    found = validate_on_evidence(
        bundle,
        prepared,
        evidence.tables,
        policy=stand.policy,
        gates=bench.gates,
        operator=actor.id,
        peers=stand.peers,
        scheme=stand.scheme,
        champion=champion,
        now=bench.clock(),
        progress=teller.say,
    )
    documents = write_validated(found, bundle, validations_of(bench.home, bundle))
    run = bench.registry.log_validation(bundle, documents, found.record)
    reports = _filed(bench.store, documents)
    teller.say(f"verdict {found.record.verdict} on n {found.record.data.n:,}, defaults {found.record.data.defaults:,}")
    return model_made(result, found, champion=stand.champions.get(segment), why_not=why_not, reports=reports, run_id=run)


def _effort(plan: Plan) -> Effort:
    return Effort(challengers=plan.challengers, tuning=Budget(trials=plan.trials, seconds=plan.seconds) if plan.trials else None)


def _comparable(champion: Bundle | None, bundle: Bundle) -> tuple[Bundle | None, str]:
    """Give the champion where it reads the same features, else why the two cannot be compared on these rows."""
    if champion is None or champion.features == bundle.features:
        return champion, ""
    return None, f"{champion.name}@{champion.version}, which is in force, reads other features; the two cannot be compared on these rows"


def _filed(store: Store, documents: list[Path]) -> dict[str, str]:
    """Put the reports on file under their hashes, so that every machine can show them."""
    pages = {path.name: pack("report", path.read_bytes()) for path in documents if path.suffix == ".html"}
    with store.writing() as unit:
        put_blobs(unit, pages.values())
    return {name: str(page["sha256"]) for name, page in pages.items()}


def _proposed(
    plan: Plan,
    base: Parts | None,
    outcome: RetrainingOutcome,
    bench: Bench,
    actor: Actor,
    teller: Teller,
    conclude: Callable[[Connection, RetrainingOutcome], None],
) -> RetrainingOutcome:
    teller.say("trying the models on the applications on record")
    wanted = wanted_from(bench.home, base, models=_folders(bench.home, outcome), reference=bench.peers)
    done: list[RetrainingOutcome] = []

    def also(unit: Connection, proposal: Proposal) -> None:
        done.append(outcome.model_copy(update={"proposal_id": proposal.proposal_id}))
        conclude(unit, done[-1])

    bench.office.propose(wanted, reason=plan.reason, actor=actor, also=also)
    return done[-1]


def _folders(home: Path, outcome: RetrainingOutcome) -> Iterator[str]:
    for model in outcome.models:
        yield str(bundles_of(home) / model.name / model.version)
