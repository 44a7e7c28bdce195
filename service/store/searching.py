"""Finding decisions by what is known of them, newest first, quick however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from service.ledger import Kind
from service.store.evidence import latest_versions
from service.store.models import DecisionRow, EvidenceVersion, LedgerEntry
from service.store.ordering import NEWEST, Order, below
from service.store.records import Listed
from service.store.worklist import SORTS, filtered

__all__ = ["FEWEST_FOR_A_NUMBER", "MOST_COUNTED", "Sought", "count_decisions", "names_of", "search_decisions", "search_entries"]

MOST_COUNTED = 10_000
"""Decisions counted at most: beyond that, more says nothing and takes time."""
FEWEST_FOR_A_NUMBER = 4
"""Characters from which a text is looked for as the beginning of a decision's number."""
_LISTED = tuple(getattr(DecisionRow, name) for name in Listed.__slots__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What decisions are looked for: each part that is given must hold.

    `text` is a decision's number or its beginning, a firm's code or its beginning, or a part of a firm's name. `since` counts, `until`
    does not.
    """

    text: str | None = None
    product: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None


def search_decisions(unit: Connection, sought: Sought, *, before: int | None, limit: int, order: Order = NEWEST) -> list[Listed]:
    """List at most `limit` decisions in an order, those after the one at place `before`; of one actor by time only."""
    if sought.actor:
        order = Order("time", order.down)
    query = _narrowed(select(*_LISTED), sought, order)
    if before is not None:
        query = below(unit, query, order, SORTS, DecisionRow.seq, before)
    # One order: places in the ledger and among decisions both count commits.
    keys = order.keys({"time": LedgerEntry.seq}, LedgerEntry.seq) if sought.actor else order.keys(SORTS, DecisionRow.seq)
    return [Listed(*row) for row in unit.execute(query.order_by(*keys).limit(limit))]


def count_decisions(unit: Connection, sought: Sought) -> int:
    """Count them, up to one more than `MOST_COUNTED`."""
    some = _narrowed(select(DecisionRow.seq), sought).limit(MOST_COUNTED + 1).subquery()
    return unit.scalar(select(func.count()).select_from(some)) or 0


def _narrowed(query: Select[Any], sought: Sought, order: Order = NEWEST) -> Select[Any]:
    for name, wanted in (("product", sought.product), ("outcome", sought.outcome)):
        if wanted:
            query = query.where(filtered(name, order) == wanted)
    if sought.since:
        query = query.where(DecisionRow.decided_at >= sought.since)
    if sought.until:
        query = query.where(DecisionRow.decided_at < sought.until)
    if sought.actor:
        made = (LedgerEntry.subject == DecisionRow.decision_id) & (LedgerEntry.kind == Kind.DECISION.value)
        query = query.join(LedgerEntry, made).where(LedgerEntry.actor == sought.actor)
    return _of_text(query, sought.text) if sought.text else query


def _of_text(query: Select[Any], text: str) -> Select[Any]:
    """Numbers and codes are looked up as a range of texts by their indexes, names among all that were ever on file."""
    firms = select(EvidenceVersion.firm_id).where(EvidenceVersion.name.contains(text, autoescape=True))
    found = DecisionRow.firm_id.in_(firms)
    if len(text) < FEWEST_FOR_A_NUMBER or not text.isascii():
        return query.where(found)
    begins, ends = text.upper(), f"{text.upper()}~"  # above every letter and digit
    return query.where(found | DecisionRow.firm_id.between(begins, ends) | DecisionRow.decision_id.between(begins, ends))


def names_of(unit: Connection, firm_ids: list[str]) -> dict[str, str]:
    """Give the newest name on file of each of these firms that has one."""
    return {firm_id: version.name for firm_id, version in latest_versions(unit, sorted(set(firm_ids))).items()}


def search_entries(
    unit: Connection, *, kind: str | None, subject: str | None, actor: str | None, before: int | None, limit: int
) -> list[bytes]:
    """List at most `limit` entries of the ledger with places below `before`, newest first; each part that is given must hold."""
    query = select(LedgerEntry.entry).order_by(LedgerEntry.seq.desc()).limit(limit)
    for column, wanted in ((LedgerEntry.kind, kind), (LedgerEntry.subject, subject), (LedgerEntry.actor, actor)):
        if wanted:
            query = query.where(column == wanted)
    return list(unit.scalars(query if before is None else query.where(LedgerEntry.seq < before)))
