"""Starting a retraining from the service: recorded with who and why, then worked on in a process of its own."""

from __future__ import annotations

from service.desk import Desk
from service.errors import Fault, InvalidRequest
from service.ledger import Actor
from service.retraining.evidence import folders_below
from service.retraining.jobs import ask_retraining, refuse_first
from service.retraining.plan import Plan
from service.store.retrainings import Kept

__all__ = ["start_retraining"]


def start_retraining(desk: Desk, plan: Plan, actor: Actor) -> Kept:
    """Record it and start its process.

    Raises `InvalidRequest` for a folder that is none of those right below JIFEN_HOME or an empty reason, `BadRetraining` before a
    first release, and `RetrainingBusy` while another waits or runs.
    """
    if plan.evidence and plan.evidence not in folders_below(desk.settings.home):
        fault = Fault(
            field="/evidence",
            value=plan.evidence[:80],
            rule="must be a folder with firms.csv or firms.parquet right below JIFEN_HOME",
            remedy="name such a folder, or leave it empty for the evidence on file",
        )
        raise InvalidRequest(f"evidence names {plan.evidence[:80]!r}; {fault.rule}: {fault.remedy}", [fault])
    refuse_first(desk.store)
    job = ask_retraining(desk.store, desk.clock, plan, actor)
    desk.launch(job.job_id)
    return job
