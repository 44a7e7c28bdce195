"""Checks of one table and of a whole set of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

from features.checks.cells import Cells, Memo, check_cells
from features.checks.faults import EvidenceFaults, Fault
from features.checks.header import check_header, unknown_table
from features.checks.reading import POLARS_TYPES
from features.checks.rows import check_keys, check_rules
from features.tables import TABLES, Table, table

__all__ = ["check_table", "checked_tables"]


class Checked(NamedTuple):
    """A table's typed rows (all its columns, in the model's order) and everything wrong with them."""

    frame: pl.DataFrame
    faults: list[Fault]


def check_table(name: str, frame: pl.DataFrame, *, today: date | None = None) -> list[Fault]:
    """Give every fault of one table, by row; its cells may be texts (a CSV file) or typed (Parquet).

    With `today`, facts that lie ahead of it are faults. An unknown table name is an `EvidenceError`.
    """
    return _checked(table(name), frame, today, {}).faults


def checked_tables(frames: Mapping[str, pl.DataFrame], today: date | None = None) -> Mapping[str, pl.DataFrame]:
    """Give the tables typed (dates as `Date`, every column of the model), or raise `EvidenceFaults` with all that is wrong.

    Where `firms` is among the tables, every other table may speak only of its firms.
    """
    faults = [unknown_table(name) for name in frames if name not in TABLES]
    memo: Memo = {}
    checked = {name: _checked(TABLES[name], frames[name], today, memo) for name in TABLES if name in frames}
    for name, one in checked.items():
        faults.extend(sorted([*one.faults, *_unknown_firms(name, checked)], key=_place))
    if faults:
        raise EvidenceFaults(faults)
    return {name: one.frame for name, one in checked.items()}


def _checked(spec: Table, frame: pl.DataFrame, today: date | None, memo: Memo) -> Checked:
    cells = {column.name: _cells(spec, frame, column.name, memo) for column in spec.columns}
    values = pl.DataFrame({name: one.values for name, one in cells.items()})
    bad = {name: one.bad for name, one in cells.items()}
    faults = check_header(spec, frame.columns)
    for one in cells.values():
        faults.extend(one.faults)
    faults.extend(check_rules(spec, values, bad, today))
    faults.extend(check_keys(spec, values, bad))
    return Checked(values, sorted(faults, key=_place))


def _cells(spec: Table, frame: pl.DataFrame, name: str, memo: Memo) -> Cells:
    """Check a column; one that is absent is all missing, and as a required one it is reported once, by the header."""
    column = spec.column(name)
    if name in frame.columns:
        return check_cells(spec, column, frame[name], memo)
    absent = pl.repeat(None, frame.height, dtype=POLARS_TYPES[column.kind], eager=True)
    return Cells(absent.alias(name), pl.repeat(column.required, frame.height, dtype=pl.Boolean, eager=True), [])


def _unknown_firms(name: str, checked: Mapping[str, Checked]) -> Iterator[Fault]:
    """Give a fault for each row of a firm that the table of firms does not have; a missing or bad code is already one."""
    if name == "firms" or "firms" not in checked:
        return
    already = {fault.row for fault in checked[name].faults if fault.column == "firm_id"}
    codes = checked[name].frame["firm_id"]
    known = checked["firms"].frame["firm_id"].drop_nulls().unique()
    numbers = (codes.is_not_null() & ~codes.is_in(known.implode())).arg_true()
    for row, code in zip((numbers + 1).to_list(), codes.gather(numbers).to_list(), strict=True):
        if row not in already:
            yield Fault(name, row, "firm_id", code, "unknown-firm", "add the firm to the table firms, or correct the code")


def _place(fault: Fault) -> int:
    return fault.row
