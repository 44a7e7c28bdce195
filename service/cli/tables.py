"""Tables written by commands: the ending of the file decides the format."""

from __future__ import annotations

from pathlib import Path

import click
import polars as pl

from service.cli.console import out

__all__ = ["write_table"]


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
