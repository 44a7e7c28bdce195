"""Sorting the rows of a Parquet file into chunks of firms: one pass over it, a few hundred thousand rows in memory."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

__all__ = ["ROW", "shard_of", "spread"]

ROW = "_row_of_file"
"""Tells the row of the file, counted from 1, so that a fault can name it."""
BATCH = 131_072


def shard_of(folder: Path, number: int) -> Path:
    """Name the file of a chunk's rows."""
    return folder / f"{number:05d}.parquet"


def spread(path: Path, folder: Path, firsts: pl.Series) -> None:
    """Write the rows of `path` below `folder`, one file a chunk that has any; `firsts` are the first firms of the chunks, in order.

    Rows keep their order. A row without a firm comes into the first chunk, where the checks name it.
    """
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 loaded only by runs on files

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    bounds = firsts.to_numpy().astype("U18")
    with ExitStack() as stack:
        writers: dict[int, Any] = {}
        seen = 0
        for batch in stack.enter_context(ParquetFile(path)).iter_batches(BATCH):
            frame = pl.DataFrame(batch).with_row_index(ROW, seen + 1).with_columns(pl.col(ROW).cast(pl.Int64))
            seen += frame.height
            for number, rows in _parted(frame, bounds):
                _write(stack, writers, shard_of(folder, number), number, rows)


def _parted(frame: pl.DataFrame, bounds: np.ndarray[Any, Any]) -> list[tuple[int, pl.DataFrame]]:
    codes = frame["firm_id"].cast(pl.String).fill_null("").to_numpy().astype("U18")
    chunk = np.maximum(np.searchsorted(bounds, codes, side="right") - 1, 0)
    first = int(chunk[0]) if len(chunk) else 0
    if (chunk == first).all():
        return [(first, frame)]
    order = np.argsort(chunk, kind="stable")
    found, starts = np.unique(chunk[order], return_index=True)
    ends = [*starts[1:].tolist(), len(chunk)]
    return [(int(number), frame[order[start:end]]) for number, start, end in zip(found.tolist(), starts.tolist(), ends, strict=True)]


def _write(stack: ExitStack, writers: dict[int, Any], path: Path, number: int, rows: pl.DataFrame) -> None:
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415

    table = rows.to_arrow()
    if number not in writers:
        writers[number] = stack.enter_context(ParquetWriter(path, table.schema, compression="lz4"))
    writers[number].write_table(table.cast(writers[number].schema))
