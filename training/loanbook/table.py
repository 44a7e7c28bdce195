"""Read the table of a loan book as columns of raw text or values."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from training.errors import BookError

__all__ = ["READ", "read_table"]

READ = (".csv", ".csv.gz", ".parquet")


def read_table(path: Path) -> pl.DataFrame:
    """Read CSV with every value as text (types come from the contract), or Parquet with its own types."""
    if not path.exists():
        raise BookError(f"{path} does not exist; correct [book] file, or name the file on the command line")
    if not path.name.endswith(READ):
        raise BookError(f"{path} is none of {', '.join(READ)}; convert it")
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BookError(f"{path} cannot be read as a table: {error}") from error
