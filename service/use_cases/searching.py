"""What an examiner begins with: finding decisions, and putting them aside to take away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.desk import Desk
from service.errors import InvalidRequest
from service.ledger import Entry, read_entry
from service.store.baskets import basket_of, count_basket, put_in, take_out
from service.store.ordering import NEWEST, Order
from service.store.records import Listed, find_line
from service.store.searching import Sought, count_decisions, names_of, search_decisions, search_entries
from service.tokens import Holder

__all__ = [
    "MOST_IN_BASKET",
    "Basket",
    "Hits",
    "basket_size",
    "empty_basket",
    "find_decisions",
    "find_entries",
    "put_aside",
    "put_back",
    "show_basket",
]

MOST_IN_BASKET = 1_000


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of decisions that were looked for, newest first, the firms' names, how many there are in all, and where to go on."""

    lines: tuple[Listed, ...]
    names: dict[str, str]
    count: int
    next: int | None


@dataclass(frozen=True, slots=True)
class Basket:
    """What somebody put aside, in that order, with the firms' names."""

    lines: tuple[Listed, ...]
    names: dict[str, str]


def find_decisions(desk: Desk, sought: Sought, *, before: int | None, limit: int, order: Order = NEWEST) -> Hits:
    """Look for decisions, in an order."""
    with desk.store.reading() as unit:
        found = search_decisions(unit, sought, before=before, limit=limit + 1, order=order)
        lines = found[:limit]
        names = names_of(unit, [line.firm_id for line in lines])
        count = count_decisions(unit, sought)
    return Hits(tuple(lines), names, count, lines[-1].seq if len(found) > limit else None)


def show_basket(desk: Desk, holder: Holder) -> Basket:
    """Show what somebody put aside."""
    with desk.store.reading() as unit:
        lines = tuple(find_line(unit, number) for number in basket_of(unit, holder.actor.id))
        return Basket(lines, names_of(unit, [line.firm_id for line in lines]))


def basket_size(desk: Desk, holder: Holder) -> int:
    """Count what somebody put aside."""
    with desk.store.reading() as unit:
        return count_basket(unit, holder.actor.id)


def put_aside(desk: Desk, holder: Holder, numbers: Sequence[str]) -> None:
    """Put decisions into somebody's basket; `UnknownDecision` for one that is not on record, `InvalidRequest` when it gets too full."""
    owner = holder.actor.id
    with desk.store.writing(silent=True) as unit:
        for number in numbers:
            find_line(unit, number)
        put_in(unit, owner, list(numbers), desk.clock())
        if count_basket(unit, owner) > MOST_IN_BASKET:
            raise InvalidRequest(f"a basket holds at most {MOST_IN_BASKET:,} decisions; take these away first, or use `jifen audit export`")


def put_back(desk: Desk, holder: Holder, numbers: Sequence[str]) -> None:
    """Take decisions out of somebody's basket."""
    with desk.store.writing(silent=True) as unit:
        take_out(unit, holder.actor.id, list(numbers))


def empty_basket(desk: Desk, holder: Holder) -> None:
    """Take everything out of somebody's basket."""
    with desk.store.writing(silent=True) as unit:
        take_out(unit, holder.actor.id)


def find_entries(
    desk: Desk, *, kind: str | None, subject: str | None, actor: str | None, before: int | None, limit: int
) -> tuple[list[Entry], int | None]:
    """Look for entries of the ledger, newest first; gives them and where to go on."""
    with desk.store.reading() as unit:
        read = search_entries(unit, kind=kind, subject=subject, actor=actor, before=before, limit=limit + 1)
    found = [read_entry(one) for one in read[:limit]]
    return found, found[-1].seq if len(read) > limit else None
