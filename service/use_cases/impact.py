"""Replaying the applications on record under what decides and under what is proposed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from service.active import Active, mismatches
from service.domain import Application, Decision, Policy
from service.domain.errors import DecisionError
from service.domain.impact import GROUPS, Flow, Replayed, flips, flows, replayed
from service.releases import FlipCount, Flipped, FlowRecord, Impact
from service.rows import build_row, day_number
from service.store.blobs import get_blob
from service.store.engine import Store
from service.store.records import newest_bodies
from service.use_cases.judging import judge_of

__all__ = ["impact_of", "policy_start", "replay_under"]


def replay_under(store: Store, before: Active, after: Active, *, now: datetime, newest: int) -> Iterator[Replayed]:
    """Decide the newest applications on record anew, on the evidence and as-of date they had, by each of two releases.

    Whatever differs between the two - a model, the scheme, the peers, the policy - shows in the answers. A policy that starts later is
    judged as if it had started; stops and requests for review are left out. Applications whose evidence was deleted are skipped.
    Nothing is recorded. `DecisionError` when the parts of one of them do not belong together.
    """
    problems = [problem for active in (before, after) for problem in mismatches(active)]
    if problems:
        raise DecisionError("; ".join(problems))
    moment = max(now, *(policy_start(active.policy) for active in (before, after)))
    with store.reading() as unit:
        bodies = newest_bodies(unit, newest)
        for body in bodies:
            decision = Decision.model_validate_json(body)
            try:
                dossier = get_blob(unit, decision.pins.evidence)
            except ValueError:  # the evidence is gone; what is left tells the same of the others
                continue
            yield _replayed(decision, dossier, before, after, moment)


def policy_start(policy: Policy) -> datetime:
    """Give the beginning of a policy's first day in China."""
    return datetime.combine(policy.effective_from, time(), ZoneInfo("Asia/Shanghai"))


def _replayed(decision: Decision, dossier: bytes, before: Active, after: Active, now: datetime) -> Replayed:
    firm = build_row(dossier, day_number(decision.as_of))
    application = Application(**decision.application.model_dump(), as_of=decision.as_of)
    answers = [
        judge_of(
            active,
            dossier=lambda: dossier,
            evidence_hash=decision.pins.evidence,
            now=now,
            decision_id=decision.decision_id,
        )(application, firm)
        for active in (before, after)
    ]
    return replayed(decision.decision_id, firm, *answers)


def impact_of(cases: Sequence[Replayed], *, newest: int) -> Impact:
    """Sum the replayed applications up as a proposal carries them: whole, by group, and each one that flips or is offered otherwise."""
    whole = flows(cases, lambda _: "all")
    moved = [case for case in cases if case.before is not case.after or case.amount_before != case.amount_after]
    return Impact(
        newest=newest,
        whole=_flow(whole[0]) if whole else FlowRecord(group="all", cases=0, better=0, worse=0, amount_before=0, amount_after=0),
        flips=tuple(FlipCount(before=was, after=now, cases=number) for was, now, number in flips(cases)),
        groups={name: tuple(_flow(flow) for flow in flows(cases, by)) for name, by in GROUPS.items()},
        flipped=tuple(
            Flipped(
                decision_id=case.decision_id,
                before=case.before,
                after=case.after,
                amount_before=case.amount_before,
                amount_after=case.amount_after,
            )
            for case in moved
        ),
    )


def _flow(flow: Flow) -> FlowRecord:
    return FlowRecord(**{name: getattr(flow, name) for name in FlowRecord.model_fields})
