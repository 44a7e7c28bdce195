"""Sorting the rows of a Parquet file into chunks of firms: one pass over it, a few hundred thousand rows in memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import polars as pl

__all__ = ["CHUNK", "ROW", "shard_of", "spread"]

ROW = "_row_of_file"
"""Tells the row of the file, counted from 1, so that a fault can name it."""
CHUNK = "_chunk"
BATCH = 524_288


def shard_of(folder: Path, number: int) -> Path:
    """Name the file of a chunk's rows."""
    return folder / f"{number:05d}.arrow"


def spread(path: Path, folder: Path, chunks: pl.DataFrame) -> None:
    """Write the rows of `path` below `folder`, one file a chunk that has any; `chunks` tells the chunk of each `firm_id`, in their order.

    Rows keep their order. A row of no known firm comes into the first chunk, where the checks name it.
    """
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 loaded only by runs on files

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        writers: dict[int, Any] = {}
        seen = 0
        for batch in _gathered(stack.enter_context(ParquetFile(path)).iter_batches(BATCH)):
            frame = batch.with_row_index(ROW, seen + 1).with_columns(pl.col(ROW).cast(pl.Int64))
            seen += frame.height
            few = _named(frame["firm_id"].cast(pl.String), chunks)
            numbered = frame.join(few, left_on=pl.col("firm_id").cast(pl.String), right_on="firm_id", how="left", maintain_order="left")
            known = numbered.select([*frame.columns, CHUNK]).with_columns(pl.col(CHUNK).fill_null(0))
            for (number,), rows in known.partition_by(CHUNK, as_dict=True, include_key=False).items():
                _write(stack, writers, folder, int(number), rows)


def _gathered(batches: Iterable[Any]) -> Iterator[pl.DataFrame]:
    """Put batches together until they are large: each is split into as many pieces as there are chunks, and small pieces cost most.

    Words that were written as a dictionary become plain texts: every batch brings a dictionary of its own, and a file of ours holds one.
    """
    held: list[pl.DataFrame] = []
    for batch in batches:
        held.append(pl.DataFrame(batch).with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String)))
        if sum(frame.height for frame in held) >= BATCH:
            yield pl.concat(held)
            held = []
    if held:
        yield pl.concat(held)


def _named(told: pl.Series, chunks: pl.DataFrame) -> pl.DataFrame:
    """Pick the firms that are told from all of them; a join with all would go through a nation for every batch."""
    if chunks.is_empty():
        return chunks
    places = chunks["firm_id"].search_sorted(told.drop_nulls().unique())
    return chunks[places.clip(upper_bound=chunks.height - 1).unique()]


def _write(stack: ExitStack, writers: dict[int, Any], folder: Path, number: int, rows: pl.DataFrame) -> None:
    from pyarrow import ipc  # noqa: PLC0415

    table = rows.to_arrow()
    if number not in writers:
        options = ipc.IpcWriteOptions(compression="lz4")
        writers[number] = stack.enter_context(ipc.new_file(shard_of(folder, number).as_posix(), table.schema, options=options))
    writers[number].write_table(table)
