"""Rules between the columns of a row. A model declares them beside its columns; requests and bulk checks apply the same objects.

Each rule reads one statement twice: `breaks` on a row of Python values, `broken` on the columns of a Polars frame. A rule is
silent where a value it needs is missing. A test holds the two readings together.
"""

from __future__ import annotations

import calendar
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import polars as pl

__all__ = ["FirstOfMonth", "Needs", "NotAhead", "NotBefore", "NotBeforeMonthEnd", "NotBeforeYearEnd", "OnlyWhen", "Rule", "Within"]


@dataclass(frozen=True)
class Rule(ABC):
    """A statement about one row; a breach is reported at `column`, and `name` is the stable name of its kind."""

    column: str
    name: ClassVar[str]
    says: ClassVar[str]
    reads_missing: ClassVar[bool] = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns the rule reads, `column` first."""
        return (self.column,)

    @property
    def statement(self) -> str:
        """The rule in words, with the names of its columns."""
        return self.says.format(**vars(self))

    def breaks(self, row: Mapping[str, Any]) -> bool:
        """Does this row, with dates as `date`, break the rule?"""
        values = [row[column] for column in self.columns]
        return (self.reads_missing or None not in values) and self._breaks(*values)

    def broken(self) -> pl.Expr:
        """The rows of a frame that break the rule: a boolean, null where a value is missing."""
        return self._broken(*(pl.col(column) for column in self.columns))

    def remedy(self, row: Mapping[str, Any]) -> str:
        """What to do about a row that breaks the rule."""
        return self._remedy(*(row[column] for column in self.columns))

    @abstractmethod
    def _breaks(self, *values: Any) -> bool: ...

    @abstractmethod
    def _broken(self, *values: pl.Expr) -> pl.Expr: ...

    @abstractmethod
    def _remedy(self, *values: Any) -> str: ...


@dataclass(frozen=True)
class Pair(Rule):
    """A rule over `column` and one `other` column."""

    other: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The two columns."""
        return (self.column, self.other)


@dataclass(frozen=True)
class NotBefore(Pair):
    """The day in `column` is on or after the day in `other`."""

    name: ClassVar[str] = "clock-order"
    says: ClassVar[str] = "`{column}` is on or after `{other}`"

    def _breaks(self, *values: date) -> bool:
        return values[0] < values[1]

    def _broken(self, *values: pl.Expr) -> pl.Expr:
        return values[0] < values[1]

    def _remedy(self, *values: date) -> str:
        return f"{self.column} is never before {self.other} ({values[1]}); correct the one that is wrong"


@dataclass(frozen=True)
class NotBeforeYearEnd(Pair):
    """The day in `column` is on or after 31 December of the year in `other`: a running year has no statement yet."""

    name: ClassVar[str] = "clock-order"
    says: ClassVar[str] = "`{column}` is on or after 31 December of `{other}`"

    def _breaks(self, *values: Any) -> bool:
        day, year = values
        return bool(day < date(year, 12, 31))

    def _broken(self, *values: pl.Expr) -> pl.Expr:
        return values[0].dt.offset_by("1d").dt.year() <= values[1]

    def _remedy(self, *values: Any) -> str:
        return f"the figures of {values[1]} are known at the earliest on {values[1]}-12-31; correct {self.other} or {self.column}"


@dataclass(frozen=True)
class NotBeforeMonthEnd(Pair):
    """The day in `column` is on or after the last day of the month in `other`: a running month is not complete."""

    name: ClassVar[str] = "clock-order"
    says: ClassVar[str] = "`{column}` is on or after the last day of `{other}`"

    def _breaks(self, *values: date) -> bool:
        return values[0] < _month_end(values[1])

    def _broken(self, *values: pl.Expr) -> pl.Expr:
        return values[0] < values[1].dt.month_end()

    def _remedy(self, *values: date) -> str:
        end = _month_end(values[1])
        return f"the invoices of a month are known at the earliest on its last day ({end}); correct {self.other} or {self.column}"


@dataclass(frozen=True)
class Within(Pair):
    """The part in `column` is at most the whole in `other`."""

    name: ClassVar[str] = "part-of-whole"
    says: ClassVar[str] = "`{column}` is at most `{other}`"

    def _breaks(self, *values: int) -> bool:
        return values[0] > values[1]

    def _broken(self, *values: pl.Expr) -> pl.Expr:
        return values[0] > values[1]

    def _remedy(self, *values: int) -> str:
        return f"{self.column} is part of {self.other} ({values[1]}) and never above it; correct the one that is wrong"


@dataclass(frozen=True)
class Needs(Pair):
    """Where `column` has a value, `other` has one too."""

    name: ClassVar[str] = "needs"
    says: ClassVar[str] = "`{column}` needs `{other}`"
    reads_missing: ClassVar[bool] = True

    def _breaks(self, *values: Any) -> bool:
        return values[0] is not None and values[1] is None

    def _broken(self, *values: pl.Expr) -> pl.Expr:
        return values[0].is_not_null() & values[1].is_null()

    def _remedy(self, *_values: Any) -> str:
        return f"{self.column} needs {self.other}, which is empty; fill {self.other} or empty {self.column}"


@dataclass(frozen=True)
class OnlyWhen(Pair):
    """`column` has a value only where `other` has the word `word`."""

    word: str
    name: ClassVar[str] = "only-when"
    says: ClassVar[str] = "`{column}` only where `{other}` is `{word}`"

    def _breaks(self, *values: Any) -> bool:
        return bool(values[1] != self.word)

    def _broken(self, *values: pl.Expr) -> pl.Expr:
        return values[0].is_not_null() & (values[1] != self.word)

    def _remedy(self, *values: Any) -> str:
        return f"{self.column} is possible only when {self.other} is {self.word}, here it is {values[1]}; correct one of them"


@dataclass(frozen=True)
class FirstOfMonth(Rule):
    """The day in `column` is the first of its month."""

    name: ClassVar[str] = "first-of-month"
    says: ClassVar[str] = "`{column}` is the first day of its month"

    def _breaks(self, *values: date) -> bool:
        return values[0].day != 1

    def _broken(self, *values: pl.Expr) -> pl.Expr:
        return values[0].dt.day() != 1

    def _remedy(self, *values: date) -> str:
        return f"write a month as its first day, here {values[0].replace(day=1)}"


@dataclass(frozen=True)
class NotAhead(Rule):
    """The day in `column` is not after `today`: nobody knows a fact that lies ahead."""

    today: date
    name: ClassVar[str] = "future-date"
    says: ClassVar[str] = "`{column}` is not after {today}"

    def _breaks(self, *values: date) -> bool:
        return values[0] > self.today

    def _broken(self, *values: pl.Expr) -> pl.Expr:
        return values[0] > pl.lit(self.today)

    def _remedy(self, *_values: date) -> str:
        return f"{self.column} lies after today ({self.today}); send the fact once it has happened"


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
