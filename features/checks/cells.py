"""Checks of single cells: form, presence, range, word list, pattern, length, code. A bad cell gives one fault, its first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import polars as pl

from features.checks.faults import Fault, shortened
from features.checks.header import nearest
from features.checks.reading import read_column
from features.tables import FORMATS, Column, Table
from features.tables.written import form_remedy

__all__ = ["Cells", "Memo", "check_cells"]

FORM_RULES = {"integer": "whole-number", "date": "iso-date", "boolean": "boolean", "text": "text", "word": "text"}
FORMAT_RULES = {"uscc": "credit-code", "registers": "registers"}
MOST_PROPOSALS = 1_000
"""Look-alikes are searched for this many different bad words; after that the list alone is given."""


Memo = dict[tuple[str, str], str | None]
"""What was found out about a format and a text: None when it is well formed."""


class Cells(NamedTuple):
    """A column's typed values, which of its rows are bad, and their faults."""

    values: pl.Series
    bad: pl.Series
    faults: list[Fault]


class Breach(NamedTuple):
    """The rows that break one rule, and how to remedy a value among them."""

    rule: str
    rows: pl.Series
    remedy: Callable[[str], str]


def check_cells(table: Table, column: Column, series: pl.Series, memo: Memo) -> Cells:
    """Read one column and check each cell; `memo` keeps what was found out about codes that recur across tables."""
    reading = read_column(column, series)
    bad = pl.repeat(value=False, n=len(series), dtype=pl.Boolean, eager=True)
    faults: list[Fault] = []
    for breach in _breaches(column, reading.values, reading.blank, reading.misfit, memo):
        rows = breach.rows.fill_null(value=False) & ~bad
        if rows.any():
            faults.extend(_faults(table, column, series, rows, breach))
            bad = bad | rows
    return Cells(reading.values, bad, faults)


def _breaches(column: Column, values: pl.Series, blank: pl.Series, misfit: pl.Series, memo: Memo) -> Iterator[Breach]:
    if column.required:
        yield Breach("empty", blank, lambda _: f"fill in {column.name} ({column.en}); it is required")
    yield Breach(FORM_RULES[column.kind], misfit, lambda value: form_remedy(column.kind, value))
    if column.low is not None:
        yield Breach("below-range", values < column.low, lambda _: _range_remedy(column))
    if column.high is not None:
        yield Breach("above-range", values > column.high, lambda _: _range_remedy(column))
    if column.words is not None:
        yield _unknown_words(column, values)
    yield from _text_breaches(column, values, memo)


def _text_breaches(column: Column, values: pl.Series, memo: Memo) -> Iterator[Breach]:
    if column.format is not None:
        yield _misformed(column.format, values, memo)
    if column.max_length is not None:
        yield Breach("too-long", values.str.len_chars() > column.max_length, lambda _: f"shorten it to {column.max_length} characters")
    if column.pattern is not None:
        yield Breach("pattern", ~values.str.contains(column.pattern), lambda _: f"write it like {column.example}: {column.en}")


def _range_remedy(column: Column) -> str:
    low, high = (f"{end:,}" if isinstance(end, int) else str(end) for end in (column.low, column.high))
    unit = f" {column.unit}" if isinstance(column.low, int) else ""
    return f"correct it; {column.name} runs from {low} to {high}{unit}"


def _unknown_words(column: Column, values: pl.Series) -> Breach:
    words = {word.value: word.zh for word in column.words or ()}
    proposals = MOST_PROPOSALS

    def remedy(value: str) -> str:
        nonlocal proposals
        proposals -= 1
        likely = _likely_word(value, words) if proposals >= 0 else None
        meant = f", here probably {likely}" if likely else ""
        return f"write one of {', '.join(words)}{meant}"

    return Breach("unknown-word", ~values.is_in(list(words)), remedy)


def _likely_word(value: str, words: dict[str, str]) -> str | None:
    for word, zh in words.items():
        if value.strip() in (zh, word):
            return word
    return nearest(value, words)


def _misformed(form: str, values: pl.Series, memo: Memo) -> Breach:
    unique = values.drop_nulls().unique().to_list()
    for value in unique:
        if (form, value) not in memo:
            memo[form, value] = FORMATS[form](value)
    wrong = [value for value in unique if memo[form, value]]
    return Breach(FORMAT_RULES[form], values.is_in(wrong), lambda value: f"{memo[form, value.strip()]}")


def _faults(table: Table, column: Column, series: pl.Series, rows: pl.Series, breach: Breach) -> Iterator[Fault]:
    """One fault a bad row; the remedy is worked out once for each different value."""
    remedies: dict[str, tuple[str, str]] = {}
    numbers = rows.arg_true()
    for row, value in zip((numbers + 1).to_list(), series.gather(numbers).to_list(), strict=True):
        written = "" if value is None else str(value)
        if written not in remedies:
            remedies[written] = shortened(written), breach.remedy(written)
        yield Fault(table.name, row, column.name, remedies[written][0], breach.rule, remedies[written][1])
