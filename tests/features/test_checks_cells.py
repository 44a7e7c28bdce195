"""Each kind of wrong cell or header is named with its row, column, value, rule and remedy."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from builders_evidence import FIRM, texts, written

from features.checks import RULES, Fault, check_table
from features.errors import EvidenceError

TODAY = date(2026, 11, 23)
KINDS = "write one of invention, utility, design, pct, software"
DAY = "write the day as YYYY-MM-DD"
NUMBER = "write a whole number in plain digits"

WRONG = [
    ("patents", "patent_id", "", "empty", "fill in patent_id (Application number); it is required"),
    ("patents", "filed_on", " ", "empty", "fill in filed_on (Filed on); it is required"),
    ("patents", "claims", "1,000", "whole-number", f"{NUMBER}, here 1000"),
    ("patents", "claims", "1e3", "whole-number", f"{NUMBER}, here 1000"),
    ("patents", "claims", " 12 ", "whole-number", f"{NUMBER}, here 12"),
    ("patents", "claims", "１２", "whole-number", f"{NUMBER}, here 12"),
    ("patents", "claims", "+12", "whole-number", f"{NUMBER}, here 12"),
    ("patents", "claims", "3.0", "whole-number", f"{NUMBER}, here 3"),
    ("patents", "claims", "3.5", "whole-number", NUMBER),
    ("patents", "claims", "twelve", "whole-number", NUMBER),
    ("patents", "filed_on", "2021/3/1", "iso-date", f"{DAY}, here 2021-03-01"),
    ("patents", "filed_on", "20210301", "iso-date", f"{DAY}, here 2021-03-01"),
    ("patents", "filed_on", "2021年3月1日", "iso-date", f"{DAY}, here 2021-03-01"),
    ("patents", "filed_on", "２０２１-03-01", "iso-date", f"{DAY}, here 2021-03-01"),
    ("patents", "filed_on", "2021-03-01T00:00:00", "iso-date", f"{DAY}, here 2021-03-01"),
    ("patents", "filed_on", "03/01/2021", "iso-date", DAY),
    ("patents", "filed_on", "2021/13/1", "iso-date", DAY),
    ("patents", "filed_on", "2021-02-30", "iso-date", f"the calendar has no such day; {DAY}"),
    ("patents", "filed_on", "1949-09-30", "below-range", "correct it; filed_on runs from 1949-10-01 to 2199-12-31"),
    ("patents", "lapsed_on", "2200-01-01", "above-range", "correct it; lapsed_on runs from 1949-10-01 to 2199-12-31"),
    ("patents", "claims", "10001", "above-range", "correct it; claims runs from 0 to 10,000 count"),
    ("patents", "claims", "9" * 30, "above-range", "correct it; claims runs from 0 to 10,000 count"),
    ("patents", "claims", "-1", "below-range", "correct it; claims runs from 0 to 10,000 count"),
    ("patents", "claims", "-" + "9" * 30, "below-range", "correct it; claims runs from 0 to 10,000 count"),
    ("financials", "revenue", "-5", "below-range", "correct it; revenue runs from 0 to 10,000,000,000,000 yuan"),
    ("patents", "kind", "invetion", "unknown-word", f"{KINDS}, here probably invention"),
    ("patents", "kind", "实用新型", "unknown-word", f"{KINDS}, here probably utility"),
    ("patents", "kind", " pct", "unknown-word", f"{KINDS}, here probably pct"),
    ("patents", "kind", "zzz", "unknown-word", KINDS),
    ("patents", "main_business", "yes", "boolean", "write true or false, or leave it empty when unknown"),
    ("patents", "ipc", "h01l", "pattern", "write it like H01L: Main IPC subclass"),
    ("firms", "region", "Hefei", "pattern", "write it like 340100: Region (GB/T 2260 code)"),
    ("firms", "industry", "39", "pattern", "write it like C39: Industry (GB/T 4754 code)"),
    ("firms", "region", "3401000", "too-long", "shorten it to 6 characters"),
    ("patents", "patent_id", "x" * 65, "too-long", "shorten it to 64 characters"),
    ("firms", "name", "two\nlines", "text", "write text on one line, without control characters; a typed column must be of type text"),
    (
        "firms",
        "firm_id",
        "91340100MA2XXXXX0D",
        "credit-code",
        "has the check digit 'D' where GB 32100-2015 gives 'C'; look for a typing error",
    ),
    (
        "firms",
        "firm_id",
        "91340100MA2XXXXX0",
        "credit-code",
        "has 17 characters where a unified social credit code has 18",
    ),
    (
        "firms",
        "firm_id",
        "91340100ma2xxxxx0c",
        "credit-code",
        "has blanks, hyphens or lower-case letters; write it as 18 digits and capitals",
    ),
    (
        "firms",
        "firm_id",
        "91340100MA2XXXXXOC",
        "credit-code",
        "has a character or region digits that GB 32100-2015 does not allow",
    ),
    (
        "firms",
        "searched",
        "patents;courts",
        "registers",
        "names courts; the registers are patents, programmes, contracts, funding, qualifications, conduct, loans, joined by ';'",
    ),
]


@pytest.mark.parametrize(("table", "column", "value", "rule", "remedy"), WRONG, ids=[f"{w[1]}-{w[3]}-{w[2][:12]!r}" for w in WRONG])
def test_a_wrong_cell_is_one_fault_with_its_place_rule_and_remedy(table: str, column: str, value: str, rule: str, remedy: str) -> None:
    """The second of three rows has one wrong cell; exactly that cell is reported."""
    rows = [written(table), written(table, **{column: value}), written(table)]
    faults = [fault for fault in check_table(table, texts(table, rows)) if fault.rule != "duplicate-key"]
    assert faults == [Fault(table, 2, column, value, rule, remedy)]


def test_every_column_rule_is_shown_by_an_example() -> None:
    """The examples above leave out no rule about single cells."""
    elsewhere = {"unknown-column", "missing-column", "duplicate-column", "duplicate-key", "unknown-firm", "unknown-table", "unknown-file"}
    elsewhere |= {"clock-order", "part-of-whole", "needs", "only-when", "first-of-month", "future-date"}
    elsewhere |= {"encoding", "missing-table", "one-file", "ragged-row", "too-large", "unreadable", "cell-error", "formula", "long-number"}
    assert {rule for _, _, _, rule, _ in WRONG} == set(RULES) - elsewhere


def test_every_bad_cell_of_every_row_is_found() -> None:
    """Two bad cells in one row and one in another are three faults, in order of row and column."""
    rows = [written("contracts", amount="x", role="lender"), written("contracts", contract_id="HT-2"), written("contracts", amount="y")]
    rows[2]["contract_id"] = "HT-3"
    found = [(f.row, f.column, f.value) for f in check_table("contracts", texts("contracts", rows))]
    assert found == [(1, "role", "lender"), (1, "amount", "x"), (3, "amount", "y")]


def test_blanks_around_a_text_are_no_fault() -> None:
    """Leading and trailing blanks of texts are cut off, also of the firm's code."""
    assert check_table("firms", texts("firms", [written("firms", name=" 示例 ", firm_id=f"\u3000{FIRM} ")])) == []


