"""What has served its time on a day, and why it is or is not deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from features.evidence.dossier import read_dossier
from service.clock import CHINA, day_in_china
from service.domain.retention import Schedule, keep_until, load_schedule, loan_end, shipped_schedule, shipped_schedules
from service.errors import BadSetting
from service.ledger import Kind
from service.store.evidence import latest_dossier
from service.store.holds import holds_on
from service.store.overrides import overrides_of
from service.store.payloads import (
    contents_about,
    decisions_before,
    entries_before,
    kept_pins,
    loadings_before,
    sealed_records,
    versions_with,
)

__all__ = ["Due", "due_on", "schedule_of"]

ACCESS = (Kind.SIGN_IN, Kind.AUDIT)
AT_ONCE = 1_000
"""Contents of access entries under one tombstone."""
Loans = Sequence[Mapping[str, Any]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something whose time has come: the first day it may go, what goes with it, and whether a legal hold keeps it.

    `snapshots` go too, where no kept decision and no version on file needs them; `sealed` are records whose keys are destroyed.
    """

    subject: str
    class_id: str
    due_on: date
    held: bool
    contents: tuple[str, ...]
    snapshots: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()


def schedule_of(name: str, home: Path) -> Schedule:
    """Read the schedule a setting names; `BadSetting` when there is none such."""
    if name in shipped_schedules():
        return shipped_schedule(name)
    path = home / name
    if not path.is_file():
        raise BadSetting(f"JIFEN_RETENTION is {name!r}: neither {', '.join(shipped_schedules())} nor a file below {home}; name one of them")
    return load_schedule(path.read_text("utf-8"), source=str(path))


def due_on(unit: Connection, schedule: Schedule, today: date) -> Iterator[Due]:
    """List what has served its time on a day: decisions, then loadings, then access entries, the oldest first."""
    yield from _decisions(unit, schedule, today)
    yield from _loadings(unit, schedule, today)
    yield from _access(unit, schedule, today)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _years_before(day: date, years: int) -> datetime:
    """Give a moment before which everything is at least so many years old; a day late at a leap year's end."""
    return _start_of(day - timedelta(days=365 * years))


def _decisions(unit: Connection, schedule: Schedule, today: date) -> Iterator[Due]:
    row = schedule.row("decision")
    loans: dict[str, Loans] = {}
    for decision in decisions_before(unit, _years_before(today, row.years)):
        if decision.firm_id not in loans:
            loans[decision.firm_id] = _loans(unit, decision.firm_id)
        end = _end(unit, decision, loans[decision.firm_id])
        if end is None or keep_until(end, row.years) >= today:
            continue
        number = decision.decision_id
        yield Due(
            subject=number,
            class_id=row.id,
            due_on=keep_until(end, row.years) + timedelta(days=1),
            held=bool(holds_on(unit, (number, decision.firm_id, row.id))),
            contents=(decision.sha256, *contents_about(unit, number)),
            snapshots=(orjson.loads(decision.body)["pins"]["evidence"],),
            sealed=tuple(sealed_records(unit, number)),
        )


def _loans(unit: Connection, firm_id: str) -> Loans:
    found = latest_dossier(unit, firm_id)
    columns = read_dossier(found[1]).get("loans") if found else None
    if columns is None:
        return None
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _end(unit: Connection, decision: Any, loans: Loans) -> date | None:
    lends = [(one.term_months, one.expires_on) for one in overrides_of(unit, decision.decision_id) if one.term_months is not None]
    return loan_end(orjson.loads(decision.body), day_in_china(decision.decided_at), lends, loans)


def _loadings(unit: Connection, schedule: Schedule, today: date) -> Iterator[Due]:
    """A loading goes as a whole, once each of its versions was superseded and no kept decision pins one."""
    row = schedule.row("technical")
    for loading in loadings_before(unit, _years_before(today, row.years)):
        until = keep_until(day_in_china(loading.recorded_at), row.years)
        versions = versions_with(unit, loading.ingest_id)
        if until >= today or any(one.version == one.top or one.sha256 in kept_pins(unit, one.firm_id) for one in versions):
            continue
        yield Due(
            subject=loading.ingest_id,
            class_id=row.id,
            due_on=until + timedelta(days=1),
            held=bool(holds_on(unit, (loading.ingest_id, row.id, *{one.firm_id for one in versions}))),
            contents=(loading.content,),
            snapshots=tuple(sorted({one.sha256 for one in versions})),
        )


def _access(unit: Connection, schedule: Schedule, today: date) -> Iterator[Due]:
    row = schedule.row("access")
    last = _last_day(today, row.years)
    found = entries_before(unit, ACCESS, _start_of(last + timedelta(days=1)))
    held = bool(holds_on(unit, (row.id,)))
    for start in range(0, len(found), AT_ONCE):
        subject = f"access until {last.isoformat()}"
        yield Due(subject=subject, class_id=row.id, due_on=today, held=held, contents=tuple(found[start : start + AT_ONCE]))


def _last_day(today: date, years: int) -> date:
    """Give the last day whose records have served their years today."""
    day = (_years_before(today, years)).date()
    while keep_until(day, years) >= today:
        day -= timedelta(days=1)
    return day
