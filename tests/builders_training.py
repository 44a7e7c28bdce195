"""Small loan books for tests of training: known effects, in arrays and in a file with its contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from training.assembly import TrainResult, train_book
from training.book import Book
from training.boosting import Settings
from training.bundle import Feature

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
QUICK = Settings(rounds=60, patience=15, learning_rate=0.2)

FEATURES = (
    Feature(name="size", source="size", direction=1),
    Feature(name="debt", source="debt", direction=-1),
    Feature(name="age", source="age", direction=1),
    Feature(name="kind", source="kind", type="category", categories=("shop", "farm", "mill")),
    Feature(name="noise", source="noise"),
)
CONTRACT = """
[book]
name = "toy"
file = "toy.csv"
id = "number"
firm = "firm"

[label]
column = "state"
default = ["lost"]
good = ["paid"]
meaning = "lost within a year"

[decision]
date = "decided"

[split]
kind = "date"
test_from = 2021-09-01

[columns.size]
known = "application"
type = "money"
direction = 1

[columns.debt]
known = "application"
direction = -1

[columns.kind]
known = "application"
type = "category"

[columns.age]
from = "founded"
known = "application"
type = "date"
derive = "days-before-decision"

[columns.lost_on]
known = "outcome"
type = "date"
use = false
reason = "the loss itself"
"""


def toy_columns(rows: int = 1200, seed: int = 1) -> dict[str, np.ndarray[Any, Any]]:
    """Draw rows whose default odds fall with size and age, rise with debt and depend on the kind; a tenth of debt is missing."""
    dice = np.random.default_rng(seed)
    size, debt, age, noise = dice.normal(size=(4, rows))
    kind = dice.integers(0, 3, rows).astype(np.float64)
    log_odds = -1.5 - 1.2 * size + 0.9 * debt - 0.3 * age + 0.8 * (kind == 2)
    target = (dice.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(np.int64)
    debt[dice.random(rows) < 0.1] = np.nan
    return {"size": size, "debt": debt, "age": age, "kind": kind, "noise": noise, "target": target}


def toy_book(rows: int = 1200, seed: int = 1, **changes: Any) -> Book:
    """A book of `rows` rows, the last quarter of them the test, two rows a firm."""
    drawn = toy_columns(rows, seed)
    book = Book(
        name="jifen-toy",
        segment="toy",
        features=FEATURES,
        matrix=np.column_stack([drawn[feature.name] for feature in FEATURES]),
        target=drawn["target"],
        test=np.arange(rows) >= rows * 3 // 4,
        firm=np.array([f"firm-{row // 2}" for row in range(rows)]),
        groups={"half": np.array(["odd" if row % 2 else "even" for row in range(rows)])},
        counts={"label": "a toy loss"},
        hashes={"data": "sha256:toy"},
        example={"size": [0.5, -1.0], "debt": [0.1, None], "age": [0.0, 1.0], "kind": ["farm", "mill"], "noise": [0.0, 0.0]},
    )
    return replace(book, **changes)


def trained(folder: Path, **changes: Any) -> TrainResult:
    """A toy model, written to `folder`."""
    return train_book(toy_book(**changes), out=folder, now=NOW, settings=QUICK)


def toy_table(rows: int = 1200, seed: int = 1) -> pl.DataFrame:
    """The same draw as the texts of a CSV file; `lost_on` is filled in for losses only, `whim` is declared by nobody."""
    drawn = toy_columns(rows, seed)
    start = np.datetime64("2020-01-01")
    decided = start + np.arange(rows) * 800 // rows
    lost = drawn["target"] == 1
    return pl.DataFrame(
        {
            "number": [str(row) for row in range(rows)],
            "firm": [f"firm-{row // 2}" for row in range(rows)],
            "state": ["" if row % 200 == 7 else "lost" if failed else "paid" for row, failed in enumerate(lost)],
            "decided": [str(day) for day in decided],
            "founded": [str(day - 3000 - int(age * 500)) for day, age in zip(decided, drawn["age"], strict=True)],
            "size": [f"${1000 * size:,.2f}" if size >= 0 else f"(${-1000 * size:,.2f})" for size in drawn["size"]],
            "debt": ["" if np.isnan(debt) else f"{debt:.4f}" for debt in drawn["debt"]],
            "kind": [("shop", "farm", "mill")[int(kind)] for kind in drawn["kind"]],
            "lost_on": [str(day + 90) if failed else "" for day, failed in zip(decided, lost, strict=True)],
            "whim": [f"{noise:.3f}" for noise in drawn["noise"]],
        }
    )


def toy_files(folder: Path, *, contract: str = CONTRACT, table: pl.DataFrame | None = None) -> Path:
    """Write the table and its contract side by side; give the contract's path."""
    (toy_table() if table is None else table).write_csv(folder / "toy.csv")
    path = folder / "toy.toml"
    path.write_text(contract, encoding="utf-8")
    return path
