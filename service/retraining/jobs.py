"""Retrainings as jobs on record: asked for, one at a time, looked at, and marked failed when whoever worked on one is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from service.apart import is_gone, where_of
from service.clock import Clock
from service.errand import Errand
from service.errors import BadRetraining, RetrainingBusy, UnknownRetraining
from service.identifiers import new_decision_id
from service.ledger import Actor
from service.retraining.plan import Plan
from service.store.engine import Store
from service.store.releases import newest_release
from service.store.retrainings import (
    Failure,
    Kept,
    Line,
    end_retraining,
    find_retraining,
    keep_retraining,
    lines_of,
    list_retrainings,
    open_retraining,
)
from service.use_cases.releases import reason_in

__all__ = [
    "RETRAINING",
    "Shown",
    "ask_retraining",
    "log_of",
    "mark_gone",
    "newest_retrainings",
    "refuse_first",
    "settle",
    "show_retraining",
]

AGAIN = "nothing was proposed; start it again"


@dataclass(frozen=True, slots=True)
class Shown:
    """A retraining and its log."""

    job: Kept
    lines: tuple[Line, ...]


def log_of(home: Path, job_id: str) -> Path:
    """The file that gets what the job's process prints; the log for people is in the database."""
    return home / "retrainings" / f"{job_id}.log"


def ask_retraining(store: Store, clock: Clock, plan: Plan, actor: Actor) -> Kept:
    """Record that one is asked for, by whom and why; `RetrainingBusy` while another waits or runs, `InvalidRequest` without a reason."""
    settle(store, clock)
    plan = plan.model_copy(update={"reason": reason_in(plan.reason)})
    now = clock()
    job_id = new_decision_id(now)
    with store.writing() as unit:
        other = open_retraining(unit)
        if other is not None:
            raise RetrainingBusy(
                f"retraining {other.job_id}, started by {other.actor.id}, is {other.state}; only one runs at a time, so let it end first"
            )
        keep_retraining(unit, job_id=job_id, plan=plan, actor=actor, now=now)
        kept = find_retraining(unit, job_id)
    assert kept is not None  # written above
    return kept


def refuse_first(store: Store) -> None:
    """A first release takes peers, which only a command line can name: `BadRetraining` while nothing was approved."""
    with store.reading() as unit:
        nothing = newest_release(unit) is None
    if nothing:
        raise BadRetraining(
            "nothing was approved yet, and a first release needs peers for points; run `jifen retrain` with --reference FILE on the "
            "service's machine, and retrain here from then on"
        )


def show_retraining(store: Store, clock: Clock, job_id: str) -> Shown:
    """Show one with its log; `UnknownRetraining` when there is none."""
    settle(store, clock)
    with store.reading() as unit:
        job = find_retraining(unit, job_id)
        if job is None:
            raise UnknownRetraining(f"no retraining {job_id[:40]!r} is on record; GET /v1/retrainings lists those that are")
        return Shown(job, tuple(lines_of(unit, job_id)))


def newest_retrainings(store: Store, clock: Clock, limit: int) -> list[Kept]:
    """List the newest, newest first."""
    settle(store, clock)
    with store.reading() as unit:
        return list_retrainings(unit, limit)


def settle(store: Store, clock: Clock) -> None:
    """Mark the open retraining failed if nobody works on it any more."""
    with store.reading() as unit:
        job = open_retraining(unit)
    now = clock()
    if job is not None and is_gone(job, now):
        mark_gone(store, job.job_id, now, where_of(job))


def mark_gone(store: Store, job_id: str, now: datetime, what: str) -> bool:
    """Mark one failed because its process is gone; False where it had ended already."""
    detail = f"{what}; {AGAIN}, and if it happens again look into retrainings/{job_id}.log below JIFEN_HOME, or give it more memory or time"
    with store.writing() as unit:
        return end_retraining(unit, job_id, now, failure=Failure("worker-gone", detail))


RETRAINING = Errand(
    module="service.retraining",
    name="retraining",
    log_of=log_of,
    mark_gone=mark_gone,
    minutes=lambda settings: settings.retrain_minutes,
    setting="JIFEN_RETRAIN_MINUTES",
)
