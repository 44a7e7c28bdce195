"""Lists of leads on file: asked for, begun, seen and ended, each state reached once; start and end with their ledger entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, insert, select, update

from service.domain.record import canonical_bytes
from service.ledger import Actor, Draft, Kind
from service.prospects.plan import LeadsFound, LeadsPlan
from service.store.leads_rows import LeadsRunRow
from service.store.ledger import append

__all__ = [
    "FILES_KEPT",
    "KeptLeads",
    "LeadsFailure",
    "begin_leads",
    "end_leads",
    "find_leads",
    "keep_leads",
    "leads_file",
    "list_leads",
    "open_leads",
    "see_leads",
]

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
OPEN = (QUEUED, RUNNING)
FILES_KEPT = 12
"""Lists whose file is kept, the newest; an older one is made anew in minutes, and firms should not lie about in old lists."""
WORKER = Actor(kind="system", id="leads")


@dataclass(frozen=True, slots=True)
class LeadsFailure:
    """Why a list failed, and what to do."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLeads:
    """A list as it stands."""

    job_id: str
    state: str
    plan: LeadsPlan
    actor: Actor
    asked_at: datetime
    begun_at: datetime | None
    seen_at: datetime
    ended_at: datetime | None
    host: str | None
    pid: int | None
    share_bp: int
    """How much of it is done, of 10,000."""
    found: LeadsFound | None
    failure: LeadsFailure | None
    has_file: bool

    @property
    def is_open(self) -> bool:
        """Does it wait or run?"""
        return self.state in OPEN


def keep_leads(unit: Connection, *, job_id: str, plan: LeadsPlan, actor: Actor, now: datetime) -> None:
    """Enter a list that is asked for; a second one while another is open violates the table's key."""
    said = {"format": "leads/1", "act": "started", "job_id": job_id, "plan": plan.model_dump(mode="json")}
    append(unit, [Draft(kind=Kind.LEADS, subject=job_id, actor=actor, at=now, content=canonical_bytes(said))])
    row = {"job_id": job_id, "state": QUEUED, "slot": 1, "asked_at": now, "seen_at": now, "share_bp": 0}
    unit.execute(insert(LeadsRunRow).values(row | {"plan": plan.model_dump_json(), "actor": actor.model_dump_json()}))


def begin_leads(unit: Connection, job_id: str, *, host: str, pid: int, now: datetime) -> bool:
    """Take one up; False where somebody did already, or it has ended."""
    values = {"state": RUNNING, "host": host[:255], "pid": pid, "begun_at": now, "seen_at": now}
    waiting = update(LeadsRunRow).where(LeadsRunRow.job_id == job_id, LeadsRunRow.state == QUEUED)
    return unit.execute(waiting.values(values)).rowcount == 1


def see_leads(unit: Connection, job_id: str, now: datetime, share: float | None = None) -> bool:
    """Say that it is being worked on and, where it is known, which share is done; False where it has ended."""
    values: dict[str, Any] = {"seen_at": now} if share is None else {"seen_at": now, "share_bp": round(10_000 * share)}
    running = update(LeadsRunRow).where(LeadsRunRow.job_id == job_id, LeadsRunRow.state == RUNNING)
    return unit.execute(running.values(values)).rowcount == 1


def end_leads(
    unit: Connection, job_id: str, now: datetime, *, made: tuple[LeadsFound, bytes] | None = None, failure: LeadsFailure | None = None
) -> bool:
    """Enter how it ended, with the list or a failure; False where it had ended before, and then nothing is written.

    The files of all but the newest lists go.
    """
    state = DONE if failure is None else FAILED
    error = None if failure is None else {"code": failure.code, "detail": failure.detail}
    found, file = made or (None, None)
    values: dict[str, Any] = {
        "state": state,
        "slot": None,
        "ended_at": now,
        "result": None if found is None else found.model_dump_json(),
        "error": None if error is None else orjson.dumps(error).decode(),
        "file": file,
    }
    if found is not None:
        values["share_bp"] = 10_000
    still = update(LeadsRunRow).where(LeadsRunRow.job_id == job_id, LeadsRunRow.state.in_(OPEN))
    if unit.execute(still.values(values)).rowcount != 1:
        return False
    said = {"format": "leads/1", "act": "ended", "job_id": job_id, "state": state, "error": error}
    said["found"] = None if found is None else found.model_dump(mode="json")
    append(unit, [Draft(kind=Kind.LEADS, subject=job_id, actor=WORKER, at=now, content=canonical_bytes(said))])
    newest = select(LeadsRunRow.job_id).where(LeadsRunRow.file.is_not(None)).order_by(LeadsRunRow.job_id.desc()).limit(FILES_KEPT)
    kept = list(unit.scalars(newest))
    unit.execute(update(LeadsRunRow).where(LeadsRunRow.file.is_not(None), LeadsRunRow.job_id.not_in(kept)).values(file=None))
    return True


def find_leads(unit: Connection, job_id: str) -> KeptLeads | None:
    """Read one, or None."""
    return _first(unit, LeadsRunRow.job_id == job_id)


def open_leads(unit: Connection) -> KeptLeads | None:
    """Read the one that waits or runs, or None."""
    return _first(unit, LeadsRunRow.slot == 1)


def list_leads(unit: Connection, limit: int) -> list[KeptLeads]:
    """Read the newest, newest first."""
    return [_kept(row) for row in unit.execute(_COLUMNS.order_by(LeadsRunRow.job_id.desc()).limit(limit))]


def leads_file(unit: Connection, job_id: str) -> bytes | None:
    """Read the Parquet file of a list, None where there is none (any more)."""
    return unit.scalar(select(LeadsRunRow.file).where(LeadsRunRow.job_id == job_id))


_SAME = ("job_id", "state", "asked_at", "begun_at", "seen_at", "ended_at", "host", "pid", "share_bp")
_COLUMNS = select(
    *(getattr(LeadsRunRow, name) for name in (*_SAME, "plan", "actor", "result", "error")), LeadsRunRow.file.is_not(None).label("has_file")
)


def _first(unit: Connection, condition: ColumnElement[bool]) -> KeptLeads | None:
    found = unit.execute(_COLUMNS.where(condition)).one_or_none()
    return None if found is None else _kept(found)


def _kept(row: Any) -> KeptLeads:
    return KeptLeads(
        **{name: getattr(row, name) for name in _SAME},
        plan=LeadsPlan.model_validate_json(row.plan),
        actor=Actor.model_validate_json(row.actor),
        found=None if row.result is None else LeadsFound.model_validate_json(row.result),
        failure=None if row.error is None else LeadsFailure(**orjson.loads(row.error)),
        has_file=bool(row.has_file),
    )
