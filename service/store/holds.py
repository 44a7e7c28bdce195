"""Legal holds on file: what must not be deleted, and since when it may be again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from service.store.correction_rows import HoldRow

__all__ = ["Hold", "holds_on", "is_held", "keep_hold", "list_holds", "release_holds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A legal hold; while it is not released, nothing of its subject is deleted."""

    hold_id: str
    subject: str
    reason: str
    held_by: str
    held_at: datetime
    released_by: str | None = None
    released_at: datetime | None = None
    release_reason: str | None = None


_NAMES = tuple(Hold.__slots__)


def keep_hold(unit: Connection, hold: Hold) -> None:
    """Write a hold."""
    unit.execute(insert(HoldRow).values({name: getattr(hold, name) for name in _NAMES}))


def list_holds(unit: Connection, subject: str | None = None) -> list[Hold]:
    """List holds, released ones too, oldest first; those of one subject if it is given."""
    query = select(*(getattr(HoldRow, name) for name in _NAMES)).order_by(HoldRow.hold_id)
    if subject is not None:
        query = query.where(HoldRow.subject == subject)
    return [Hold(**row) for row in unit.execute(query).mappings()]


def holds_on(unit: Connection, subjects: Iterable[str]) -> set[str]:
    """Give those of the subjects that are held now."""
    query = select(HoldRow.subject).where(HoldRow.subject.in_(list(subjects)), HoldRow.released_at.is_(None))
    return set(unit.scalars(query))


def is_held(unit: Connection, *subjects: str) -> bool:
    """Is one of these held now?"""
    return bool(holds_on(unit, subjects))


def release_holds(unit: Connection, subject: str, *, by: str, at: datetime, reason: str) -> int:
    """Release every hold on a subject and say how many there were."""
    query = update(HoldRow).where(HoldRow.subject == subject, HoldRow.released_at.is_(None))
    return unit.execute(query.values(released_by=by, released_at=at, release_reason=reason)).rowcount
