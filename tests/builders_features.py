"""A small random province for tests of indicators: every table, both clocks, restatements, gaps, unsearched registers."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl

from features.tables import REGISTERS, TABLES
from features.vocabulary import Ownership, TechnologyField

POLARS_TYPES = {"integer": pl.Int64, "date": pl.Date, "text": pl.String, "word": pl.String, "boolean": pl.Boolean}
MIDDLE = date(2025, 6, 30)


def typed(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Make a table's frame with every column of its model, dates as dates."""
    schema = {c.name: POLARS_TYPES[c.kind] for c in TABLES[table].columns}
    return pl.DataFrame(rows, schema=schema)


def province(firms: int = 40, seed: int = 7) -> dict[str, pl.DataFrame]:
    """Make all eleven tables of some firms; a firm lacks each table with some chance."""
    draw = random.Random(seed)
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}
    for number in range(firms):
        firm = f"FIRM{number:014d}"
        rows["firms"].append(_firm(draw, firm))
        for name in TABLES:
            if name != "firms" and draw.random() < 0.8:
                rows[name] += _rows(draw, name, firm)
    return {name: typed(name, table).unique(TABLES[name].key, maintain_order=True) for name, table in rows.items()}


def applications(firms: int = 40, seed: int = 7, each: int = 2) -> pl.DataFrame:
    """Ask for loans on random days, more than once a firm, some without amount or term."""
    draw = random.Random(seed + 1)
    rows = [
        {
            "application_id": f"A{number}-{copy}",
            "firm_id": f"FIRM{number:014d}",
            "as_of": MIDDLE + timedelta(days=draw.randint(-500, 500)),
            "amount": draw.choice([None, draw.randint(100_000, 30_000_000)]),
            "term_months": draw.choice([None, 12, 24, 36]),
        }
        for number in range(firms)
        for copy in range(each)
    ]
    draw.shuffle(rows)
    return pl.DataFrame(rows, schema_overrides={"amount": pl.Int64, "term_months": pl.Int64})


def _firm(draw: random.Random, firm: str) -> dict[str, object]:
    searched = [r for r in REGISTERS if draw.random() < 0.6]
    return {
        "firm_id": firm,
        "name": f"Firm {firm}",
        "founded_on": MIDDLE - timedelta(days=draw.randint(-100, 6000)),
        "region": "340100",
        "industry": "C3990",
        "field": draw.choice(list(TechnologyField)).value,
        "ownership": draw.choice(list(Ownership)).value,
        "registered_capital": draw.randint(0, 10**8),
        "paid_in_capital": draw.choice([None, draw.randint(0, 10**8)]),
        "searched": ";".join(searched) or None,
    }


def _rows(draw: random.Random, table: str, firm: str) -> list[dict[str, object]]:
    if table != "invoices":
        return [_row(draw, table, firm, number) for number in range(draw.randint(1, 9))]
    months = [date(2023 + m // 12, m % 12 + 1, 1) for m in range(36) if draw.random() < 0.97]
    months += draw.sample(months, 3)
    return [_row(draw, table, firm, 0) | {"month": m, "known_on": m + timedelta(days=draw.randint(32, 60))} for m in months]


def _row(draw: random.Random, table: str, firm: str, number: int) -> dict[str, object]:
    row: dict[str, object] = {"firm_id": firm}
    for column in TABLES[table].columns:
        if column.name == "firm_id":
            continue
        if not column.required and draw.random() < 0.3:
            row[column.name] = None
        elif column.kind == "date":
            row[column.name] = _day(draw, column.name)
        elif column.kind == "boolean":
            row[column.name] = draw.random() < 0.7
        elif column.words is not None:
            row[column.name] = draw.choice(list(column.words)).value
        elif column.kind == "text":
            row[column.name] = draw.choice(["G06F", "H01L", "A61K", "C07D"]) if column.name == "ipc" else f"{table}-{firm}-{number}"
        else:
            row[column.name] = _whole(draw, column.name, column.unit, column.low)
    return row


def _day(draw: random.Random, name: str) -> date:
    if name == "period_end":
        return date(draw.randint(2021, 2025), 12, 31)
    if name == "valid_until":
        return MIDDLE + timedelta(days=draw.randint(-400, 1500))
    return MIDDLE - timedelta(days=int(1500 * draw.random() ** 2) - 300)


def _whole(draw: random.Random, name: str, unit: str, low: object) -> int:
    if name == "year":
        return draw.randint(2020, 2025)
    if unit == "basis points":
        return draw.randint(0, 3_000)
    if unit == "yuan":
        floor = -1 if isinstance(low, int) and low < 0 else 0
        return draw.choice([0, draw.randint(floor * 10**7, 10**8), draw.randint(floor * 10**5, 10**6)])
    return draw.randint(0, 40)
