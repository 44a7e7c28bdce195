"""Decisions as the work list shows them, newest first, page by page; and firms by name or code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from service.ledger import Kind
from service.store.correction_rows import OverrideRow, OverrideVerdictRow, ReviewConclusionRow, ReviewRow
from service.store.models import DecisionRow, EvidenceVersion, LedgerEntry
from service.store.ordering import NEWEST, Order, below

__all__ = [
    "BY_CODE",
    "EVERYTHING",
    "FIRM_SORTS",
    "MOST_FOUND",
    "SORTS",
    "FirmFound",
    "Narrow",
    "Queue",
    "RowKept",
    "actors_of",
    "count_queue",
    "filtered",
    "find_firms",
    "names_of_firms",
    "rows_of",
    "rows_of_firm",
]

SORTS = {
    "time": DecisionRow.seq,
    "firm": DecisionRow.firm_id,
    "product": DecisionRow.product,
    "outcome": DecisionRow.outcome,
    "asked": DecisionRow.asked,
    "offered": DecisionRow.offered,
    "grade": DecisionRow.grade,
}
"""What decisions are sorted by; each column has an index with the place of recording."""
FIRM_SORTS = {"code": EvidenceVersion.firm_id, "name": EvidenceVersion.name, "time": EvidenceVersion.recorded_at}
Queue = Literal["new", "referred", "waiting", "reviews", "expiring"]
MOST_FOUND = 50
"""Firms that a search gives; a reader who wants more types more."""
COUNTED = 100
"""A queue is counted up to so many: nobody works through more at once."""
LENDS = ("approve", "counter")
FEW = 200
"""Firms up to which their decisions are looked up one firm after the other."""
BY_CODE = Order("code", down=False)


@dataclass(frozen=True, slots=True)
class RowKept:
    """A decision with what its row shows; the body is None once it was deleted."""

    seq: int
    decision_id: str
    firm_id: str
    decided_at: datetime
    product: str
    outcome: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class FirmFound:
    """A firm on file."""

    firm_id: str
    name: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """Which decisions of a queue: a part of a firm's name or the beginning of its code, a product, an outcome."""

    text: str = ""
    product: str = ""
    outcome: str = ""


EVERYTHING = Narrow()
_COLUMNS = tuple(getattr(DecisionRow, name) for name in RowKept.__slots__)


def rows_of(
    unit: Connection,
    queue: Queue,
    *,
    today: date,
    since: datetime,
    until: datetime,
    narrow: Narrow = EVERYTHING,
    order: Order = NEWEST,
    before: int | None = None,
    limit: int,
) -> list[RowKept]:
    """Give at most `limit` decisions of a queue in an order, those after the one at place `before`.

    `new` is every decision; `expiring` those that lend and were taken from `since` until `until`.
    """
    query = _query(select(DecisionRow.seq), queue, today=today, since=since, until=until, order=order).limit(limit)
    query = query.order_by(*order.keys(SORTS, DecisionRow.seq))
    if narrow.text:
        query = query.where(_of_firm(unit, narrow.text))
    for name, wanted in (("product", narrow.product), ("outcome", narrow.outcome)):
        query = query.where(filtered(name, order) == wanted) if wanted else query
    if before is not None:
        query = below(unit, query, order, SORTS, DecisionRow.seq, before)
    places = list(unit.scalars(query))  # places first: sorting must not carry the records' bodies
    rows = {row.seq: RowKept(*row) for row in unit.execute(select(*_COLUMNS).where(DecisionRow.seq.in_(places)))}
    return [rows[place] for place in places]


def filtered(name: str, order: Order) -> ColumnElement[Any]:
    """Give the column of a filter: looked up by its own index where that has the rows in the list's order, else as they come in it."""
    return SORTS[name].expression if order.by in {"time", name} else _beside(SORTS[name])


