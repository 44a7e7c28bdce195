"""Shadows on file: what challengers said of decisions, a batch with one ledger entry in one transaction."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from service.ledger import Actor, Draft, Kind
from service.releases import ShadowBatch
from service.store.insertion import insert_new
from service.store.ledger import append
from service.store.models import DecisionRow, ShadowRow

__all__ = ["Shadowed", "count_shadows", "keep_shadows", "newest_shadows"]

SCORER = Actor(kind="system", id="shadow")


class Shadowed(NamedTuple):
    """A challenger's answer, by its hash, and the body of the decision it stands behind."""

    bundle: str
    pd: str
    score: int
    outcome: str
    amount: int
    body: bytes


def keep_shadows(unit: Connection, batch: ShadowBatch) -> None:
    """Enter a batch."""
    append(unit, [Draft(kind=Kind.SHADOW, subject=batch.batch, actor=SCORER, at=batch.scored_at, content=batch.canonical())])
    rows = [line.model_dump() | {"outcome": line.outcome.value, "batch": batch.batch, "scored_at": batch.scored_at} for line in batch.lines]
    insert_new(unit, ShadowRow, rows)


def newest_shadows(unit: Connection, limit: int) -> list[Shadowed]:
    """Read the newest shadows, each with the decision it stands behind if that is kept, at most `limit`."""
    query = (
        select(ShadowRow.bundle, ShadowRow.pd, ShadowRow.score, ShadowRow.outcome, ShadowRow.amount, DecisionRow.body)
        .join(DecisionRow, DecisionRow.decision_id == ShadowRow.decision_id)
        .where(DecisionRow.body.is_not(None))
        .order_by(ShadowRow.decision_id.desc())
        .limit(limit)
    )
    names = Shadowed._fields
    return [Shadowed(**{name: getattr(row, name) for name in names}) for row in unit.execute(query)]


def count_shadows(unit: Connection) -> dict[str, int]:
    """Count what each challenger, by its hash, was asked."""
    query = select(ShadowRow.bundle, func.count()).group_by(ShadowRow.bundle)
    return {bundle: number for bundle, number in unit.execute(query)}  # noqa: C416 rows are no pairs to mypy
