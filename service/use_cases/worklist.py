"""The work list: what was decided, what a person has to look at, what runs out soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import orjson

from service.active import Active
from service.desk import Desk
from service.store.ordering import NEWEST, Order
from service.store.people import names_of
from service.store.worklist import (
    BY_CODE,
    EVERYTHING,
    MOST_FOUND,
    FirmFound,
    Narrow,
    Queue,
    RowKept,
    actors_of,
    count_queue,
    find_firms,
    names_of_firms,
    rows_of,
)

__all__ = ["QUEUES", "WorkLine", "WorkList", "firms_found", "work_list"]

QUEUES: tuple[Queue, ...] = ("new", "referred", "waiting", "reviews", "expiring")
LINES = 30
SOON = timedelta(days=7)
"""An offer is about to run out when it does so within a week."""
CHINA = timedelta(hours=8)
NOTHING: Mapping[str, Any] = {"application": {"amount": None}, "risk": None, "points": None, "offer": None, "missing": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """A decision of the list; what its record no longer tells is None."""

    row: RowKept
    name: str
    asked: int | None
    offered: int | None
    grade: int | None
    tier: str | None
    valid_until: str | None
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """A page of a queue, in its order; `counts` go up to a hundred; `older` is the place to go on from, None at the end."""

    queue: Queue
    counts: Mapping[str, int]
    lines: tuple[WorkLine, ...]
    older: int | None


def work_list(
    desk: Desk, queue: Queue, *, narrow: Narrow = EVERYTHING, order: Order = NEWEST, before: int | None = None, limit: int = LINES
) -> WorkList:
    """Give a page of a queue, narrowed and in an order, after the line at place `before`."""
    bounds: dict[str, Any] = _bounds(desk)
    with desk.store.reading() as unit:
        rows = rows_of(unit, queue, **bounds, narrow=narrow, order=order, before=before, limit=limit + 1)
        counts: dict[str, int] = {name: count_queue(unit, name, **bounds) for name in QUEUES if name != "new"}
        shown = rows[:limit]
        names = names_of_firms(unit, [row.firm_id for row in shown])
        actors = actors_of(unit, [row.decision_id for row in shown])
        people = names_of(unit, actors.values())
    lines = tuple(_line(row, names.get(row.firm_id, row.firm_id), actors.get(row.decision_id, ""), people) for row in shown)
    return WorkList(queue=queue, counts=counts, lines=lines, older=shown[-1].seq if len(rows) > limit else None)


def firms_found(desk: Desk, text: str, *, order: Order = BY_CODE, after: str | None = None, limit: int = MOST_FOUND) -> list[FirmFound]:
    """Find firms on file by name or code, in an order, those after the firm `after`."""
    with desk.store.reading() as unit:
        return find_firms(unit, text, limit, order=order, after=after)


def _bounds(desk: Desk) -> dict[str, Any]:
    """Say between which moments an offer was made that runs out soon, by the validity of the policy in force."""
    today = desk.today()
    days = desk.found.policy.validity_days if isinstance(desk.found, Active) else 30
    since = datetime.combine(today - timedelta(days=days), time(), UTC) - CHINA
    return {"today": today, "since": since, "until": since + SOON + timedelta(days=1)}


def _line(row: RowKept, name: str, actor: str, people: Mapping[str, str]) -> WorkLine:
    said = orjson.loads(row.body) if row.body else NOTHING
    risk, points, offer = said["risk"], said["points"], said["offer"]
    return WorkLine(
        row=row,
        name=name,
        asked=said["application"]["amount"],
        offered=offer["amount"] if offer else None,
        grade=risk["grade"] if risk else None,
        tier=points["tier"] if points else None,
        valid_until=offer["valid_until"] if offer else None,
        who=people.get(actor, actor),
    )
