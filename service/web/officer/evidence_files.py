"""Evidence as files: the empty template that is given out, and what was sent, packed in a ZIP or not."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from werkzeug.datastructures import FileStorage

from features.checks import EvidenceFaults, Fault
from features.tables import TABLES, Column
from service.uploads import SentFile
from service.workbooks import Head, Place, SheetPlan, read_workbook, write_workbook

__all__ = ["evidence_template", "evidence_workbook", "places_of", "sent_files"]

MOST_BYTES = 32 * 2**20
"""Of one file of a ZIP once it is unpacked."""
MOST_FILES = 100
"""Of a ZIP."""
FORMATS = {"integer": "0", "date": "yyyy-mm-dd", "boolean": "General"}
GUIDE_LINES = (
    "每张工作表是一张数据表，第一行是列名，请勿改动；列名上的批注说明含义、单位与取值，黄色为必填。不填的表留空。请写数值，不要写公式。",
    "A sheet is a table; its first row names the columns and stays. Notes on names tell meaning, unit and words; yellow must be filled.",
    "Leave sheets empty that you have nothing for. Write values, not formulas.",
)
MOST_UNPACKED = 2 * MOST_BYTES
"""Of all files of a ZIP."""
SUFFIXES = frozenset({".csv", ".parquet"})
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""The two that every program writes, and whose reader never gives more than the stated size."""
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""What the reader raises: damage, an end too early, other versions and encryption (both a RuntimeError), names that are no text."""
STARTED = (2026, 1, 1, 0, 0, 0)


def evidence_template() -> bytes:
    """Pack a CSV file with the header of each table, and a page that says what every column holds."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, table in TABLES.items():
            header = ",".join(column.name for column in table.columns)
            pack.writestr(zipfile.ZipInfo(f"{name}.csv", STARTED), f"\ufeff{header}\r\n")
        pack.writestr(zipfile.ZipInfo("README.txt", STARTED), "\ufeff" + "\r\n".join(_explained()) + "\r\n")
    return content.getvalue()


def evidence_workbook() -> bytes:
    """Write the same as one workbook: a sheet for each table, notes on its heads, lists where only some words are taken."""
    plans = [SheetPlan(name, tuple(_head(column) for column in table.columns)) for name, table in TABLES.items()]
    return write_workbook([*GUIDE_LINES, *(line.strip() for line in _explained() if line.strip())], plans)


def _head(column: Column) -> Head:
    note = f"{column.zh}\n{column.en}{_takes(column)}\n{'必填 required' if column.required else '可空 may be empty'}"
    return Head(column.name, note, tuple(column.words or ()), FORMATS.get(column.kind, "@"), column.required)


def _explained() -> Iterator[str]:
    yield "填写要填的表，删去不填的表（企业信息表 firms 必填）；UTF-8 编码；日期 YYYY-MM-DD；金额为整数元；比例为基点（10000 为 100%）。"
    yield "Fill in the tables you have and delete the others (firms is required); UTF-8; days YYYY-MM-DD; money in whole yuan; shares in "
    yield "basis points (10000 is 100 %)."
    for name, table in TABLES.items():
        yield f"\r\n{name}.csv  {table.zh}  {table.document_en}"
        yield from (f"  {_column(column)}" for column in table.columns)


def _column(column: Column) -> str:
    return f"{column.name}{' *' if column.required else ''}  {column.zh} / {column.en}{_takes(column)}"


def _takes(column: Column) -> str:
    words = f" : {', '.join(column.words)}" if column.words else ""
    return f" ({column.unit})" + words if column.unit else words


def sent_files(files: Iterable[FileStorage]) -> list[SentFile]:
    """Give the files that were sent, each under the table its name says; a ZIP and a workbook are opened."""
    found: list[SentFile] = []
    for file in files:
        name = file.filename or ""
        suffix = PurePath(name).suffix.lower()
        if suffix == ".zip":
            found += _unpacked(name, file)
        elif suffix == ".xlsx":
            sheets = read_workbook(name, file.stream)
            found += [SentFile(one.table, f"{one.table}.csv", io.BytesIO(one.content), one.place) for one in sheets]
        elif name:
            found.append(SentFile(PurePath(name).stem.lower(), name, file.stream))
    return found


def places_of(files: Iterable[SentFile]) -> dict[str, Place]:
    """Say where the values of each table stand that came in a workbook."""
    return {file.table: file.place for file in files if file.place is not None}


def _unpacked(name: str, file: FileStorage) -> Iterator[SentFile]:
    try:
        with zipfile.ZipFile(file.stream) as pack:
            members = [one for one in pack.infolist() if not one.is_dir() and PurePath(one.filename).suffix.lower() in SUFFIXES]
            _refuse_bombs(name, members)
            for one in members:
                path = PurePath(one.filename)
                yield SentFile(path.stem.lower(), path.name, io.BytesIO(pack.read(one)))
    except UNREADABLE as error:
        remedy = "send a ZIP file that is neither encrypted nor damaged, or the files as they are"
        raise EvidenceFaults([Fault(PurePath(name).stem[:64], 0, "", name[:80], "unreadable", remedy)]) from error


def _refuse_bombs(name: str, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse, before anything is unpacked, what would fill the memory; a size that lies is held to by the reader."""
    if len(members) > MOST_FILES:
        remedy = f"it holds more than {MOST_FILES} files; send those of one firm"
        raise EvidenceFaults([Fault(PurePath(name).stem[:64], 0, "", name[:80], "too-large", remedy)])
    for one in members:
        path = PurePath(one.filename)
        if one.compress_type not in METHODS:
            raise EvidenceFaults([Fault(path.stem[:64], 0, "", path.name[:80], "unreadable", "pack it as an ordinary ZIP file (deflate)")])
        if one.file_size > MOST_BYTES:
            raise EvidenceFaults([Fault(path.stem[:64], 0, "", path.name[:80], "too-large", "send a smaller file")])
    if sum(one.file_size for one in members) > MOST_UNPACKED:
        remedy = f"its files hold more than {MOST_UNPACKED:,} bytes unpacked; send fewer of them"
        raise EvidenceFaults([Fault(PurePath(name).stem[:64], 0, "", name[:80], "too-large", remedy)])
