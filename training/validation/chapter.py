"""The shape of what a validation says: chapters with measures, tables and a picture, each number with its n, interval and formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from training.metrics import Interval

__all__ = ["UNKNOWN", "Cell", "Chapter", "Curve", "Grid", "Measure", "Words", "measured", "share_cell"]


class Words(NamedTuple):
    """A text in both languages of the report."""

    zh: str
    en: str


Cell: TypeAlias = "str | int | float | Interval | Words | None"
"""A cell of a grid; None is printed as "not enough data"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A number that a gate may ask for; `value` is None where the data do not carry it."""

    value: float | None
    n: int
    """Rows (or grades, pairs, slices) behind it; the chapter says which."""
    low: float | None = None
    high: float | None = None
    method: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form, rounded to six digits."""
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return {name: None if x is None else round(x, 6) for name, x in numbers.items()} | {"n": self.n, "method": self.method}


UNKNOWN = Measure(value=None, n=0)


def measured(found: Interval | None, n: int) -> Measure:
    """Make a measure of an interval, or of too few rows."""
    return (
        Measure(value=None, n=n) if found is None else Measure(value=found.value, low=found.low, high=found.high, n=n, method=found.method)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of the report."""

    title: Words
    columns: tuple[Words, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A reliability picture: for each bin its mean PD, its default rate with bounds, and its n."""

    title: Words
    points: tuple[tuple[float, Interval, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One question of a validator, answered."""

    id: str
    title: Words
    about: Words
    """What is measured, with formula and source."""
    measures: Mapping[str, Measure] = field(default_factory=dict)
    grids: tuple[Grid, ...] = ()
    curve: Curve | None = None
    notes: tuple[Words, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form."""
        return {
            "id": self.id,
            "title": self.title._asdict(),
            "about": self.about._asdict(),
            "measures": {name: one.to_dict() for name, one in self.measures.items()},
            "grids": [
                {
                    "title": grid.title._asdict(),
                    "columns": [column._asdict() for column in grid.columns],
                    "rows": [[_plain(cell) for cell in row] for row in grid.rows],
                }
                for grid in self.grids
            ],
            "curve": [[round(x, 6), y.to_dict(), n] for x, y, n in self.curve.points] if self.curve else [],
            "notes": [note._asdict() for note in self.notes],
        }


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Interval):
        return cell.to_dict()
    if isinstance(cell, Words):
        return cell._asdict()
    return round(cell, 6) if isinstance(cell, float) else cell


def share_cell(part: int, whole: int) -> str:
    """Write a share with its count: `12 (4.0 %)`."""
    return f"{part:,} ({part / whole:.1%})" if whole else f"{part:,}"
