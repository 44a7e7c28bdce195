"""The page on evidence says what the code does."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from builders_evidence import texts, written
from pydantic import ValidationError

from features.checks import Fault, check_table
from features.evidence import MOST_ROWS, FirmEvidence, dossier_frames, dossier_of
from features.tables import REGISTERS, TABLES
from service import uploads, workbooks
from service.web.officer import evidence_files

PAGE = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text("utf-8")
EXAMPLE = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])


def test_the_example_request_is_accepted() -> None:
    """A reader can send the request of the page as it stands."""
    evidence = FirmEvidence.model_validate_json(json.dumps(EXAMPLE), context={"today": date(2026, 11, 23)})
    assert set(evidence.supplied()) == {"financials", "patents", "conduct"}


def test_none_and_unknown_are_as_the_page_says() -> None:
    """An empty list is a searched register, an absent one is unknown, and the two have different frames."""
    frames = dossier_frames(dossier_of(FirmEvidence.model_validate(EXAMPLE)))
    assert frames["firms"]["searched"].to_list() == ["conduct"]
    assert "loans" not in frames
    for table in sorted(set(TABLES) - {"firms"} - set(REGISTERS)):
        with pytest.raises(ValidationError, match="says nothing"):
            FirmEvidence.model_validate({**EXAMPLE, table: []})


def test_the_row_of_the_report_is_a_real_one() -> None:
    """The fault shown on the page is what the check gives for that cell."""
    cells = [cell.strip() for cell in next(line for line in PAGE.splitlines() if "iso-date" in line).strip("|").split("|")]
    fault = Fault(cells[0], int(cells[1]), *cells[2:])
    rows = [written("patents", patent_id=str(number), filed_on="2024/1/3" if number == 3 else "2020-01-01") for number in (1, 2, 3)]
    assert check_table("patents", texts("patents", rows)) == [fault]


def test_numbers_and_registers_of_the_page_are_those_of_the_code() -> None:
    """The limit of rows and the list of registers are the ones in force."""
    assert f"at most {MOST_ROWS:,} rows" in PAGE
    assert f"event registers ({', '.join(REGISTERS)})" in PAGE


def test_the_limits_of_uploads_are_those_of_the_page() -> None:
    """Rows, bytes, files, sheets and columns."""
    mebi = 2**20
    told = (
        f"{uploads.MOST_ROWS:,} rows and, of Parquet, {uploads.MOST_BYTES // mebi} MiB a file",
        f"a workbook {workbooks.MOST_BYTES // mebi} MiB",
        f"ZIP: {evidence_files.MOST_FILES} files, {evidence_files.MOST_BYTES // mebi} MiB each",
        f"{evidence_files.MOST_UNPACKED // mebi} MiB in all",
        f"workbook: {workbooks.MOST_UNPACKED // mebi} MiB, {workbooks.MOST_MEMBERS} parts, {workbooks.MOST_SHEETS} sheets",
        f"{workbooks.MOST_ROWS:,} rows and {workbooks.MOST_COLUMNS} columns a sheet",
    )
    assert [words for words in told if words not in PAGE] == []
