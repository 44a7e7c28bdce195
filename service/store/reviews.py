"""Requests for review on file: what was asked is written once, and so is what a person concluded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, insert, select

from service.store.correction_rows import ReviewConclusionRow, ReviewRow
from service.store.ordering import OLDEST, Order, below

__all__ = [
    "REVIEW_SORTS",
    "Conclusion",
    "KeptReview",
    "find_review",
    "keep_conclusion",
    "keep_review",
    "list_reviews",
    "open_reviews",
    "reviews_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What a person concluded: `uphold`, or `override` by the one that is named; `reason` is sealed."""

    verdict: str
    given_by: str
    role: str
    given_at: datetime
    override_id: str | None
    reason: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReview:
    """A client's request that a person looks at a decision; who asked, the channel and the words are sealed."""

    review_id: str
    decision_id: str
    firm_id: str
    product: str
    opened_at: datetime
    opened_by: str
    role: str
    asked_by: bytes | None
    channel: bytes | None
    text: bytes | None
    conclusion: Conclusion | None = None


REVIEW_SORTS = {"time": ReviewRow.review_id, "product": ReviewRow.product}
_OWN = tuple(name for name in KeptReview.__slots__ if name != "conclusion")
_SAID = tuple(Conclusion.__slots__)
_CONCLUDED = ReviewConclusionRow.review_id == ReviewRow.review_id

_OPEN = (  # built once: every decision asks it
    select(ReviewRow.review_id, ReviewRow.product)
    .outerjoin(ReviewConclusionRow, _CONCLUDED)
    .where(ReviewRow.firm_id == bindparam("firm_id"), ReviewConclusionRow.review_id.is_(None))
    .order_by(ReviewRow.review_id)
)


def open_reviews(unit: Connection, firm_id: str) -> list[tuple[str, str]]:
    """Give number and product of a firm's open requests, oldest first: one look-up by an index."""
    return [(row.review_id, row.product) for row in unit.execute(_OPEN, {"firm_id": firm_id})]


def keep_review(unit: Connection, one: KeptReview) -> None:
    """Write a request."""
    unit.execute(insert(ReviewRow).values({name: getattr(one, name) for name in _OWN}))


def keep_conclusion(unit: Connection, review_id: str, said: Conclusion) -> None:
    """Write what was concluded."""
    row = {name: getattr(said, name) for name in _SAID}
    unit.execute(insert(ReviewConclusionRow).values({"review_id": review_id, **row}))


def _query() -> Select[Any]:
    own = [getattr(ReviewRow, name) for name in _OWN]
    said = [getattr(ReviewConclusionRow, name).label(f"said_{name}") for name in _SAID]
    return select(*own, *said).outerjoin(ReviewConclusionRow, _CONCLUDED)


def _kept(row: RowMapping) -> KeptReview:
    conclusion = None if row["said_verdict"] is None else Conclusion(**{name: row[f"said_{name}"] for name in _SAID})
    return KeptReview(**{name: row[name] for name in _OWN}, conclusion=conclusion)


def _read(unit: Connection, query: Select[Any]) -> list[KeptReview]:
    return [_kept(row) for row in unit.execute(query.order_by(ReviewRow.review_id)).mappings()]


def find_review(unit: Connection, review_id: str) -> KeptReview | None:
    """Read a request by its number, or None."""
    return next(iter(_read(unit, _query().where(ReviewRow.review_id == review_id))), None)


def reviews_of(unit: Connection, decision_id: str) -> list[KeptReview]:
    """List a decision's requests, oldest first."""
    return _read(unit, _query().where(ReviewRow.decision_id == decision_id))


def list_reviews(
    unit: Connection,
    *,
    status: str | None = None,
    product: str | None = None,
    order: Order = OLDEST,
    after: str = "",
    limit: int | None = None,
) -> list[KeptReview]:
    """List at most `limit` requests in an order, those after the one numbered `after`; `open` or `concluded` ones, of one product."""
    query = _query()
    if product:
        query = query.where(ReviewRow.product == product)
    if after:
        query = below(unit, query, order, REVIEW_SORTS, ReviewRow.review_id, after)
    if status is not None:
        concluded = ReviewConclusionRow.review_id
        query = query.where(concluded.is_(None) if status == "open" else concluded.is_not(None))
    query = query.order_by(*order.keys(REVIEW_SORTS, ReviewRow.review_id))
    return [_kept(row) for row in unit.execute(query.limit(limit)).mappings()]
