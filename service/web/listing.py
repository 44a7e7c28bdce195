"""Lists on pages: sorted by a click on a column's head, narrowed by a form, taken along as a file; all by addresses, without a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response

from service.spreadsheet import csv_bytes
from service.store.ordering import Order

__all__ = ["MOST_IN_FILE", "Listing", "csv_file", "sorts"]

MOST_IN_FILE = 2_000
"""Lines of a list that go into a file; more is for an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How a list stands: its address, the filters that are on, its order, and columns whose largest comes first on the first click."""

    path: str
    kept: Mapping[str, Any]
    order: Order
    usual: str
    largest_first: frozenset[str] = frozenset({"time"})

    def address(self, **changes: Any) -> str:
        """Give the address of this list, changed."""
        asked = {**self.kept, "sort": self.order.text, **changes}
        said = {name: value for name, value in asked.items() if value not in {"", None} and (name, value) != ("sort", self.usual)}
        return f"{self.path}?{urlencode(said)}" if said else self.path

    def sorted_by(self, name: str) -> str:
        """Give the address that sorts by a column; by the one it is sorted by, the other way round."""
        down = not self.order.down if self.order.by == name else name in self.largest_first
        return self.address(sort=Order(name, down).text)

    def direction(self, name: str) -> str:
        """Say which way the list is sorted by a column; empty where it is not."""
        return "" if self.order.by != name else "descending" if self.order.down else "ascending"

    @property
    def file(self) -> str:
        """Give the address of the list as a file."""
        path, found, asked = self.address().partition("?")
        return f"{path}/list.csv{found}{asked}"


def sorts(*names: str) -> str:
    """Give the pattern of a `sort` parameter over these columns."""
    return rf"^-?({'|'.join(names)})$"


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Answer with a CSV file."""
    answer = Response(csv_bytes(head, rows), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return answer
