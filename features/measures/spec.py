"""What a measure is: one exact number an application's visible rows of one table add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from features.algebra import Term, both, column, columns_of, fill, when

__all__ = [
    "AS_OF",
    "YEAR",
    "Anchor",
    "Mark",
    "Measure",
    "Reading",
    "any_of",
    "count",
    "newest",
    "seen",
    "sum_of",
    "within",
]

AS_OF = column("as_of")
YEAR = 365
"""Windows are counted in days: a year is 365, two years 730 and three 1,095 days before the as-of date."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A value per row and how an application's rows are put together, always exact and the same in any order.

    `how` is `sum` (of whole numbers), `max`, or `any` (1 if a row has it, else 0). Without a row a `max` is unknown; the
    others are zero where the register was searched.
    """

    name: str
    value: Term
    how: str

    @property
    def zero_when_searched(self) -> bool:
        """Does a searched register without a row make it zero?"""
        return self.how != "max"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A value all rows of one application share, e.g. its latest visible year; `how` is `sum` or `max`."""

    name: str
    value: Term
    how: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A condition or value of a single row that several measures share, computed once, e.g. whether a right is alive."""

    name: str
    value: Term


@dataclass(frozen=True, slots=True)
class Reading:
    """How one table is read: which rows are visible, which restatement counts, and what is measured.

    `period` names the column that tells a firm's periods apart where a period can be restated: of its visible rows those
    with the latest `known` count. `register` tables list events, so that a searched register without a row means zero.
    """

    table: str
    known: str
    visible: Term
    measures: tuple[Measure, ...]
    marks: tuple[Mark, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    period: str | None = None
    register: bool = False

    @property
    def newest_fact(self) -> Measure:
        """The day number of the newest visible fact, `known_<table>`."""
        return Measure(f"known_{self.table}", column(self.known), "max")

    def anchors_for(self, measures: Iterable[Measure]) -> tuple[Anchor, ...]:
        """Give the anchors these measures rest on, in the order in which they are computed."""
        wanted = set(columns_of(*(m.value for m in measures)))
        chosen: list[Anchor] = []
        for anchor in reversed(self.anchors):
            if anchor.name in wanted:
                chosen.append(anchor)
                wanted.update(columns_of(anchor.value))
        return tuple(reversed(chosen))

    def marks_for(self, measures: Iterable[Measure]) -> tuple[Mark, ...]:
        """Give the marks these measures read; no mark reads another."""
        wanted = set(columns_of(*(m.value for m in measures)))
        return tuple(mark for mark in self.marks if mark.name in wanted)

    def columns_for(self, measures: Iterable[Measure]) -> tuple[str, ...]:
        """Name the table's own columns that these measures need, `firm_id` and the visible date included."""
        measures = tuple(measures)
        made: tuple[Mark | Anchor, ...] = (*self.marks_for(measures), *self.anchors_for(measures))
        terms = [self.visible, *(m.value for m in (*measures, *made))]
        made_names = {"as_of", *(m.name for m in made)}
        names = ("firm_id", self.known, *([self.period] if self.period else []), *columns_of(*terms))
        return tuple(name for name in dict.fromkeys(names) if name not in made_names)


def seen(day: Term) -> Term:
    """Has this date come by the as-of date?"""
    return day <= AS_OF


def within(day: Term, days: int) -> Term:
    """Does this date fall into the last `days` days, the as-of date included?"""
    return both(day <= AS_OF, day > AS_OF - days)


def count(name: str, condition: Term) -> Measure:
    """Count the rows where the condition holds."""
    return Measure(name, when(condition, 1, 0), "sum")


def sum_of(name: str, value: Term, condition: Term) -> Measure:
    """Add up a whole-number value over the rows where the condition holds; an unknown value adds nothing."""
    return Measure(name, fill(when(condition, value, 0), 0), "sum")


def any_of(name: str, condition: Term) -> Measure:
    """Give 1 where at least one row meets the condition, else 0."""
    return Measure(name, when(condition, 1, 0), "any")


def newest(name: str, value: Term, condition: Term) -> Measure:
    """Give the greatest value of the rows where the condition holds; unknown where there is none."""
    return Measure(name, when(condition, value), "max")
