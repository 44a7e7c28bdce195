"""Lists of leads as jobs on record: asked for, one at a time, looked at, and marked failed when whoever worked on one is gone."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from service.apart import is_gone, where_of
from service.clock import Clock
from service.domain import Policy
from service.errand import Errand
from service.errors import Fault, Gone, InvalidRequest, UnknownLeads, WrongState
from service.identifiers import new_decision_id
from service.ledger import Actor
from service.prospects.plan import LeadsPlan
from service.store.engine import Store
from service.store.leads_runs import (
    FILES_KEPT,
    KeptLeads,
    LeadsFailure,
    end_leads,
    find_leads,
    keep_leads,
    leads_file,
    list_leads,
    open_leads,
)

__all__ = ["AGAIN", "LEADS", "ask_leads", "file_of", "log_of", "mark_gone", "newest_leads", "show_leads"]

AGAIN = "ask for the same again: it goes on where it stood"


def log_of(home: Path, job_id: str) -> Path:
    """The file that gets what the job's process prints."""
    return home / "leads" / f"{job_id}.log"


def ask_leads(store: Store, clock: Clock, plan: LeadsPlan, actor: Actor, *, policy: Policy, today: date) -> KeptLeads:
    """Record that a list is asked for and by whom; `InvalidRequest` for a day ahead or a product that `policy` has not.

    `WrongState` while another waits or runs.
    """
    plan = _checked(plan, policy, today)
    _settle(store, clock)
    now = clock()
    job_id = new_decision_id(now)
    with store.writing() as unit:
        other = open_leads(unit)
        if other is not None:
            raise WrongState(f"list {other.job_id}, asked for by {other.actor.id}, is {other.state}; let it end first")
        keep_leads(unit, job_id=job_id, plan=plan, actor=actor, now=now)
        kept = find_leads(unit, job_id)
    assert kept is not None  # written above
    return kept


def _checked(plan: LeadsPlan, policy: Policy, today: date) -> LeadsPlan:
    """Set the day, and hold day and products to what can be answered."""
    if plan.as_of is not None and plan.as_of > today:
        rule, remedy = f"must not lie after today, {today.isoformat()}", "name that day or an earlier one, or leave it out"
        fault = Fault(field="/as_of", value=plan.as_of.isoformat(), rule=rule, remedy=remedy)
        raise InvalidRequest(f"as_of {plan.as_of.isoformat()} {rule}; {remedy}", [fault])
    known = [str(row.product) for row in policy.products]
    strange = [product.value for product in plan.products if product.value not in known]
    if strange:
        rule, remedy = "must be a product of the policy in force", f"name some of {', '.join(known)}, or none for all"
        fault = Fault(field="/products", value=strange[0], rule=rule, remedy=remedy)
        raise InvalidRequest(f"products names {strange[0]}; it {rule}: {remedy}", [fault])
    return plan.model_copy(update={"as_of": plan.as_of or today})


def show_leads(store: Store, clock: Clock, job_id: str) -> KeptLeads:
    """Show one as it stands; `UnknownLeads` when there is none."""
    _settle(store, clock)
    with store.reading() as unit:
        job = find_leads(unit, job_id)
    if job is None:
        raise UnknownLeads(f"no list of leads {job_id[:40]!r} is on record; GET /v1/leads lists those that are")
    return job


def file_of(store: Store, clock: Clock, job_id: str) -> bytes:
    """Give the Parquet file of one that is done.

    `UnknownLeads` when there is none, `WrongState` while it is not done or has failed, `Gone` for one that newer lists have replaced.
    """
    job = show_leads(store, clock, job_id)
    if job.found is None:
        raise WrongState(f"list {job_id} is {job.state}, so it has no file; GET /v1/leads/{job_id} tells how far it is, or why it failed")
    with store.reading() as unit:
        file = leads_file(unit, job_id)
    if file is None:
        raise Gone(f"the files of the newest {FILES_KEPT} lists are kept, and {job_id} is older; ask for a new list")
    return file


def newest_leads(store: Store, clock: Clock, limit: int) -> list[KeptLeads]:
    """List the newest, newest first."""
    _settle(store, clock)
    with store.reading() as unit:
        return list_leads(unit, limit)


def _settle(store: Store, clock: Clock) -> None:
    """Mark the open one failed if nobody works on it any more."""
    with store.reading() as unit:
        job = open_leads(unit)
    now = clock()
    if job is not None and is_gone(job, now):
        mark_gone(store, job.job_id, now, where_of(job))


def mark_gone(store: Store, job_id: str, now: datetime, what: str) -> bool:
    """Mark one failed because its process is gone; False where it had ended already."""
    detail = f"{what}; {AGAIN}, and if it happens again look into leads/{job_id}.log below JIFEN_HOME, or give it more memory or time"
    with store.writing() as unit:
        return end_leads(unit, job_id, now, failure=LeadsFailure("worker-gone", detail))


LEADS = Errand(
    module="service.prospects",
    name="list of leads",
    log_of=log_of,
    mark_gone=mark_gone,
    minutes=lambda settings: settings.leads_minutes,
    setting="JIFEN_LEADS_MINUTES",
)
