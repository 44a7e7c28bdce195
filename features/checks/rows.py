"""Checks of whole rows: the rules between columns, and keys that stand twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from features.checks.faults import Fault, shortened
from features.tables import Rule, Table, rules_at

__all__ = ["check_keys", "check_rules"]


def check_rules(table: Table, values: pl.DataFrame, bad: Mapping[str, pl.Series], today: date | None) -> Iterator[Fault]:
    """Give a fault for each row and rule that is broken; a rule is silent on rows with a bad cell among its columns."""
    rules = rules_at(table.model, today)
    broken = values.select(rule.broken().fill_null(value=False).alias(str(i)) for i, rule in enumerate(rules))
    for rule, rows in zip(rules, broken.get_columns(), strict=True):
        for column in rule.columns:
            rows = rows & ~bad[column]  # noqa: PLW2901 - narrowed step by step
        if rows.any():
            yield from _broken(table, rule, values, rows)


def _broken(table: Table, rule: Rule, values: pl.DataFrame, rows: pl.Series) -> Iterator[Fault]:
    numbers = rows.arg_true()
    found = values.select(rule.columns)[numbers].iter_rows(named=True)
    for row, cells in zip((numbers + 1).to_list(), found, strict=True):
        yield Fault(table.name, row, rule.column, shortened(cells[rule.column]), rule.name, rule.remedy(cells))


def check_keys(table: Table, values: pl.DataFrame, bad: Mapping[str, pl.Series]) -> Iterator[Fault]:
    """Give a fault for each row whose key an earlier row has; rows with a bad key cell are left out."""
    key = list(table.key)
    usable = ~pl.any_horizontal([bad[column].alias(column) for column in key])
    repeated = values.select(key).with_row_index("row", offset=1).filter(usable)
    repeated = repeated.filter(repeated.select(key).is_duplicated()).with_columns(first=pl.col("row").first().over(key))
    for row, first, *cells in repeated.filter(pl.col("row") != pl.col("first")).select("row", "first", *key).iter_rows():
        said = " ".join(str(cell) for cell in cells)
        remedy = f"row {first} has the same {', '.join(key)}; keep one of the two"
        yield Fault(table.name, row, table.key[-1], shortened(said), "duplicate-key", remedy)
