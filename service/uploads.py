"""Evidence files that were sent, read by the one reader of evidence folders: the same checks and faults as on the command line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import IO, NamedTuple

import polars as pl

from features.checks import EvidenceFaults, Fault
from features.tables import TABLES
from service.workbooks import Place
from training.evidence_files import evidence_files, read_evidence

__all__ = ["Evidence", "SentFile", "read_folder", "read_sent"]

MOST_ROWS = 500_000
"""Of one file that is sent; a request should not take longer than callers wait. More are loaded from the command line."""
MOST_BYTES = 256 * 2**20
"""Of one Parquet file that is sent, unpacked."""


class SentFile(NamedTuple):
    """A file as it was sent: the table it says it is, its own name, and its content; for a sheet of a workbook, where its values stand."""

    table: str
    name: str
    content: IO[bytes]
    place: Place | None = None


class Evidence(NamedTuple):
    """Checked, typed tables, and one hash over the files they came from, whatever their order."""

    tables: Mapping[str, pl.DataFrame]
    checksum: str


def read_folder(folder: Path, today: date) -> Evidence:
    """Read a folder of evidence files; `EvidenceFaults` lists everything wrong with them."""
    tables = read_evidence(folder, today=today)
    return Evidence(tables, _checksum(evidence_files(folder)[0]))


def read_sent(files: Iterable[SentFile], today: date) -> Evidence:
    """Read files that were sent; they pass through a folder of their own that is gone afterwards."""
    with TemporaryDirectory(prefix="jifen-evidence-") as folder:
        faults = [fault for file in files if (fault := _keep(file, Path(folder)))]
        if faults:
            raise EvidenceFaults(faults)
        return read_folder(Path(folder), today)


def _keep(file: SentFile, folder: Path) -> Fault | None:
    """Write a file under its table's name, never under its own."""
    suffix = PurePath(file.name).suffix.lower()
    if file.table not in TABLES:
        return Fault(file.table[:64], 0, "", file.name[:80], "unknown-table", f"name its field after one of {', '.join(TABLES)}")
    if suffix not in {".csv", ".parquet"}:
        return Fault(file.table, 0, "", file.name[:80], "unknown-file", f"send it as {file.table}.csv or {file.table}.parquet")
    path = folder / f"{file.table}{suffix}"
    if path.exists():
        return Fault(file.table, 0, "", file.name[:80], "one-file", "send one file for each table")
    path.write_bytes(file.content.read())
    return _too_large(file.table, path)


def _too_large(table: str, path: Path) -> Fault | None:
    """Refuse what would take the memory of those who work beside it; a damaged file is left to its reader."""
    rows, size = _rows_of_parquet(path) if path.suffix == ".parquet" else (path.read_bytes().count(b"\n"), 0)
    if rows <= MOST_ROWS and size <= MOST_BYTES:
        return None
    remedy = (
        f"it has {rows:,} rows; at most {MOST_ROWS:,} rows and {MOST_BYTES:,} bytes unpacked are taken: split it, or run `jifen ingest`"
    )
    return Fault(table, 0, "", path.name, "too-large", remedy)


def _rows_of_parquet(path: Path) -> tuple[int, int]:
    """Give the rows and the unpacked bytes that a Parquet file says it holds, which may be thousands of times its own size."""
    from pyarrow import ArrowException  # noqa: PLC0415 loaded only by those who send Parquet
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    try:
        with ParquetFile(path) as file:
            said = file.metadata
            return said.num_rows, sum(said.row_group(number).total_byte_size for number in range(said.num_row_groups))
    except (ArrowException, OSError):
        return 0, 0


def _checksum(files: Mapping[str, Path]) -> str:
    parts = [f"{table} {hashlib.sha256(path.read_bytes()).hexdigest()}" for table, path in sorted(files.items())]
    return "sha256:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()
