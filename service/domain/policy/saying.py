"""How a fault of a policy is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.domain.errors import PolicyFault

__all__ = ["at", "once"]


def at(table: str, row: int | None, field: str, value: Any, rule: str, remedy: str) -> PolicyFault:
    """Make a fault at a place; `row` counts from 1."""
    return PolicyFault(table=table, row=row, field=field, value=str(value), rule=rule, remedy=remedy)


def once(table: str, field: str, values: Iterable[str]) -> Iterator[PolicyFault]:
    """Find values that stand in two rows."""
    seen: set[str] = set()
    for row, value in enumerate(values, start=1):
        if value in seen:
            yield at(table, row, field, value, "stands in an earlier row", "keep one of the two rows")
        seen.add(value)
