"""Workbooks (XLSX) that were sent, read as the CSV files they stand for: a sheet for each table, its first row the header.

Nothing in them is believed: not their sizes (a packed file may unfold without end), not their XML (no entities), not their
formulas (what a spreadsheet last worked out is not what it would work out now), not numbers longer than a spreadsheet keeps.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import IO, Any, NamedTuple

from features.checks import EvidenceFaults, Fault

__all__ = ["GUIDE", "Head", "Place", "SheetPlan", "read_workbook", "write_workbook"]

GUIDE = "说明"
"""The sheet of a template that explains the others; it is not read."""
MOST_BYTES, MOST_UNPACKED, MOST_MEMBERS = 16 * 2**20, 64 * 2**20, 200
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 20_000, 100, 30
MOST_DIGITS = 10**15
"""A spreadsheet keeps fifteen digits of a number; a longer one was cut before it came here."""
DECLARATIONS = tuple(word.encode(coding) for word in ("<!DOCTYPE", "<!ENTITY") for coding in ("ascii", "utf-16-le", "utf-16-be"))
MADE = datetime(2026, 1, 1)  # noqa: DTZ001 the file format has no zones
REQUIRED = "FFF2CC"
"""The colour of a head whose column must be filled."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows and columns of a table stand on its sheet: the numbers of its rows in order, the letters of its columns by name."""

    rows: tuple[int, ...]
    columns: Mapping[str, str]


