"""From a batch of firms to an allocation: decide each, make candidates of those that may borrow, spread the envelope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from features.evidence import FirmEvidence, dossier_json, dossier_of, evidence_hash, merge_dossiers
from features.evidence.dossier import read_dossier
from service.active import Active
from service.batches import Batch, BatchFirm, BatchRound
from service.domain import Application, ManualOrder, Outcome, decide
from service.domain.allocation import Allocation, Candidate, Plan, allocate
from service.domain.errors import DecisionError
from service.domain.finance.risk_sharing import BANK
from service.errors import InvalidRequest, UnknownFirm
from service.identifiers import new_decision_id
from service.rows import build_row, day_number
from service.use_cases.prior import prior_of

__all__ = ["Judged", "allocation_of", "candidate_of", "decide_batch", "decider", "judge", "with_rounds"]

Decide = Callable[[BatchFirm, bytes], Mapping[str, Any]]
"""Decides one firm of a batch on a dossier and gives the decision's record."""
WHOLE = 10_000
OF_ONE_FIRM = (UnknownFirm, InvalidRequest, DecisionError)
"""What keeps one firm from being decided, and no other."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a firm of the batch: its candidate if it may borrow, else why not. `error` is a code of the service."""

    firm_id: str
    decision_id: str | None
    outcome: str | None
    candidate: Candidate | None
    error: str | None = None
    detail: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give JSON values; the candidate stands in the allocation."""
        said = {"firm_id": self.firm_id, "decision_id": self.decision_id, "outcome": self.outcome}
        return said | {"error": self.error, "detail": self.detail}


def candidate_of(record: Mapping[str, Any], dossier: bytes, plan: Plan) -> Candidate | None:
    """Read a decision's record as a candidate; None unless it offers a loan.

    What the bank lends is the most the firm may get. Its rate moves within the plan's bounds, and not at all where a disclosed rate path
    fixes it. Its PD is that of a year over the loan's term, where the record tells how the one-year PD spreads. What is lost is the
    plan's loss given default of its collateral, as far as the bank itself carries it (rounded up).
    """
    offer, risk = record["offer"], record["risk"]
    if offer is None or risk is None or record["outcome"] not in {Outcome.APPROVE, Outcome.COUNTER}:
        return None
    firm, rate = read_dossier(dossier)["firms"], offer["rate_bp"]
    lowest, highest = (rate, rate) if offer.get("rate_path") else plan.decisions.rates_around(rate)
    carried = next(one["share_bp"] for one in offer["risk_sharing"]["shares"] if one["party"] == BANK)
    return Candidate.of(
        firm_id=record["application"]["firm_id"],
        field=firm["field"][0],
        region=firm["region"][0],
        grade=risk["grade"],
        pd=risk["pd"] if (term := offer.get("term_structure")) is None else term["yearly_pd"],
        lgd_bp=-(-plan.decisions.lgd_of(offer["collateral"]["id"]) * carried // WHOLE),
        limit=offer["lent"],
        min_rate_bp=lowest,
        max_rate_bp=highest,
    )


def judge(record: Mapping[str, Any], dossier: bytes, plan: Plan, *, today: date | None = None) -> Judged:
    """Say what a decision means for the allocation; with `today`, an offer that has run out lends nothing."""
    firm_id, number, outcome = record["application"]["firm_id"], record["decision_id"], str(record["outcome"])
    found = candidate_of(record, dossier, plan)
    until = record["offer"]["valid_until"] if found else ""
    if found and today and until < today.isoformat():
        return Judged(firm_id, number, outcome, None, "offer-expired", f"the offer stood until {until}; decide the firm again")
    return Judged(firm_id, number, outcome, found)


def with_rounds(dossier: bytes, rounds: Sequence[BatchRound], batch: Batch) -> bytes:
    """Lay a batch's rounds on a firm's evidence; without rounds the evidence stays as it is."""
    if not rounds:
        return dossier
    tiers = {one.investor: one.tier for one in batch.investors}
    funding = [
        {
            "firm_id": one.firm_id,
            "round_id": f"batch-{one.closed_on.isoformat()}-{one.round}-{number}",
            "round": one.round.value,
            "investor_tier": tiers[one.investor].value,
            "amount": one.amount,
            "closed_on": one.closed_on,
            "known_on": one.known_on,
        }
        for number, one in enumerate(rounds, start=1)
    ]
    firm = dossier_json(dossier)["firms"][0]
    return merge_dossiers(dossier, dossier_of(FirmEvidence.model_validate({"firm": firm, "funding": funding})))


def decide_batch(batch: Batch, plan: Plan, *, evidence_of: Callable[[str], bytes], decide_one: Decide) -> Iterator[Judged]:
    """Decide firm after firm; what keeps one from being decided (no evidence on file, say) is its own error, not the batch's."""
    rounds: dict[str, list[BatchRound]] = {}
    for one in batch.rounds:
        rounds.setdefault(one.firm_id, []).append(one)
    for firm in batch.firms:
        try:
            dossier = with_rounds(evidence_of(firm.firm_id), rounds.get(firm.firm_id, ()), batch)
            yield judge(decide_one(firm, dossier), dossier, plan)
        except OF_ONE_FIRM as error:
            yield Judged(firm.firm_id, None, None, None, error=error.code, detail=str(error))


def decider(active: Active, batch: Batch, as_of: date, now: Callable[[], Any], *, manual: Sequence[ManualOrder] = ()) -> Decide:
    """Make a decider that records nothing."""

    def decide_one(firm: BatchFirm, dossier: bytes) -> Mapping[str, Any]:
        moment = now()
        decision = decide(
            Application(
                product=batch.product, amount=firm.amount, term_months=firm.term_months, purpose=None, firm_id=firm.firm_id, as_of=as_of
            ),
            build_row(dossier, day_number(as_of)),
            bundles=active.bundles,
            scheme=active.scheme,
            reference=active.reference,
            policy=active.policy,
            now=moment,
            decision_id=new_decision_id(moment),
            evidence_hash=evidence_hash(dossier),
            prior=prior_of(
                batch.product, day_number(as_of), lambda: dossier, policy=active.policy, scheme=active.scheme, reference=active.reference
            ),
            manual=manual,
        )
        record: Mapping[str, Any] = orjson.loads(decision.canonical())
        return record

    return decide_one


def allocation_of(judged: Sequence[Judged], plan: Plan, envelope: int) -> Allocation:
    """Spread an envelope over the firms that may borrow."""
    return allocate([one.candidate for one in judged if one.candidate], plan, envelope)
