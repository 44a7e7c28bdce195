"""Workbooks are read as the CSV files they stand for, and nothing in them is believed."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from features.checks import EvidenceFaults, Fault
from service import workbooks
from service.workbooks import GUIDE, Head, SheetPlan, read_workbook, write_workbook


def book_of(**sheets: list[list[Any]]) -> io.BytesIO:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    sink = io.BytesIO()
    book.save(sink)
    sink.seek(0)
    return sink


def faults_of(content: io.BytesIO) -> list[Fault]:
    with pytest.raises(EvidenceFaults) as caught:
        read_workbook("book.xlsx", content)
    return list(caught.value.faults)


def test_a_sheet_is_read_as_csv_with_the_places_of_its_values() -> None:
    """Blank rows fall out, and rows and columns keep the numbers and letters a reader sees."""
    (read,) = read_workbook("b.xlsx", book_of(firms=[["code", "size"], [], ["91", 3], [" ", None], ["92", 4]]))
    assert (read.table, read.content.decode()) == ("firms", '"code","size"\n"91","3"\n"92","4"\n')
    assert read.place.rows == (3, 5)
    assert read.place.columns == {"code": "A", "size": "B"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 1, 2), "2026-01-02"),
        (datetime.fromisoformat("2026-01-02"), "2026-01-02"),
        (datetime.fromisoformat("2026-01-02T03:04"), "2026-01-02 03:04:00"),
        (True, "true"),
        (False, "false"),
        (2.0, "2"),
        (0.25, "0.25"),
        (-7, "-7"),
        ("合肥", "合肥"),
        ('a "b", c', 'a ""b"", c'),
    ],
)
def test_values_are_written_as_the_reader_of_csv_takes_them(value: object, text: str) -> None:
    """Days in ISO, whole numbers without a point."""
    (read,) = read_workbook("b.xlsx", book_of(t=[["x"], [value]]))
    assert read.content.decode() == f'"x"\n"{text}"\n'


def test_empty_sheets_and_the_guide_are_left_out() -> None:
    """A template is sent back with what was filled in; a table that nobody touched is none."""
    assert read_workbook("b.xlsx", book_of(**{GUIDE: [["read me"], ["x"]], "loans": [["firm_id"]], "empty": []})) == []


@pytest.mark.parametrize(
    ("value", "rule"),
    [("=1+1", "formula"), ("#N/A", "cell-error"), (913_401_000_123_456_789, "long-number")],
)
def test_what_cannot_be_trusted_is_told_at_its_cell(value: object, rule: str) -> None:
    """By the row of the sheet and the name of the column."""
    (fault,) = faults_of(book_of(firms=[["code", "size"], [], ["91", value]]))
    assert (fault.table, fault.row, fault.column, fault.rule) == ("firms", 3, "size", rule)


def test_a_row_that_is_longer_than_the_header_stays_so() -> None:
    """It is told later as any ragged row; blanks beyond the header are none."""
    (read,) = read_workbook("b.xlsx", book_of(t=[["x", None], ["1", None, "2"], ["3", " ", None]]))
    assert read.content.decode().splitlines()[1] == '"1","","2"'


def packed(**members: bytes) -> io.BytesIO:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in members.items():
            pack.writestr(name, content)
    sink.seek(0)
    return sink


@pytest.mark.parametrize(
    "content",
    [
        io.BytesIO(b"no workbook"),
        packed(nothing=b"x"),
        packed(bomb=b"\0" * (workbooks.MOST_UNPACKED + 1)),
        packed(**{f"m{number}": b"" for number in range(workbooks.MOST_MEMBERS + 1)}),
        packed(**{"[Content_Types].xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}),
        packed(**{"[Content_Types].xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16-le")}),
        io.BytesIO(b"0" * (workbooks.MOST_BYTES + 1)),
    ],
    ids=["text", "no sheets", "bomb", "members", "entities", "entities in UTF-16", "size"],
)
def test_files_that_are_no_workbooks_or_unfold_without_end_are_refused(content: io.BytesIO) -> None:
    """Before anything parses them."""
    (fault,) = faults_of(content)
    assert (fault.rule, fault.value) == ("unreadable", "book.xlsx")


def test_a_damaged_sheet_is_refused() -> None:
    """The library parses sheets as they are read; whatever it raises is a fault of the file."""
    whole, sink = zipfile.ZipFile(book_of(firms=[["code"], ["91"]])), io.BytesIO()
    with zipfile.ZipFile(sink, "w") as pack:
        for one in whole.infolist():
            text = whole.read(one)
            pack.writestr(one, text[: len(text) // 2] if "sheet1" in one.filename else text)
    sink.seek(0)
    assert faults_of(sink)[0].rule == "unreadable"


def test_sheets_rows_and_columns_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file says of its own size is not asked."""
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    monkeypatch.setattr(workbooks, "MOST_COLUMNS", 2)
    monkeypatch.setattr(workbooks, "MOST_SHEETS", 2)
    assert "3 rows" in faults_of(book_of(t=[["x"], *([number] for number in range(5))]))[0].remedy
    assert "2 columns" in faults_of(book_of(t=[["a", "b", "c"], [1, 2, 3]]))[0].remedy
    assert "2 sheets" in faults_of(book_of(a=[], b=[], c=[]))[0].remedy
    (read,) = read_workbook("b.xlsx", book_of(t=[["x"], *([number] for number in range(3))]))
    assert len(read.place.rows) == 3


def test_a_template_explains_its_columns_and_is_read_back_as_nothing() -> None:
    """Notes on the heads, lists for words, colours for what must be filled; empty, it holds no table."""
    heads = (Head("kind", "种类\nkind", ("a", "b"), "@", required=True), Head("many", "x", tuple(f"word-{n:03}" for n in range(60))))
    raw = write_workbook(["读我"], [SheetPlan("things", heads)])
    book = load_workbook(io.BytesIO(raw))
    assert book.sheetnames == [GUIDE, "things"]
    sheet = book["things"]
    assert sheet["A1"].comment.text == "种类\nkind"
    assert sheet["A1"].fill.fgColor.rgb.endswith("FFF2CC")
    assert [check.formula1 for check in sheet.data_validations.dataValidation] == ['"a,b"']
    assert read_workbook("t.xlsx", io.BytesIO(raw)) == []