class ReadSheet(NamedTuple):
    """A sheet as CSV, under the name of its table, and where its values stand."""

    table: str
    content: bytes
    place: Place


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a template: its name, what it holds, the words it takes, how its cells are formatted, and whether it must be filled."""

    name: str
    note: str
    words: tuple[str, ...] = ()
    format: str = "General"
    required: bool = False


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """A sheet of a template."""

    name: str
    heads: tuple[Head, ...]


def read_workbook(name: str, content: IO[bytes]) -> list[ReadSheet]:
    """Read the sheets that hold anything; `EvidenceFaults` lists what is wrong with the file, or with single cells by row and column."""
    raw = content.read(MOST_BYTES + 1)
    _check(name, raw)
    from openpyxl import load_workbook  # noqa: PLC0415 its library takes a twentieth of a start, and few requests need it

    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # the library raises whatever its parsers do
        raise _refused(name, "it is not an XLSX workbook, or it is damaged; save it anew as .xlsx") from error
    try:
        if len(book.sheetnames) > MOST_SHEETS:
            raise _refused(name, f"it has more than {MOST_SHEETS} sheets; keep those of the template")
        return _sheets(name, book)
    finally:
        book.close()


def _check(name: str, raw: bytes) -> None:
    """Look into the package before anything parses it."""
    if len(raw) > MOST_BYTES:
        raise _refused(name, f"it is larger than {MOST_BYTES // 2**20} MB; send fewer rows")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as pack:
            members = pack.infolist()
            if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > MOST_UNPACKED:
                raise _refused(name, f"it unfolds to more than {MOST_UNPACKED // 2**20} MB; keep the sheets of the template only")
            for one in members:
                text = pack.read(one)  # at most what its header says, which was added up above
                if any(word in text for word in DECLARATIONS):
                    raise _refused(name, "its XML declares entities; save it anew as .xlsx")
    except (zipfile.BadZipFile, RuntimeError, EOFError) as error:
        raise _refused(name, "it is not an XLSX workbook, or it is damaged; save it anew as .xlsx") from error


def _refused(name: str, remedy: str) -> EvidenceFaults:
    return EvidenceFaults([Fault("", 0, "", name[:80], "unreadable", remedy)])


def _sheets(name: str, book: Any) -> list[ReadSheet]:
    found: list[ReadSheet] = []
    faults: list[Fault] = []
    try:
        for sheet in book.worksheets:
            if sheet.title != GUIDE:
                sheet.reset_dimensions()  # what the file says of its size is not believed
                read = _sheet(sheet.title.strip().lower()[:64], sheet, faults)
                found += [read] if read else []
    except EvidenceFaults:
        raise
    except Exception as error:  # as above: the sheets are parsed only now
        raise _refused(name, "it is not an XLSX workbook, or it is damaged; save it anew as .xlsx") from error
    if faults:
        raise EvidenceFaults(faults)
    return found


def _sheet(table: str, sheet: Any, faults: list[Fault]) -> ReadSheet | None:
    """Read a sheet; None where nothing stands below its header."""
    rows = _filled(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1))
    header = next(rows, None)
    if header is None:
        return None
    names = [str(cell.value).strip() if cell.value is not None else "" for cell in header[1]]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise _wide(table, f"it has more than {MOST_COLUMNS} columns; keep those of the template")
    lines, places = [], []
    for number, cells in islice(rows, MOST_ROWS + 1):
        texts = [_text(table, number, names[at] if at < len(names) else "", cell, faults) for at, cell in enumerate(cells)]
        lines.append(_fitted(texts, len(names)))
        places.append(number)
    if len(lines) > MOST_ROWS:
        raise _wide(table, f"it has more than {MOST_ROWS:,} rows; have it loaded in bulk")
    if not lines:
        return None
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 loaded by now

    letters = {text: get_column_letter(at + 1) for at, text in enumerate(names)}
    return ReadSheet(table, _csv([names, *lines]), Place(tuple(places), letters))


def _wide(table: str, remedy: str) -> EvidenceFaults:
    return EvidenceFaults([Fault(table, 0, "", "", "unreadable", remedy)])


def _filled(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Sequence[Any]]]:
    """Number the rows as the sheet does, and leave out those in which nothing stands."""
    for number, cells in enumerate(rows, start=1):
        if any(cell.value is not None and str(cell.value).strip() for cell in cells):
            yield number, cells


def _fitted(texts: list[str], width: int) -> list[str]:
    """Bring a row to the width of the header; a value beyond it stays and is told as any row that is too long."""
    while len(texts) > width and not texts[-1]:
        texts.pop()
    return texts + [""] * (width - len(texts))


def _text(table: str, row: int, column: str, cell: Any, faults: list[Fault]) -> str:
    """Write a cell as CSV has it; what cannot be trusted is a fault at its row of the sheet."""
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if kind in {"f", "e"}:
        rule, remedy = ("formula", "copy it and paste the value") if kind == "f" else ("cell-error", "correct it, or leave it empty")
        faults.append(Fault(table, row, column, str(value)[:80], rule, remedy))
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= MOST_DIGITS:
        faults.append(Fault(table, row, column, str(value)[:80], "long-number", "format the column as text and write it again"))
        return ""
    return _written(value)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return sink.getvalue().encode()


def write_workbook(guide: Sequence[str], sheets: Iterable[SheetPlan]) -> bytes:
    """Write a template: a sheet that explains, and one for each table with notes on its heads and lists where only some words are taken."""
    from openpyxl import Workbook  # noqa: PLC0415 see above
    from openpyxl.styles import Alignment  # noqa: PLC0415

    book = Workbook()
    book.properties.created = book.properties.modified = MADE
    first = book.active
    first.title = GUIDE
    first.column_dimensions["A"].width = 110
    for line in guide:
        first.append([line])
    for cell in first["A"]:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for plan in sheets:
        _planned(book.create_sheet(plan.name), plan)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _planned(sheet: Any, plan: SheetPlan) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415 loaded by now
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    sheet.freeze_panes = "A2"
    for at, head in enumerate(plan.heads, start=1):
        cell = sheet.cell(row=1, column=at, value=head.name)
        cell.font = Font(bold=True)
        if head.required:
            cell.fill = PatternFill("solid", fgColor=REQUIRED)
        cell.comment = Comment(head.note, "jifen", width=280, height=120)
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = max(12, len(head.name) + 3)
        for row in range(2, 202):
            sheet.cell(row=row, column=at).number_format = head.format
        listed = ",".join(head.words)
        if head.words and len(listed) <= 250:  # the most a list in a cell may hold
            check = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
            sheet.add_data_validation(check)
            check.add(f"{letter}2:{letter}{MOST_ROWS}")
