"""Lists in an order of the reader's: by a column, up or down, and among equals by the place of recording, the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Select, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

__all__ = ["NEWEST", "OLDEST", "Order", "below"]

Column = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Order:
    """A column by its name on the page, and whether the largest comes first."""

    by: str
    down: bool

    @classmethod
    def read(cls, text: str) -> Self:
        """Read it as addresses write it: `asked`, or `-asked` for the largest first."""
        return cls(text.removeprefix("-"), text.startswith("-"))

    @property
    def text(self) -> str:
        """Write it as addresses do."""
        return f"-{self.by}" if self.down else self.by

    def keys(self, columns: Mapping[str, Column], place: Column) -> tuple[ColumnElement[Any], ...]:
        """Give what a query is ordered by; `place` tells equals apart."""
        named = (columns[self.by], place) if columns[self.by] is not place else (place,)
        return tuple(column.desc() if self.down else column.asc() for column in named)


NEWEST, OLDEST = Order("time", down=True), Order("time", down=False)


def below(
    unit: Connection,
    query: Select[Any],
    order: Order,
    columns: Mapping[str, Column],
    place: Column,
    last: int | str,
    *also: ColumnElement[bool],
) -> Select[Any]:
    """Narrow a query to what comes after the row at a place, in the order; an index over column and place answers it.

    `also` tells that row from others at the same place.
    """
    column = columns[order.by]
    if column is place:
        return query.where(place < last if order.down else place > last)
    value = unit.scalar(select(column).where(place == last, *also))
    here, there = tuple_(column, place), tuple_(literal(value, column.type), literal(last, place.type))
    return query.where(here < there if order.down else here > there)
