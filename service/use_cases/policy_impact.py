"""Replaying the applications on record under two policies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.active import Active
from service.domain import Application, Decision, Policy, misfits
from service.domain.errors import DecisionError
from service.domain.impact import Replayed, replayed
from service.rows import build_row, day_number
from service.store.blobs import get_blob
from service.store.engine import Store
from service.store.records import newest_bodies
from service.use_cases.judging import judge_of

__all__ = ["replay_under"]


def replay_under(store: Store, active: Active, before: Policy, after: Policy, *, now: datetime, newest: int) -> Iterator[Replayed]:
    """Decide the newest applications on record anew, on the evidence and as-of date they had, under each of two policies.

    Models, scheme and peers are those that decide now, so only the policy differs. A policy that starts later is judged as if
    it had started. Nothing is recorded. `DecisionError` when a policy does not fit the points scheme.
    """
    problems = [problem for policy in (before, after) for problem in misfits(policy, active.scheme)]
    if problems:
        raise DecisionError("; ".join(problems))
    moment = max(now, *(_start(policy) for policy in (before, after)))
    with store.reading() as unit:
        for body in newest_bodies(unit, newest):
            decision = Decision.model_validate_json(body)
            yield _replayed(decision, get_blob(unit, decision.pins.evidence), active, before, after, moment)


def _start(policy: Policy) -> datetime:
    return datetime.combine(policy.effective_from, time(), ZoneInfo("Asia/Shanghai")) + timedelta(seconds=1)


def _replayed(decision: Decision, dossier: bytes, active: Active, before: Policy, after: Policy, now: datetime) -> Replayed:
    firm = build_row(dossier, day_number(decision.as_of))
    application = Application(**decision.application.model_dump(), as_of=decision.as_of)
    answers = [
        judge_of(
            Active(active.bundles, active.scheme, active.reference, policy),
            dossier=lambda: dossier,
            evidence_hash=decision.pins.evidence,
            now=now,
            decision_id=decision.decision_id,
        )(application, firm)
        for policy in (before, after)
    ]
    return replayed(decision.decision_id, firm, *answers)
