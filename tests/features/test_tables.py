"""The eleven tables: what each definition means, told by what it accepts and refuses."""

from __future__ import annotations

from datetime import date

import pytest
from builders_evidence import ROWS, written
from pydantic import ValidationError

from features.errors import EvidenceError
from features.tables import REGISTERS, TABLES, Clock, Column, Firm, Row, Table, rules_at, table
from features.tables.rules import NotAhead

TYPES = {"integer": int, "date": date, "boolean": bool, "text": str, "word": str}
COLUMNS = [(t, c) for t in TABLES.values() for c in t.columns]
NAMES = [f"{t.name}.{c.name}" for t, c in COLUMNS]


def value_of(spec: Table, column: Column, value: object) -> object:
    return getattr(spec.model.model_validate({**ROWS[spec.name], column.name: value}), column.name)


def relaxed(spec: Table, column: Column, value: object) -> bool:
    """Is the value refused at its column? Rules between columns do not count."""
    try:
        value_of(spec, column, value)
    except ValidationError as refused:
        return any(error["loc"] == (column.name,) for error in refused.errors())
    return False


def test_there_are_the_eleven_tables_of_the_architecture() -> None:
    """Names and order of the evidence tables."""
    assert " ".join(TABLES) == "firms financials patents talent programmes contracts funding qualifications conduct invoices loans"


@pytest.mark.parametrize("spec", TABLES.values(), ids=list(TABLES))
def test_a_table_knows_its_key_its_clock_and_its_document(spec: Table) -> None:
    """Key and date of visibility are required columns; each table has Chinese names and a document that supplies it."""
    by_name = {column.name: column for column in spec.columns}
    assert spec.key[0] == "firm_id"
    assert all(by_name[name].required for name in spec.key)
    assert by_name[spec.known].kind == "date"
    assert by_name[spec.known].required
    assert spec.model.__doc__
    assert all((spec.zh, spec.document, spec.document_en))
    assert not spec.zh.isascii()


@pytest.mark.parametrize("spec", TABLES.values(), ids=list(TABLES))
def test_a_row_is_visible_from_its_known_column(spec: Table) -> None:
    """A table with a column on the clock `known` is dated by it; only `firms`, whose register publishes at once, has none."""
    known = [column.name for column in spec.columns if column.clock is Clock.KNOWN]
    assert known == ([] if spec.name == "firms" else [spec.known])


@pytest.mark.parametrize(("spec", "column"), COLUMNS, ids=NAMES)
def test_a_column_has_two_names_and_a_known_kind(spec: Table, column: Column) -> None:
    """Each column is named in Chinese and English; only dates have a clock; each whole number has a unit and both ends."""
    assert not column.zh.isascii()
    assert column.en != column.name
    assert (column.kind == "date") == (column.clock is not None)
    assert (column.words is not None) == (column.kind == "word")
    if column.kind == "integer":
        assert column.unit
        assert isinstance(column.low, int)
        assert isinstance(column.high, int)


@pytest.mark.parametrize(("spec", "column"), COLUMNS, ids=NAMES)
def test_the_models_values_have_the_columns_kind(spec: Table, column: Column) -> None:
    """What the model reads from a file's text has the Python type of the kind."""
    assert isinstance(value_of(spec, column, ROWS[spec.name][column.name]), TYPES[column.kind])


@pytest.mark.parametrize(("spec", "column"), COLUMNS, ids=NAMES)
def test_required_means_that_missing_is_refused(spec: Table, column: Column) -> None:
    """A required value may be neither empty nor left out; an optional one is then None."""
    without = {name: text for name, text in ROWS[spec.name].items() if name != column.name}
    assert relaxed(spec, column, "") == column.required
    try:
        spec.model.model_validate(without)
        refused = False
    except ValidationError as error:
        refused = error.errors()[0]["type"] == "missing"
    assert refused == column.required


