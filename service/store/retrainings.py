"""Retrainings on file: asked for, begun, noted and ended, each state reached once; start and end with their ledger entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, select, update

from service.domain.record import canonical_bytes
from service.ledger import Actor, Draft, Kind
from service.retraining.outcome import RetrainingOutcome
from service.retraining.plan import Plan
from service.store.blobs import get_blob
from service.store.ledger import append
from service.store.models import Blob
from service.store.retraining_rows import RetrainingLineRow, RetrainingRow

__all__ = [
    "LONGEST_LINE",
    "Failure",
    "Kept",
    "Line",
    "begin_retraining",
    "end_retraining",
    "find_retraining",
    "keep_retraining",
    "lines_of",
    "list_retrainings",
    "note_line",
    "open_retraining",
    "report_bytes",
    "see_retraining",
]

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
OPEN = (QUEUED, RUNNING)
LONGEST_LINE = 400
WORKER = Actor(kind="system", id="retraining")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a retraining failed, and what to do."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A retraining as it stands."""

    job_id: str
    state: str
    plan: Plan
    actor: Actor
    asked_at: datetime
    begun_at: datetime | None
    seen_at: datetime
    ended_at: datetime | None
    host: str | None
    pid: int | None
    step: str | None
    outcome: RetrainingOutcome | None
    failure: Failure | None

    @property
    def is_open(self) -> bool:
        """Does it wait or run?"""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log."""

    at: datetime
    step: str
    said: str


def keep_retraining(unit: Connection, *, job_id: str, plan: Plan, actor: Actor, now: datetime) -> None:
    """Enter a retraining that is asked for; a second one while another is open violates the table's key."""
    said = {"format": "retraining/1", "act": "started", "job_id": job_id, "plan": plan.model_dump(mode="json")}
    append(unit, [Draft(kind=Kind.RETRAINING, subject=job_id, actor=actor, at=now, content=canonical_bytes(said))])
    row = {"job_id": job_id, "state": QUEUED, "slot": 1, "asked_at": now, "seen_at": now}
    unit.execute(insert(RetrainingRow).values(row | {"plan": plan.model_dump_json(), "actor": actor.model_dump_json()}))


def begin_retraining(unit: Connection, job_id: str, *, host: str, pid: int, now: datetime) -> bool:
    """Take one up; False where somebody did already, or it has ended."""
    values = {"state": RUNNING, "host": host[:255], "pid": pid, "begun_at": now, "seen_at": now}
    waiting = update(RetrainingRow).where(RetrainingRow.job_id == job_id, RetrainingRow.state == QUEUED)
    return unit.execute(waiting.values(values)).rowcount == 1


def see_retraining(unit: Connection, job_id: str, now: datetime) -> bool:
    """Say that it is being worked on; False where it has ended."""
    return _running(unit, job_id, seen_at=now)


def note_line(unit: Connection, job_id: str, line: Line, *, most: int) -> bool:
    """Note a line and the step it belongs to; beyond `most` lines only the step is kept. False where it has ended."""
    if not _running(unit, job_id, seen_at=line.at, step=line.step):
        return False
    number = unit.scalar(select(func.count()).where(RetrainingLineRow.job_id == job_id)) or 0
    if number < most:
        said = line.said if number < most - 1 else "the log is full; what follows is not kept"
        row = {"job_id": job_id, "number": number, "at": line.at, "step": line.step, "said": said[:LONGEST_LINE]}
        unit.execute(insert(RetrainingLineRow).values(row))
    return True


def _running(unit: Connection, job_id: str, **values: Any) -> bool:
    running = update(RetrainingRow).where(RetrainingRow.job_id == job_id, RetrainingRow.state == RUNNING)
    return unit.execute(running.values(values)).rowcount == 1


def end_retraining(
    unit: Connection, job_id: str, now: datetime, *, outcome: RetrainingOutcome | None = None, failure: Failure | None = None
) -> bool:
    """Enter how it ended, with an outcome or a failure; False where it had ended before, and then nothing is written."""
    state = DONE if failure is None else FAILED
    error = None if failure is None else {"code": failure.code, "detail": failure.detail}
    values: dict[str, Any] = {
        "state": state,
        "slot": None,
        "ended_at": now,
        "result": None if outcome is None else outcome.model_dump_json(),
        "error": None if error is None else orjson.dumps(error).decode(),
    }
    still = update(RetrainingRow).where(RetrainingRow.job_id == job_id, RetrainingRow.state.in_(OPEN))
    if unit.execute(still.values(values)).rowcount != 1:
        return False
    said = {"format": "retraining/1", "act": "ended", "job_id": job_id, "state": state, "error": error}
    said["outcome"] = None if outcome is None else outcome.short()
    append(unit, [Draft(kind=Kind.RETRAINING, subject=job_id, actor=WORKER, at=now, content=canonical_bytes(said))])
    return True


def find_retraining(unit: Connection, job_id: str) -> Kept | None:
    """Read one, or None."""
    found = unit.execute(_COLUMNS.where(RetrainingRow.job_id == job_id)).one_or_none()
    return None if found is None else _kept(found)


def open_retraining(unit: Connection) -> Kept | None:
    """Read the one that waits or runs, or None."""
    found = unit.execute(_COLUMNS.where(RetrainingRow.slot == 1)).one_or_none()
    return None if found is None else _kept(found)


def list_retrainings(unit: Connection, limit: int) -> list[Kept]:
    """Read the newest, newest first."""
    return [_kept(row) for row in unit.execute(_COLUMNS.order_by(RetrainingRow.job_id.desc()).limit(limit))]


def lines_of(unit: Connection, job_id: str) -> list[Line]:
    """Read the log, oldest line first."""
    columns = (RetrainingLineRow.at, RetrainingLineRow.step, RetrainingLineRow.said)
    query = select(*columns).where(RetrainingLineRow.job_id == job_id).order_by(RetrainingLineRow.number)
    return [Line(*row) for row in unit.execute(query)]


def report_bytes(unit: Connection, sha256: str) -> bytes | None:
    """Read a document of a validation by its hash, or None where none is on file under it."""
    kind = unit.scalar(select(Blob.kind).where(Blob.sha256 == sha256))
    return get_blob(unit, sha256) if kind == "report" else None


_COLUMNS = select(
    RetrainingRow.job_id,
    RetrainingRow.state,
    RetrainingRow.plan,
    RetrainingRow.actor,
    RetrainingRow.asked_at,
    RetrainingRow.begun_at,
    RetrainingRow.seen_at,
    RetrainingRow.ended_at,
    RetrainingRow.host,
    RetrainingRow.pid,
    RetrainingRow.step,
    RetrainingRow.result,
    RetrainingRow.error,
)


def _kept(row: Any) -> Kept:
    same = ("job_id", "state", "asked_at", "begun_at", "seen_at", "ended_at", "host", "pid", "step")
    return Kept(
        **{name: getattr(row, name) for name in same},
        plan=Plan.model_validate_json(row.plan),
        actor=Actor.model_validate_json(row.actor),
        outcome=None if row.result is None else RetrainingOutcome.model_validate_json(row.result),
        failure=None if row.error is None else Failure(**orjson.loads(row.error)),
    )
