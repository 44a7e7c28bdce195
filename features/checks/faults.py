"""What a check found: one fault for each bad cell, row, column or file, and the error that carries them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from features.errors import EvidenceError

__all__ = ["RULES", "EvidenceFaults", "Fault", "fault_table"]

SHOWN = 20
LONGEST_VALUE = 80

RULES: Mapping[str, str] = MappingProxyType(
    {
        "above-range": "the value is above the highest the column admits",
        "below-range": "the value is below the lowest the column admits",
        "boolean": "the value is true or false",
        "cell-error": "a cell of a workbook holds a value, not an error",
        "clock-order": "a fact is not known before it happened, and a later event is not before an earlier one",
        "credit-code": "the firm's code is a unified social credit code with a right check digit (GB 32100-2015)",
        "duplicate-column": "a header names a column once",
        "duplicate-key": "no two rows of a table have the same key",
        "empty": "a required value is there",
        "encoding": "a file is UTF-8",
        "first-of-month": "a month is written as its first day",
        "formula": "a cell of a workbook holds a value, not a formula",
        "future-date": "no fact lies after today",
        "iso-date": "a day is written YYYY-MM-DD and stands in the calendar",
        "long-number": "a number of a workbook has at most fifteen digits; longer ones are written as text",
        "missing-column": "every required column is there",
        "missing-table": "a folder of evidence holds the table of firms",
        "needs": "a value that builds on another has it beside it",
        "one-file": "a table is in one file",
        "only-when": "a value stands only beside the word that makes it possible",
        "part-of-whole": "a part is not above its whole",
        "pattern": "a code has the form its list prescribes",
        "ragged-row": "every line has as many values as the header has columns",
        "registers": "only event registers are named as searched",
        "text": "a text column holds text, without control characters",
        "too-large": "a file that is sent holds no more than a service takes at once",
        "too-long": "a text is not longer than its column admits",
        "unknown-column": "every column is one that the table has",
        "unknown-file": "every file is named after a table, as CSV or Parquet",
        "unknown-firm": "every firm_id is in the table of firms",
        "unknown-table": "every table is one of the eleven",
        "unknown-word": "a word is one of the column's list",
        "unreadable": "a file opens as what its name says",
        "whole-number": "a number is whole and in plain digits",
    }
)
"""The rules a fault can name: the stable name and what it demands."""


class Fault(NamedTuple):
    """One bad thing; `row` is the data row counted from 1 (the line under the header), 0 for a column or a whole file."""

    table: str
    row: int
    column: str
    value: str
    """The value as it was written, at most 80 characters."""
    rule: str
    """A stable name, one of `RULES`."""
    remedy: str
    """What to do, with the limits that apply."""

    def __str__(self) -> str:
        """The fault on one line."""
        place = " ".join(part for part in (self.table, f"row {self.row}" if self.row else "", self.column) if part)
        value = f" {self.value!r}" if self.value else ""
        return f"{place}:{value} breaks {self.rule}: {self.remedy}"


class EvidenceFaults(EvidenceError):  # noqa: N818 - it is the list of faults that is raised
    """Evidence that was refused as a whole; `faults` lists everything wrong with it, in order of table and row."""

    code = "evidence-faults"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        """Counts by table and rule, then the first 20 faults."""
        shown = [f"  {fault}" for fault in self.faults[:SHOWN]]
        rest = len(self.faults) - len(shown)
        more = [f"  ... and {rest:,} more"] if rest else []
        return "\n".join([f"{_counted(len(self.faults))}; nothing was loaded", *self._counts(), *shown, *more])

    def _counts(self) -> list[str]:
        counted = Counter((fault.table, fault.rule) for fault in self.faults)
        return [f"  {table} {rule}: {number:,}" for (table, rule), number in sorted(counted.items())]


def fault_table(faults: Sequence[Fault]) -> pl.DataFrame:
    """Give faults as a frame with the columns table, row, column, value, rule, remedy."""
    schema = {name: pl.Int64 if name == "row" else pl.String for name in Fault._fields}
    return pl.DataFrame(list(faults), schema=schema, orient="row")


def _counted(number: int) -> str:
    return "1 fault" if number == 1 else f"{number:,} faults"


def shortened(value: object) -> str:
    """Write a value for a fault, cut to 80 characters."""
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
