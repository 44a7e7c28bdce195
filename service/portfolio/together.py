"""All rows of a firm in one place of a cluster: eleven tables as one frame with a struct for each, and back into tables there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import reduce
from typing import Any

import polars as pl
import pyarrow as pa

from features.checks import EvidenceFaults, Fault, checked_tables
from features.tables import TABLES

__all__ = ["tables_in", "together"]

FIRM, TABLE, FILE, ROW = "_firm", "_table", "_file", "_row"
"""Beside the structs: whose row it is, the place of its table in `TABLES`, and where in which file it stood, from 1."""


def together(tables: Mapping[str, Any], partitions: int) -> Any:
    """Bring the rows of Spark frames read from files together: each firm in one of `partitions`, in the order of table, file and row."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415 as its own documentation calls it

    def packed(name: str, frame: Any) -> Any:
        return frame.select(
            F.col("firm_id").cast("string").alias(FIRM),
            F.lit(list(TABLES).index(name)).alias(TABLE),
            F.col("_metadata.file_name").alias(FILE),
            (F.col("_metadata.row_index") + 1).alias(ROW),
            *(
                F.struct(*[F.col(f"`{column}`") for column in frame.columns]).alias(name)
                if name == other
                else F.lit(None).cast(schema).alias(other)
                for other, schema in schemas.items()
            ),
        )

    schemas = {name: frame.schema for name, frame in tables.items()}
    every = [packed(name, frame) for name, frame in tables.items()]
    whole = reduce(lambda one, other: one.union(other), every)
    return whole.repartition(partitions, FIRM).sortWithinPartitions(TABLE, FILE, ROW)


def tables_in(batches: Iterable[pa.RecordBatch], today: date) -> Mapping[str, pl.DataFrame] | None:
    """Take a partition of `together` apart into checked tables, None where it has no rows; a fault names file and row as they were read."""
    pieces: dict[str, list[pl.DataFrame]] = {}
    for batch in batches:
        frame = pl.DataFrame(pl.from_arrow(batch))
        for place, name in enumerate(TABLES):
            if name in frame.columns:
                rows = frame.select(TABLE, FILE, ROW, name).filter(pl.col(TABLE) == place).drop(TABLE).unnest(name)
                pieces.setdefault(name, []).append(rows)
    if not pieces:
        return None
    frames = {name: pl.concat(found) for name, found in pieces.items()}
    try:
        return checked_tables({name: frame.drop(FILE, ROW) for name, frame in frames.items()}, today)
    except EvidenceFaults as found:
        raise EvidenceFaults([_placed(one, frames) for one in found.faults]) from None


def _placed(fault: Fault, frames: Mapping[str, pl.DataFrame]) -> Fault:
    """Name the row of the file; and the file, where it is not simply the table's."""
    if not fault.row:
        return fault
    file, row = frames[fault.table].row(fault.row - 1, named=False)[:2]
    remedy = fault.remedy if file == f"{fault.table}.parquet" else f"{fault.remedy} (row of the file {file})"
    return fault._replace(row=int(row), remedy=remedy)
