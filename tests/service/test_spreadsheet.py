"""Files for spreadsheets run nothing when they are opened."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.spreadsheet import DANGEROUS, csv_bytes, harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "－1"])
def test_a_text_that_would_run_gets_an_apostrophe(text: str) -> None:
    """Whatever stands before it."""
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["合肥", "", "a=b", -5, 0.5, None])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    """A negative number is no formula."""
    assert harmless(cell) == cell


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1, max_size=4))
def test_no_cell_of_a_file_starts_a_formula(cells: list[str]) -> None:
    """Heads neither; the file is UTF-8 with a mark."""
    raw = csv_bytes(cells, [cells])
    assert raw.startswith(b"\xef\xbb\xbf")
    for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")):
        assert not [cell for cell in row if cell.lstrip(" ").startswith(DANGEROUS)]
