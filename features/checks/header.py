"""Checks of a table's header: which columns are there, and which should be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from features.checks.faults import Fault
from features.tables import TABLES, Table

__all__ = ["check_header", "nearest", "unknown_table"]

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def check_header(table: Table, names: Sequence[str]) -> list[Fault]:
    """Give a fault for each unknown and each missing required column."""
    return [*_unknown(table, names), *_missing(table, names)]


def _unknown(table: Table, names: Sequence[str]) -> Iterator[Fault]:
    known = [column.name for column in table.columns]
    for name in names:
        if name not in known:
            yield Fault(table.name, 0, name, name, "unknown-column", _separator(names) or _rename(name, known))


def _separator(names: Sequence[str]) -> str | None:
    if len(names) == 1:
        for mark, said in SEPARATORS.items():
            if mark in names[0]:
                return f"the values are separated by {said}; separate them by commas"
    return None


def _rename(name: str, known: Collection[str]) -> str:
    likely = nearest(name, known)
    if likely:
        return f"rename it to {likely} if that is meant, or remove it"
    return f"remove it; the columns are {', '.join(known)}"


def _missing(table: Table, names: Sequence[str]) -> Iterator[Fault]:
    for column in table.columns:
        if column.required and column.name not in names:
            yield Fault(table.name, 0, column.name, "", "missing-column", f"add the column {column.name} ({column.en})")


def nearest(name: str, known: Collection[str]) -> str | None:
    """Give the member of `known` that looks most like `name`, or None when none does."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(name.strip().lower(), by_lower, n=1)
    return by_lower[found[0]] if found else None


def unknown_table(name: str) -> Fault:
    """Give the fault of a table that is none of the eleven."""
    likely = nearest(name, TABLES)
    meant = f"rename it to {likely} if that is meant; " if likely else ""
    return Fault(name, 0, "", name, "unknown-table", f"{meant}the tables are {', '.join(TABLES)}")
