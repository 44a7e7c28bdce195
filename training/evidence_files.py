"""Evidence files: a folder with one CSV or Parquet file a table, read and checked as a whole, and the report of what is wrong."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
from polars.exceptions import PanicException, PolarsError

from features.checks import EvidenceFaults, Fault, checked_tables, fault_table
from features.checks.header import nearest
from features.errors import EvidenceError
from features.tables import TABLES

__all__ = ["DOCUMENTS", "evidence_files", "read_evidence", "write_faults"]

DOCUMENTS = frozenset({".md", ".txt", ".json", ".toml"})
"""Files of these kinds may lie beside the tables; they are not read."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MARKS = (b"\xff\xfe", b"\xfe\xff")
SAMPLE = 65_536


def read_evidence(folder: Path, *, today: date | None = None) -> Mapping[str, pl.DataFrame]:
    """Read `<table>.csv` or `<table>.parquet` for each table in `folder`; give typed tables, dates as `Date`.

    All files are checked and all faults collected before `EvidenceFaults` is raised; nothing is given in part. `firms` must be
    there; every other table may be absent. A CSV file is UTF-8 with a header, commas between values, one line a row. With
    `today`, facts that lie ahead of it are faults. A folder that is not there is an `EvidenceError`.
    """
    files, faults = evidence_files(folder)
    frames: dict[str, pl.DataFrame] = {}
    for name, path in files.items():
        read = _parquet(name, path) if path.suffix == ".parquet" else _csv(name, path)
        if isinstance(read, pl.DataFrame):
            frames[name] = read
        else:
            faults.extend(read)
    return _checked(frames, faults, today)


def _checked(frames: Mapping[str, pl.DataFrame], faults: Sequence[Fault], today: date | None) -> Mapping[str, pl.DataFrame]:
    try:
        tables = checked_tables(frames, today)
    except EvidenceFaults as found:
        raise EvidenceFaults([*faults, *found.faults]) from None
    if faults:
        raise EvidenceFaults(faults)
    return tables


def evidence_files(folder: Path) -> tuple[dict[str, Path], list[Fault]]:
    """Give the file of each table in `folder`, and a fault for each file that is none, or is one too many."""
    if not folder.is_dir():
        raise EvidenceError(f"there is no folder {folder}; name the folder that holds firms.csv or firms.parquet")
    files: dict[str, Path] = {}
    faults: list[Fault] = []
    for path in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".") and p.suffix not in DOCUMENTS):
        if path.suffix not in (".csv", ".parquet") or path.stem not in TABLES:
            faults.append(Fault(path.stem, 0, "", path.name, "unknown-file", _file_remedy(path)))
        elif path.stem in files:
            remedy = f"keep either {files[path.stem].name} or {path.name}"
            faults.append(Fault(path.stem, 0, "", path.name, "one-file", remedy))
        else:
            files[path.stem] = path
    if "firms" not in files:
        faults.append(Fault("firms", 0, "", "", "missing-table", "add firms.csv or firms.parquet; every other table may be absent"))
    return files, faults


def _file_remedy(path: Path) -> str:
    likely = path.stem if path.stem in TABLES else nearest(path.stem, TABLES)
    if likely:
        return f"if it holds {likely}, write it as {likely}.csv or {likely}.parquet; otherwise move it out of the folder"
    return f"move it out of the folder; the tables are {', '.join(TABLES)}, each as .csv or .parquet"


def _parquet(name: str, path: Path) -> pl.DataFrame | list[Fault]:
    try:
        return pl.read_parquet(path)
    except (PolarsError, PanicException, OSError):  # some damage makes the reader panic, which is no Exception
        return [Fault(name, 0, "", path.name, "unreadable", "it is not a Parquet file, or it is cut off; write it again")]


def _csv(name: str, path: Path) -> pl.DataFrame | list[Fault]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as broken:
        return [Fault(name, 0, "", path.name, "encoding", _encoding_remedy(path, raw, broken.start))]
    if not text.strip():
        return [Fault(name, 0, "", path.name, "unreadable", "it is empty; write at least the header")]
    try:
        return list(_shape_faults(name, text)) or pl.read_csv(text.encode(), infer_schema=False)
    except (PolarsError, csv.Error):
        remedy = "it is not a CSV file; look for a quotation mark that is left open or, inside a text, not doubled"
        return [Fault(name, 0, "", path.name, "unreadable", remedy)]


def _encoding_remedy(path: Path, raw: bytes, bad: int) -> str:
    said = "UTF-16" if raw.startswith(MARKS) else _if_gb18030(raw[raw.rfind(b"\n", 0, bad) + 1 :][:SAMPLE])
    if not said:
        return "it is not UTF-8; save it as 'CSV UTF-8'"
    return f"it is {said}; save it as 'CSV UTF-8', or run: iconv -f {said} -t UTF-8 {path.name} > {path.stem}-utf8.csv"


def _if_gb18030(sample: bytes) -> str:
    """Give the name of the encoding where the sample reads as it, if need be without a character cut in two at the end."""
    for cut in range(4):
        try:
            sample[: len(sample) - cut].decode("gb18030")
        except UnicodeDecodeError:
            continue
        return "GB18030"
    return ""


def _shape_faults(name: str, text: str) -> Iterator[Fault]:
    """Find a column named twice, and rows with more or fewer values than the header.

    A file without quotation marks is counted without parsing it.
    """
    header = next(csv.reader(io.StringIO(text, newline="")))
    for column, times in Counter(header).items():
        if times > 1:
            yield Fault(name, 0, column, column, "duplicate-column", f"the header names it {times} times; keep one")
    widths = _quoted_widths(text) if '"' in text else _plain_widths(text)
    for row in (widths != len(header)).arg_true().to_list():
        remedy = f"the row has {widths[row]} values where the header has {len(header)} columns; quote a text that has a comma in it"
        yield Fault(name, row, "", "", "ragged-row", remedy)


def _plain_widths(text: str) -> pl.Series:
    return pl.Series(text.replace("\r\n", "\n").split("\n"), dtype=pl.String).str.count_matches(",", literal=True) + 1


def _quoted_widths(text: str) -> pl.Series:
    return pl.Series([len(row) for row in csv.reader(io.StringIO(text, newline=""))], dtype=pl.UInt32)


def write_faults(faults: Sequence[Fault], path: Path) -> None:
    """Write a fault report as CSV, UTF-8 with a mark so that spreadsheets show Chinese.

    A value that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    texts = [name for name in Fault._fields if name != "row"]
    harmless = fault_table(faults).with_columns(_disarmed(name) for name in texts)
    harmless.write_csv(path, include_bom=True)


def _disarmed(name: str) -> pl.Expr:
    starts = pl.any_horizontal([pl.col(name).str.starts_with(mark) for mark in FORMULA])
    return pl.when(starts).then(pl.concat_str(pl.lit("'"), pl.col(name))).otherwise(pl.col(name)).alias(name)
