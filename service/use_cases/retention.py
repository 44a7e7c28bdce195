"""Deleting what has served its time, and holding what must stay: the ledger keeps each entry, a tombstone says what is gone and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import Connection

from service.clock import day_in_china
from service.domain.record import canonical_bytes
from service.domain.retention import CLASSES, Schedule
from service.errors import UnknownHold, WrongState
from service.identifiers import new_decision_id
from service.ledger import Actor, Draft, Kind
from service.ledger.tombstones import tombstone
from service.store.engine import Store
from service.store.holds import Hold, holds_on, keep_hold, list_holds, release_holds
from service.store.ledger import append
from service.store.payloads import (
    clear_decision,
    drop_contents,
    drop_snapshot,
    drop_versions,
    is_subject,
    kept_pins,
    needed_elsewhere,
    versions_with,
)
from service.store.records import find_line
from service.store.sealed import shred
from service.use_cases.due import Due, due_on

__all__ = ["Deleted", "apply_retention", "due_list", "hold", "holds_on_file", "release"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """What was deleted of a subject: hashes of contents, and records whose keys were destroyed; `entry` is its tombstone's place."""

    subject: str
    class_id: str
    deleted: tuple[str, ...]
    shredded: tuple[str, ...]
    entry: int


def due_list(store: Store, schedule: Schedule, today: date, limit: int | None = None) -> list[Due]:
    """List at most `limit` things that have served their time on a day; those under a legal hold are marked."""
    with store.reading() as unit:
        return list(islice(due_on(unit, schedule, today), limit))


def apply_retention(
    store: Store, schedule: Schedule, now: datetime, *, actor: Actor, reason: str, limit: int | None = None
) -> list[Deleted]:
    """Delete at most `limit` things whose time has come and that nothing holds, each in a transaction of its own with its tombstone."""
    listed = [one for one in due_list(store, schedule, day_in_china(now)) if not one.held]
    return list(_deleted(store, schedule, now, actor, reason, listed[:limit]))


def _deleted(store: Store, schedule: Schedule, now: datetime, actor: Actor, reason: str, listed: list[Due]) -> Iterator[Deleted]:
    for one in listed:
        with store.writing() as unit:
            if not holds_on(unit, _holders(unit, one)):  # one may have come since the list was made
                yield _delete(unit, schedule, now, actor, reason, one)


def _holders(unit: Connection, one: Due) -> tuple[str, ...]:
    """Name everything whose hold would keep it."""
    if one.class_id == "decision":
        return one.subject, one.class_id, find_line(unit, one.subject).firm_id
    return one.subject, one.class_id, *{version.firm_id for version in versions_with(unit, one.subject)}


def _delete(unit: Connection, schedule: Schedule, now: datetime, actor: Actor, reason: str, one: Due) -> Deleted:
    contents = list(one.contents)
    if one.class_id == "decision":
        clear_decision(unit, one.subject)
        shared = needed_elsewhere(unit, one.subject, contents[1:])
        contents = [sha256 for sha256 in contents if sha256 not in shared]
        pins = kept_pins(unit, find_line(unit, one.subject).firm_id, but=one.subject)
    else:
        pins = set[str]()
        drop_versions(unit, one.subject)
    drop_contents(unit, contents)
    gone = [sha256 for sha256 in one.snapshots if sha256 not in pins and drop_snapshot(unit, sha256)]
    shredded = [record for record in one.sealed if shred(unit, record, now)]
    why = {"class": one.class_id, "due_on": one.due_on.isoformat(), "reason": reason, "schedule": f"{schedule.name} {schedule.hash}"}
    content = tombstone(one.subject, deleted=[*contents, *gone], shredded=shredded, why=why)
    (entry,) = append(unit, [Draft(kind=Kind.TOMBSTONE, subject=one.subject, actor=actor, at=now, content=content)])
    return Deleted(subject=one.subject, class_id=one.class_id, deleted=(*contents, *gone), shredded=tuple(shredded), entry=entry)


def hold(store: Store, subject: str, now: datetime, *, actor: Actor, reason: str) -> Hold:
    """Put a legal hold on a decision, a loading, a firm or a class: nothing of it is deleted until it is released.

    `UnknownHold` when there is no such subject.
    """
    made = Hold(hold_id=new_decision_id(now), subject=subject, reason=reason, held_by=actor.id, held_at=now)
    with store.writing() as unit:
        if subject not in CLASSES and not is_subject(unit, subject):
            classes = ", ".join(CLASSES)
            raise UnknownHold(f"nothing is on record as {subject[:64]!r}; hold a decision, a loading, a firm, or a class ({classes})")
        keep_hold(unit, made)
        append(unit, [_held("hold", made.hold_id, subject, now, actor, reason)])
    return made


def release(store: Store, subject: str, now: datetime, *, actor: Actor, reason: str) -> int:
    """Release every hold on a subject and say how many there were; `UnknownHold` when it never had one, `WrongState` when none is left."""
    with store.writing() as unit:
        known = list_holds(unit, subject)
        if not known:
            raise UnknownHold(f"there is no hold on {subject[:64]!r}; GET /v1/retention/holds lists those there are")
        count = release_holds(unit, subject, by=actor.id, at=now, reason=reason)
        if not count:
            raise WrongState(f"every hold on {subject} was released already")
        append(unit, [_held("release", known[-1].hold_id, subject, now, actor, reason)])
    return count


def _held(act: str, hold_id: str, subject: str, now: datetime, actor: Actor, reason: str) -> Draft:
    content = canonical_bytes({"format": "hold/1", "act": act, "hold_id": hold_id, "subject": subject, "reason": reason})
    return Draft(kind=Kind.HOLD, subject=subject, actor=actor, at=now, content=content)


def holds_on_file(store: Store) -> list[Hold]:
    """List every hold, released ones too, oldest first."""
    with store.reading() as unit:
        return list_holds(unit)
