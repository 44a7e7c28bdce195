"""Baskets on file: the decisions that somebody put aside to take away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from service.store.insertion import insert_new
from service.store.models import BasketRow

__all__ = ["basket_of", "count_basket", "put_in", "take_out"]


def basket_of(unit: Connection, owner: str) -> list[str]:
    """List the numbers in somebody's basket, in the order they were put in."""
    query = select(BasketRow.decision_id).where(BasketRow.owner == owner)
    return list(unit.scalars(query.order_by(BasketRow.added_at, BasketRow.decision_id)))


def count_basket(unit: Connection, owner: str) -> int:
    """Count them."""
    return unit.scalar(select(func.count()).select_from(BasketRow).where(BasketRow.owner == owner)) or 0


def put_in(unit: Connection, owner: str, numbers: list[str], at: datetime) -> None:
    """Put decisions into a basket; those that are in it stay as they are."""
    insert_new(unit, BasketRow, [{"owner": owner, "decision_id": number, "added_at": at} for number in numbers])


def take_out(unit: Connection, owner: str, numbers: list[str] | None = None) -> None:
    """Take decisions out of a basket, by default all."""
    query = delete(BasketRow).where(BasketRow.owner == owner)
    unit.execute(query if numbers is None else query.where(BasketRow.decision_id.in_(numbers)))
