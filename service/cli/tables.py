"""Tables written by commands: the ending of the file decides the format."""

from __future__ import annotations

import json
from pathlib import Path

import click
import polars as pl

from service.cli.console import out

__all__ = ["is_simulated", "write_table"]


def write_table(table: pl.DataFrame, path: Path) -> None:
    """Write `table` to `path` as Parquet or CSV and say so; another ending is refused."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        table.write_parquet(path)
    elif path.suffix == ".csv":
        table.write_csv(path)
    else:
        raise click.BadParameter(f"{path.name} ends in {path.suffix!r}; use .parquet or .csv", param_hint="--out")
    out.print(f"{table.height:,} rows, {table.width} columns written to {path}")


def is_simulated(folder: Path) -> bool:
    """Does the manifest beside these evidence files say that they were simulated?"""
    manifest = folder / "manifest.json"
    return manifest.is_file() and bool(json.loads(manifest.read_bytes()).get("simulated"))