def test_an_empty_table_has_no_fault() -> None:
    """A header without rows says that the table holds nothing."""
    assert check_table("patents", texts("patents", [])) == []


def test_an_unknown_column_names_the_nearest_known_one() -> None:
    """A misspelt column gets a proposal; one like no other gets the list."""
    frame = texts("contracts", [written("contracts")]).with_columns(Amounts=pl.lit("1"), zzz=pl.lit("1"))
    assert check_table("contracts", frame) == [
        Fault("contracts", 0, "Amounts", "Amounts", "unknown-column", "rename it to amount if that is meant, or remove it"),
        Fault(
            "contracts",
            0,
            "zzz",
            "zzz",
            "unknown-column",
            "remove it; the columns are firm_id, contract_id, role, amount, registered_on",
        ),
    ]


def test_a_missing_required_column_is_reported_once() -> None:
    """A column that is not there is one fault, not one for each row; an optional one may be left out."""
    frame = texts("programmes", [written("programmes"), written("programmes", programme_id="b")]).drop("level", "amount")
    assert check_table("programmes", frame) == [Fault("programmes", 0, "level", "", "missing-column", "add the column level (Level)")]


@pytest.mark.parametrize(("mark", "said"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_another_separator_is_named(mark: str, said: str) -> None:
    """A file whose only column has separators in its name was written with them."""
    frame = pl.DataFrame({mark.join(written("contracts")): ["x"]})
    fault = check_table("contracts", frame)[0]
    assert (fault.rule, fault.remedy) == ("unknown-column", f"the values are separated by {said}; separate them by commas")


def test_a_single_column_without_a_separator_is_just_unknown() -> None:
    """A file of one foreign column is told the columns."""
    fault = check_table("contracts", pl.DataFrame({"zzz": ["x"]}))[0]
    assert fault.remedy == "remove it; the columns are firm_id, contract_id, role, amount, registered_on"


def test_an_unknown_table_is_an_error() -> None:
    """Asking for a table that is none of the eleven names them."""
    with pytest.raises(EvidenceError, match="there is no table 'patent'; the tables are firms, financials"):
        check_table("patent", pl.DataFrame())


def test_proposals_stop_after_a_thousand_words_but_faults_do_not() -> None:
    """A file full of different wrong words is reported completely; look-alikes are searched for the first thousand only."""
    rows = texts("patents", [written("patents")] * 1_100).with_columns(
        kind=pl.format("inventions{}", pl.int_range(1_100)), patent_id=pl.int_range(1_100).cast(pl.String)
    )
    faults = check_table("patents", rows)
    assert len(faults) == 1_100
    assert sum(fault.remedy.endswith("here probably invention") for fault in faults) == 1_000
    assert {fault.remedy for fault in faults[1_000:]} == {KINDS}


def test_a_column_of_the_wrong_type_is_refused_row_by_row() -> None:
    """A number where a code is due is refused; it may have lost its leading zeros."""
    frame = texts("firms", [written("firms")]).with_columns(region=pl.lit(340100))
    remedy = "write text on one line, without control characters; a typed column must be of type text"
    assert check_table("firms", frame) == [Fault("firms", 1, "region", "340100", "text", remedy)]


def test_a_long_value_is_cut_in_the_report() -> None:
    """A fault shows at most 80 characters of the value."""
    (fault,) = check_table("firms", texts("firms", [written("firms", name="汉" * 500)]))
    assert fault.value == "汉" * 79 + "…"