def _beside(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Keep a column from being looked up by its own index: the rows come in the order of another, and few of them are needed."""
    return func.coalesce(column, "")


def rows_of_firm(unit: Connection, firm_id: str, limit: int) -> list[RowKept]:
    """Give the newest decisions of a firm."""
    query = select(*_COLUMNS).where(DecisionRow.firm_id == firm_id).order_by(DecisionRow.seq.desc()).limit(limit)
    return [RowKept(*row) for row in unit.execute(query)]


def count_queue(unit: Connection, queue: Queue, *, today: date, since: datetime, until: datetime) -> int:
    """Count a queue, up to a hundred."""
    inner = _query(select(DecisionRow.seq), queue, today=today, since=since, until=until).limit(COUNTED).subquery()
    return unit.scalar(select(func.count()).select_from(inner)) or 0


def _query(query: Select[Any], queue: Queue, *, today: date, since: datetime, until: datetime, order: Order = NEWEST) -> Select[Any]:
    if queue == "referred":
        return query.where(filtered("outcome", order) == "refer", ~_overridden(today))
    if queue == "waiting":
        return query.where(DecisionRow.decision_id.in_(_pending(today)))
    if queue == "reviews":
        return query.where(DecisionRow.decision_id.in_(_unreviewed()))
    if queue == "expiring":
        return query.where(DecisionRow.decided_at >= since, DecisionRow.decided_at < until, _beside(DecisionRow.outcome).in_(LENDS))
    return query


def _overridden(today: date) -> ColumnElement[bool]:
    """Does an override in force answer the case?"""
    signed = or_(OverrideRow.at_once, OverrideVerdictRow.verdict == "signed")
    said = select(OverrideRow.override_id).outerjoin(OverrideVerdictRow, OverrideVerdictRow.override_id == OverrideRow.override_id)
    return said.where(OverrideRow.decision_id == DecisionRow.decision_id, signed, OverrideRow.expires_on >= today).exists()


def _pending(today: date) -> Select[Any]:
    query = select(OverrideRow.decision_id).outerjoin(OverrideVerdictRow, OverrideVerdictRow.override_id == OverrideRow.override_id)
    return query.where(and_(~OverrideRow.at_once, OverrideVerdictRow.verdict.is_(None), OverrideRow.expires_on >= today))


def _unreviewed() -> Select[Any]:
    query = select(ReviewRow.decision_id).outerjoin(ReviewConclusionRow, ReviewConclusionRow.review_id == ReviewRow.review_id)
    return query.where(ReviewConclusionRow.review_id.is_(None))


def _of_firm(unit: Connection, text: str) -> ColumnElement[bool]:
    """Is a decision of a firm whose code begins with a text, or whose name has it? A firm that never was on file has its code only.

    A few firms are looked up by their index; of many, decisions are taken in the order of the list until there are enough.
    """
    if _is_code(text):
        return _begins(DecisionRow.firm_id, text)
    firms = select(EvidenceVersion.firm_id).where(EvidenceVersion.name.contains(text, autoescape=True))
    few = list(unit.scalars(firms.distinct().limit(FEW + 1)))
    return DecisionRow.firm_id.in_(few) if len(few) <= FEW else _beside(DecisionRow.firm_id).in_(firms)


def _is_code(text: str) -> bool:
    return text.isascii() and text.isalnum() and text[:1].isdigit()


def _begins(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """Does a code begin with a text? A range, which an index answers; every collation sorts digits and capitals alike."""
    code = text.upper()
    return and_(column >= code, column <= code.ljust(18, "Z"))


def find_firms(
    unit: Connection, text: str, limit: int = MOST_FOUND, *, order: Order = BY_CODE, after: str | None = None
) -> list[FirmFound]:
    """Find firms by the beginning of their code or by a part of their name, all where the text is empty, those after the firm `after`."""
    columns: tuple[Any, ...] = (EvidenceVersion.firm_id, EvidenceVersion.name, EvidenceVersion.recorded_at)
    query: Select[Any] = select(*columns).where(EvidenceVersion.version == _newest()).limit(limit)
    query = query.order_by(*order.keys(FIRM_SORTS, EvidenceVersion.firm_id))
    if after is not None:
        query = below(unit, query, order, FIRM_SORTS, EvidenceVersion.firm_id, after, EvidenceVersion.version == _newest())
    if text:
        by_name = EvidenceVersion.name.contains(text, autoescape=True)
        query = query.where(_begins(EvidenceVersion.firm_id, text) if _is_code(text) else by_name)
    return [FirmFound(*row) for row in unit.execute(query)]


def _newest() -> ScalarSelect[int]:
    other = aliased(EvidenceVersion)
    return select(func.max(other.version)).where(other.firm_id == EvidenceVersion.firm_id).correlate(EvidenceVersion).scalar_subquery()


def names_of_firms(unit: Connection, firm_ids: Sequence[str]) -> Mapping[str, str]:
    """Give the newest names of firms on file, by their codes."""
    query = select(EvidenceVersion.firm_id, EvidenceVersion.name).where(EvidenceVersion.firm_id.in_(sorted(set(firm_ids))))
    return {row.firm_id: row.name for row in unit.execute(query.order_by(EvidenceVersion.version))}


def actors_of(unit: Connection, decision_ids: Sequence[str]) -> Mapping[str, str]:
    """Give who brought each decision, as the ledger has it."""
    query = select(LedgerEntry.subject, LedgerEntry.actor)
    found = unit.execute(query.where(LedgerEntry.subject.in_(decision_ids), LedgerEntry.kind == Kind.DECISION))
    return {row.subject: row.actor for row in found}
