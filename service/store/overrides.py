"""Overrides on file: what was proposed is written once, and so is the second person's word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, insert, or_, select

from service.store.correction_rows import OverrideRow, OverrideVerdictRow
from service.store.ordering import OLDEST, Order, below

__all__ = ["OVERRIDE_SORTS", "KeptOverride", "SecondWord", "find_override", "keep_override", "keep_word", "list_overrides", "overrides_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondWord:
    """What the second person said: `signed` or `refused`, by which authority; `reason` is sealed, None once deleted."""

    verdict: str
    given_by: str
    role: str
    has: str
    given_at: datetime
    reason: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOverride:
    """An override as it is kept; `needs` is the authority it needs, `has` the proposer's own, `text` is sealed."""

    override_id: str
    decision_id: str
    firm_id: str
    product: str
    proposed_at: datetime
    proposed_by: str
    role: str
    reason: str
    direction: str
    outcome: str
    amount: int | None
    term_months: int | None
    rate_bp: int | None
    expires_on: date
    needs: str
    has: str | None
    at_once: bool
    text: bytes | None
    word: SecondWord | None = None

    def status(self, today: date) -> str:
        """Give `refused`, `expired`, `in-force` or `pending` on a day."""
        if self.word is not None and self.word.verdict == "refused":
            return "refused"
        if self.expires_on < today:
            return "expired"
        return "in-force" if self.at_once or self.word is not None else "pending"

    @property
    def effective_at(self) -> datetime | None:
        """Since when it stands; None while it is pending and after it was refused."""
        if self.at_once:
            return self.proposed_at
        return self.word.given_at if self.word is not None and self.word.verdict == "signed" else None


OVERRIDE_SORTS = {
    "time": OverrideRow.override_id,
    "product": OverrideRow.product,
    "reason": OverrideRow.reason,
    "outcome": OverrideRow.outcome,
    "until": OverrideRow.expires_on,
}
"""What overrides are sorted by; numbers count in time."""
_OWN = tuple(name for name in KeptOverride.__slots__ if name != "word")
_WORD = tuple(SecondWord.__slots__)


def keep_override(unit: Connection, one: KeptOverride) -> None:
    """Write an override."""
    unit.execute(insert(OverrideRow).values({name: getattr(one, name) for name in _OWN}))


def keep_word(unit: Connection, override_id: str, word: SecondWord) -> None:
    """Write the second person's word."""
    row = {name: getattr(word, name) for name in _WORD}
    unit.execute(insert(OverrideVerdictRow).values({"override_id": override_id, **row}))


def _query() -> Select[Any]:
    own = [getattr(OverrideRow, name) for name in _OWN]
    words = [getattr(OverrideVerdictRow, name).label(f"word_{name}") for name in _WORD]
    return select(*own, *words).outerjoin(OverrideVerdictRow, OverrideVerdictRow.override_id == OverrideRow.override_id)


def _kept(row: RowMapping) -> KeptOverride:
    word = None if row["word_verdict"] is None else SecondWord(**{name: row[f"word_{name}"] for name in _WORD})
    return KeptOverride(**{name: row[name] for name in _OWN}, word=word)


def _read(unit: Connection, query: Select[Any]) -> list[KeptOverride]:
    return [_kept(row) for row in unit.execute(query.order_by(OverrideRow.override_id)).mappings()]


def find_override(unit: Connection, override_id: str) -> KeptOverride | None:
    """Read an override by its number, or None."""
    return next(iter(_read(unit, _query().where(OverrideRow.override_id == override_id))), None)


def overrides_of(unit: Connection, decision_id: str) -> list[KeptOverride]:
    """List a decision's overrides, oldest first."""
    return _read(unit, _query().where(OverrideRow.decision_id == decision_id))


def list_overrides(
    unit: Connection,
    today: date,
    *,
    status: str | None = None,
    product: str | None = None,
    reason: str | None = None,
    order: Order = OLDEST,
    after: str = "",
    limit: int | None = None,
) -> list[KeptOverride]:
    """List at most `limit` overrides in an order, those after the one numbered `after`; of one status on a day, product or reason."""
    query = _query()
    if status is not None:
        query = query.where(_is(status, today))
    for column, wanted in ((OverrideRow.product, product), (OverrideRow.reason, reason)):
        query = query.where(column == wanted) if wanted else query
    if after:
        query = below(unit, query, order, OVERRIDE_SORTS, OverrideRow.override_id, after)
    query = query.order_by(*order.keys(OVERRIDE_SORTS, OverrideRow.override_id))
    return [_kept(row) for row in unit.execute(query.limit(limit)).mappings()]


def _is(status: str, today: date) -> ColumnElement[bool]:
    """`KeptOverride.status` in SQL."""
    verdict = OverrideVerdictRow.verdict
    unrefused, stands = or_(verdict.is_(None), verdict == "signed"), OverrideRow.expires_on >= today
    valid = or_(OverrideRow.at_once, verdict == "signed")
    return {
        "refused": verdict == "refused",
        "expired": and_(unrefused, ~stands),
        "in-force": and_(valid, stands),
        "pending": and_(~OverrideRow.at_once, verdict.is_(None), stands),
    }[status]
