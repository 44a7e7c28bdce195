"""Folders of evidence files: read whole, or refused whole with everything that is wrong."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from builders_evidence import FIRM, OTHER, evidence_texts, texts, written
from polars.exceptions import PanicException

from features.checks import EvidenceFaults, Fault, checked_tables
from features.errors import EvidenceError
from features.tables import TABLES
from training.evidence_files import read_evidence, write_faults

TODAY = date(2026, 11, 23)
CSV = "save it as 'CSV UTF-8', or run: iconv -f {0} -t UTF-8 firms.csv > firms-utf8.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the eleven tables of two firms as CSV."""
    for name, frame in evidence_texts(firms=[FIRM, OTHER]).items():
        frame.write_csv(tmp_path / f"{name}.csv")
    return tmp_path


def faults(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(EvidenceFaults) as refused:
        read_evidence(folder, today=TODAY)
    return refused.value.faults


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def test_csv_files_become_typed_tables(folder: Path) -> None:
    """What is read equals the checked texts, table by table."""
    read = read_evidence(folder, today=TODAY)
    expected = checked_tables(evidence_texts(firms=[FIRM, OTHER]), TODAY)
    assert list(read) == list(TABLES)
    assert all(read[name].equals(expected[name]) for name in TABLES)


def test_parquet_and_csv_may_stand_side_by_side(folder: Path) -> None:
    """A table written back as Parquet reads the same; only firms must be there."""
    read = read_evidence(folder, today=TODAY)
    for name in TABLES:
        (folder / f"{name}.csv").unlink()
    read["firms"].write_parquet(folder / "firms.parquet")
    read["loans"].write_csv(folder / "loans.csv")
    again = read_evidence(folder, today=TODAY)
    assert list(again) == ["firms", "loans"]
    assert all(again[name].equals(read[name]) for name in again)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_marks_line_ends_and_a_last_empty_line_change_nothing(folder: Path, ending: str) -> None:
    """UTF-8 with or without a byte order mark, Unix or Windows lines, quoted or not, read the same."""
    before = read_evidence(folder)["firms"]
    quoted = ending.join(",".join(f'"{cell}"' for cell in line.split(",")) for line in lines(folder / "firms.csv"))
    (folder / "firms.csv").write_bytes(b"\xef\xbb\xbf" + (quoted + ending * 3).encode())
    assert read_evidence(folder)["firms"].equals(before)


def test_a_text_with_a_comma_or_a_line_break_in_quotation_marks_is_one_value(folder: Path) -> None:
    """A comma inside quotation marks separates nothing; a line break is read and then refused as a control character."""
    texts("firms", [written("firms", name="甲,乙"), written("firms", name="甲\n乙", firm_id=OTHER)]).write_csv(folder / "firms.csv")
    (fault,) = faults(folder)
    assert (fault.row, fault.column, fault.value, fault.rule) == (2, "name", "甲\n乙", "text")


def test_documents_and_folders_beside_the_tables_are_left_alone(folder: Path) -> None:
    """A readme, a manifest, hidden files and subfolders are not evidence."""
    for name in ("README.md", "manifest.json", ".DS_Store"):
        (folder / name).write_text("anything")
    (folder / "truth").mkdir()
    assert set(read_evidence(folder)) == set(TABLES)


def test_an_unknown_file_is_refused_with_a_proposal(folder: Path) -> None:
    """A misspelt or foreign data file is not silently left out."""
    every = f"the tables are {', '.join(TABLES)}, each as .csv or .parquet"
    for name in ("patent.csv", "loans.xlsx", "zzz.csv"):
        (folder / name).write_text("x")
    rename = "if it holds {0}, write it as {0}.csv or {0}.parquet; otherwise move it out of the folder"
    assert faults(folder) == (
        Fault("loans", 0, "", "loans.xlsx", "unknown-file", rename.format("loans")),
        Fault("patent", 0, "", "patent.csv", "unknown-file", rename.format("patents")),
        Fault("zzz", 0, "", "zzz.csv", "unknown-file", f"move it out of the folder; {every}"),
    )


def test_a_table_in_two_files_is_refused(folder: Path) -> None:
    """Nobody can tell which of two files holds."""
    pl.DataFrame({"a": [1]}).write_parquet(folder / "firms.parquet")
    assert faults(folder) == (Fault("firms", 0, "", "firms.parquet", "one-file", "keep either firms.csv or firms.parquet"),)


def test_without_firms_nothing_is_read(folder: Path) -> None:
    """The table of firms is the one that must be there."""
    (folder / "firms.csv").unlink()
    remedy = "add firms.csv or firms.parquet; every other table may be absent"
    assert faults(folder) == (Fault("firms", 0, "", "", "missing-table", remedy),)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A wrong path is an evidence error that names the path."""
    with pytest.raises(EvidenceError, match=r"there is no folder .*nowhere; name the folder that holds firms\.csv"):
        read_evidence(tmp_path / "nowhere")


@pytest.mark.parametrize(("encoding", "said"), [("gb18030", "GB18030"), ("gbk", "GB18030"), ("utf-16", "UTF-16")])
def test_another_encoding_is_named_with_the_way_out(folder: Path, encoding: str, said: str) -> None:
    """A file saved by a Chinese spreadsheet is not read as wrong characters: the refusal names its encoding and the command."""
    (folder / "firms.csv").write_bytes((folder / "firms.csv").read_text("utf-8").encode(encoding))
    assert Fault("firms", 0, "", "firms.csv", "encoding", f"it is {said}; {CSV.format(said)}") in faults(folder)


def test_a_long_gb18030_file_whose_sample_cuts_a_character_is_still_named(folder: Path) -> None:
    """The encoding is told from a sample that may end inside a character."""
    head = lines(folder / "firms.csv")[0]
    (folder / "firms.csv").write_bytes(f"{head}\nx{'汉' * 40_000}".encode("gb18030"))
    assert faults(folder)[0].remedy == f"it is GB18030; {CSV.format('GB18030')}"


def test_bytes_of_no_encoding_are_refused_without_a_guess(folder: Path) -> None:
    """Where no encoding fits, none is proposed."""
    (folder / "firms.csv").write_bytes(b"firm_id\n\xff\xff\xff\xff\xff")
    assert faults(folder)[0] == Fault("firms", 0, "", "firms.csv", "encoding", "it is not UTF-8; save it as 'CSV UTF-8'")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n"])
def test_an_empty_file_is_refused(folder: Path, content: bytes) -> None:
    """A file without a header says nothing."""
    (folder / "loans.csv").write_bytes(content)
    assert faults(folder) == (Fault("loans", 0, "", "loans.csv", "unreadable", "it is empty; write at least the header"),)


def test_a_header_alone_is_a_table_without_rows(folder: Path) -> None:
    """A table may be supplied and hold nothing."""
    (folder / "loans.csv").write_text(lines(folder / "loans.csv")[0])
    assert read_evidence(folder)["loans"].height == 0


def test_rows_of_another_width_are_refused_with_their_number(folder: Path) -> None:
    """A value too many, a row cut off and an empty line are reported, with and without quotation marks in the file."""
    head, first, second = lines(folder / "contracts.csv")
    said = "the row has {0} values where the header has 5 columns; quote a text that has a comma in it"
    for mark in ("", '"'):
        rows = [head, first, f"{second},x", second.rsplit(",", 1)[0], f"{second},{mark}{mark}"]
        (folder / "contracts.csv").write_text("\n".join(rows))
        assert faults(folder) == tuple(
            Fault("contracts", row, "", "", "ragged-row", said.format(count)) for row, count in ((2, 6), (3, 4), (4, 6))
        )
    (folder / "contracts.csv").write_text(f"{head}\n\n{first}")
    assert [(f.row, f.rule) for f in faults(folder)] == [(1, "ragged-row")]


def test_a_file_that_makes_the_reader_panic_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some damage of a Parquet file ends in a panic of its reader, which is no Exception; it is a fault of the file all the same."""
    (folder / "loans.csv").unlink()
    (folder / "loans.parquet").write_bytes(b"PAR1")

    def panic(_: Path) -> pl.DataFrame:
        raise PanicException("range end index 7 out of range")

    monkeypatch.setattr(pl, "read_parquet", panic)
    assert [(fault.table, fault.rule) for fault in faults(folder)] == [("loans", "unreadable")]


def test_a_column_named_twice_is_refused(folder: Path) -> None:
    """Nobody can tell which of two columns holds."""
    head, *rows = lines(folder / "contracts.csv")
    (folder / "contracts.csv").write_text("\n".join([f"{head},amount", *(f"{row},1" for row in rows)]))
    assert faults(folder) == (Fault("contracts", 0, "amount", "amount", "duplicate-column", "the header names it 2 times; keep one"),)


@pytest.mark.parametrize("tail", ['"open', '"' + "x" * 200_000])
def test_an_open_quotation_mark_is_refused(folder: Path, tail: str) -> None:
    """A quotation mark left open swallows the rest of the file; the refusal says where to look."""
    head, first, _ = lines(folder / "contracts.csv")
    (folder / "contracts.csv").write_text(f"{head}\n{first.rsplit(',', 1)[0]},{tail}")
    remedy = "it is not a CSV file; look for a quotation mark that is left open or, inside a text, not doubled"
    assert faults(folder) == (Fault("contracts", 0, "", "contracts.csv", "unreadable", remedy),)


def test_a_file_that_is_no_parquet_is_refused(folder: Path) -> None:
    """A renamed or cut file is named."""
    (folder / "loans.csv").rename(folder / "loans.parquet")
    remedy = "it is not a Parquet file, or it is cut off; write it again"
    assert faults(folder) == (Fault("loans", 0, "", "loans.parquet", "unreadable", remedy),)


def test_faults_of_files_and_of_cells_come_together(folder: Path) -> None:
    """One run tells everything: a foreign file, an unreadable one, and each wrong cell of the others."""
    (folder / "zzz.csv").write_text("x")
    (folder / "loans.csv").write_bytes(b"")
    texts("conduct", [written("conduct", amount="1e4", kind="fine")]).write_csv(folder / "conduct.csv")
    assert [(f.table, f.rule) for f in faults(folder)] == [
        ("zzz", "unknown-file"),
        ("loans", "unreadable"),
        ("conduct", "unknown-word"),
        ("conduct", "whole-number"),
    ]


def test_a_fact_of_tomorrow_is_refused_when_the_day_is_given(folder: Path) -> None:
    """Without a day the same file is read: the reader has no clock of its own."""
    texts("contracts", [written("contracts", registered_on="2026-11-24")]).write_csv(folder / "contracts.csv")
    assert [f.rule for f in faults(folder)] == ["future-date"]
    assert read_evidence(folder)["contracts"].height == 1


def test_a_fault_report_opens_in_a_spreadsheet_without_running_anything(tmp_path: Path) -> None:
    """The report has every fault, a mark for Chinese, and an apostrophe before what would run as a formula."""
    values = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "发明", "1=1", ""]
    write_faults([Fault("patents", 1, "claims", value, "whole-number", "=x") for value in values], tmp_path / "faults.csv")
    raw = (tmp_path / "faults.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "faults.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["value"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "发明", "1=1", ""]
    assert {(row["table"], row["row"], row["remedy"]) for row in rows} == {("patents", "1", "'=x")}
