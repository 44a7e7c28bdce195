"""Monitoring runs on file: asked for, then ended once, with what was found or why nothing was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select, update

from service.ledger import Actor, Draft, Kind
from service.monitoring import MonitoringRun
from service.store.blobs import get_blob
from service.store.ledger import append
from service.store.monitoring_rows import MonitoringRunRow

__all__ = ["KeptRun", "begin_run", "fail_run", "find_run", "finish_run", "newest_runs", "open_run"]

LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """A run as it stands; `verdict` and `content` (a hash) are there once it ended well, `failure` once it did not."""

    run_id: str
    actor: Actor
    asked_at: datetime
    ended_at: datetime | None
    verdict: str | None
    content: str | None
    failure: str | None


def begin_run(unit: Connection, run_id: str, actor: Actor, now: datetime) -> None:
    """Note that one is asked for; look for an open one first, a second violates the table's key."""
    unit.execute(insert(MonitoringRunRow).values(run_id=run_id, slot=1, actor=actor.model_dump_json(), asked_at=now))


def finish_run(unit: Connection, run: MonitoringRun) -> bool:
    """Enter what a run found; False where it had ended before, and then nothing is written."""
    draft = Draft(kind=Kind.MONITORING, subject=run.run_id, actor=run.by, at=run.at, content=run.canonical())
    if not _is_open(unit, run.run_id):
        return False
    append(unit, [draft])
    values = {"slot": None, "ended_at": run.at, "verdict": run.verdict, "content": draft.content_hash}
    unit.execute(update(MonitoringRunRow).where(MonitoringRunRow.run_id == run.run_id).values(values))
    return True


def fail_run(unit: Connection, run_id: str, now: datetime, why: str) -> bool:
    """Note that a run came to nothing, and why; False where it had ended before."""
    values = {"slot": None, "ended_at": now, "failure": why[:LONGEST]}
    still = update(MonitoringRunRow).where(MonitoringRunRow.run_id == run_id, MonitoringRunRow.ended_at.is_(None))
    return unit.execute(still.values(values)).rowcount == 1


def open_run(unit: Connection) -> KeptRun | None:
    """Read the one that is under way, or None."""
    return _first(unit, MonitoringRunRow.slot == 1)


def find_run(unit: Connection, run_id: str) -> tuple[KeptRun, MonitoringRun | None] | None:
    """Read a run with what it found, None where there is none of this number."""
    kept = _first(unit, MonitoringRunRow.run_id == run_id)
    if kept is None:
        return None
    return kept, None if kept.content is None else MonitoringRun.model_validate_json(get_blob(unit, kept.content))


def newest_runs(unit: Connection, limit: int) -> list[KeptRun]:
    """List at most `limit` runs, the newest first."""
    return [_kept(row) for row in unit.execute(_COLUMNS.order_by(MonitoringRunRow.run_id.desc()).limit(limit)).mappings()]


def _is_open(unit: Connection, run_id: str) -> bool:
    return unit.scalar(select(MonitoringRunRow.slot).where(MonitoringRunRow.run_id == run_id)) == 1


_COLUMNS = select(*(getattr(MonitoringRunRow, name) for name in KeptRun.__slots__))


def _first(unit: Connection, condition: ColumnElement[bool]) -> KeptRun | None:
    found = unit.execute(_COLUMNS.where(condition)).mappings().one_or_none()
    return None if found is None else _kept(found)


def _kept(row: RowMapping) -> KeptRun:
    return KeptRun(**{**row, "actor": Actor.model_validate_json(row["actor"])})
