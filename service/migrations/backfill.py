"""Entering into a new ledger what was recorded before there was one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from service.ledger import Actor, Draft, Kind, entry_bytes

__all__ = ["enter_what_is_there"]

META = sa.MetaData()
DECISIONS = sa.Table(
    "decisions", META, *(sa.Column(name, kind) for name, kind in (
        ("seq", sa.BigInteger()), ("decision_id", sa.String()), ("token_id", sa.String()), ("sha256", sa.String()),
        ("decided_at", sa.DateTime(timezone=True)),
    ))
)  # fmt: skip
TOKENS = sa.Table("tokens", META, sa.Column("token_id", sa.String()), sa.Column("role", sa.String()))
LEDGER = sa.Table(
    "ledger", META, *(sa.Column(name, kind) for name, kind in (
        ("seq", sa.BigInteger()), ("kind", sa.String()), ("subject", sa.String()), ("actor", sa.String()),
        ("at", sa.DateTime(timezone=True)), ("content", sa.String()), ("entry", sa.LargeBinary()),
    ))
)  # fmt: skip
BATCH = 1000


def enter_what_is_there(unit: sa.Connection) -> None:
    """Give every decision on record its entry, in the order of recording."""
    roles = {row.token_id: row.role for row in unit.execute(sa.select(TOKENS))}
    rows: list[dict[str, Any]] = []
    for seq, row in enumerate(_decisions(unit)):
        at = row.decided_at if row.decided_at.tzinfo else row.decided_at.replace(tzinfo=UTC)
        rows.append(_entry(seq, row, at, roles.get(row.token_id)))
        if len(rows) == BATCH:
            unit.execute(sa.insert(LEDGER), rows)
            rows = []
    if rows:
        unit.execute(sa.insert(LEDGER), rows)


def _decisions(unit: sa.Connection) -> Iterator[Any]:
    """Read them page by page: the driver must not hold a cursor open while rows are written."""
    after = -1
    while page := unit.execute(sa.select(DECISIONS).where(DECISIONS.c.seq > after).order_by(DECISIONS.c.seq).limit(BATCH)).all():
        yield from page
        after = page[-1].seq


def _entry(seq: int, row: Any, at: datetime, role: str | None) -> dict[str, Any]:
    actor = Actor(kind="token", id=row.token_id, role=role)
    draft = Draft(kind=Kind.DECISION, subject=row.decision_id, actor=actor, at=at, content=None, content_hash=row.sha256)
    return {
        "seq": seq,
        "kind": draft.kind.value,
        "subject": draft.subject,
        "actor": actor.id,
        "at": at,
        "content": row.sha256,
        "entry": entry_bytes(seq, draft),
    }