@pytest.mark.parametrize(
    ("spec", "column"),
    [p for p in COLUMNS if p[1].kind == "integer"],
    ids=[n for n, p in zip(NAMES, COLUMNS, strict=True) if p[1].kind == "integer"],
)
def test_both_ends_of_a_range_are_admitted_and_no_more(spec: Table, column: Column) -> None:
    """The lowest and the highest value are accepted at their column, one beyond each is refused."""
    assert isinstance(column.low, int)
    assert isinstance(column.high, int)
    assert [relaxed(spec, column, v) for v in (column.low - 1, column.low, column.high, column.high + 1)] == [True, False, False, True]


@pytest.mark.parametrize(("spec", "column"), [p for p in COLUMNS if p[1].kind == "text"], ids=lambda p: getattr(p, "name", ""))
def test_a_text_ends_at_its_longest(spec: Table, column: Column) -> None:
    """A text one character too long is refused; a code's own example is accepted."""
    assert column.max_length is not None
    assert relaxed(spec, column, "1" * (column.max_length + 1))
    if column.pattern:
        assert column.example
        assert not relaxed(spec, column, column.example)


def test_losses_are_negative_amounts() -> None:
    """Profit, equity and operating cash flow may be below zero; no other amount may."""
    negative = {f"{t.name}.{c.name}" for t, c in COLUMNS if c.unit == "yuan" and isinstance(c.low, int) and c.low < 0}
    assert negative == {"financials.net_profit", "financials.net_assets", "financials.operating_cash_flow"}


def test_shares_are_basis_points_up_to_the_whole() -> None:
    """A share ends at 10,000 basis points; the yearly rate at 36 %, the highest that courts admit."""
    shares = {f"{t.name}.{c.name}": c.high for t, c in COLUMNS if c.unit == "basis points"}
    assert shares == {"invoices.voided_share": 10_000, "invoices.top2_buyer_share": 10_000, "loans.rate": 3_600}


def test_only_an_expiry_is_planned() -> None:
    """The end of a title is the one day that may lie ahead, and today's rules leave it out."""
    assert [(t.name, c.name) for t, c in COLUMNS if c.clock is Clock.PLANNED] == [("qualifications", "valid_until")]
    ahead = [rule.column for rule in rules_at(TABLES["qualifications"].model, date(2026, 11, 23)) if isinstance(rule, NotAhead)]
    assert ahead == ["valid_from"]


def test_rows_are_frozen_and_refuse_unknown_columns() -> None:
    """A row is a value, and a misspelt column is not dropped."""
    firm = Firm.model_validate(written("firms"))
    with pytest.raises(ValidationError, match="frozen"):
        firm.name = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Firm.model_validate(written("firms", nmae="x"))


def test_searched_names_only_registers() -> None:
    """A register is a table of events; naming another table as searched is refused with the list."""
    assert Firm.model_validate(written("firms", searched=";".join(REGISTERS))).searched
    with pytest.raises(ValidationError, match=r"searched names financials; the registers are patents, .*, joined by ';'"):
        Firm.model_validate(written("firms", searched="patents;financials"))


def test_registers_have_a_day_of_their_own_and_no_period() -> None:
    """The other tables hold states (a firm, a year, a period, a month) that exist for every firm."""
    assert set(TABLES) - set(REGISTERS) == {"firms", "financials", "talent", "invoices"}


def test_an_unknown_table_or_column_names_the_known_ones() -> None:
    """A misspelt name is refused with the list."""
    assert table("firms") is TABLES["firms"]
    with pytest.raises(EvidenceError, match="there is no table 'firm'; the tables are firms, financials"):
        table("firm")
    assert table("firms").column("firm_id").format == "uscc"
    with pytest.raises(EvidenceError, match="table firms has no column 'id'; its columns are firm_id, name"):
        table("firms").column("id")


def test_a_row_without_columns_of_its_own_has_none() -> None:
    """The base of all rows is no table."""
    assert Row.columns == ()
