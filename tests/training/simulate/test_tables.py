"""The tables are evidence as a bank would send it: every check of the product passes."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.checks import checked_tables
from features.tables import REGISTERS, TABLES, Clock
from training.simulate import Province, simulate

UNTIL = date(2026, 6, 30)
KINDS = {"integer": pl.Int64, "date": pl.Date, "text": pl.Utf8, "word": pl.Utf8, "boolean": pl.Boolean}


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_those_of_the_model(province: Province, name: str) -> None:
    """Names, order and types come from features.tables, and there are rows."""
    table = province.tables[name]
    assert dict(table.schema) == {column.name: KINDS[column.kind]() for column in TABLES[name].columns}
    assert table.height > 0


@pytest.mark.parametrize("name", TABLES)
def test_rows_pass_their_model(province: Province, name: str) -> None:
    """A sample of rows is accepted by the pydantic model itself."""
    for row in province.tables[name].sample(150, seed=1, with_replacement=True).iter_rows(named=True):
        TABLES[name].model.model_validate(row)


def test_the_bulk_checks_find_no_fault(province: Province) -> None:
    """Keys are unique, days are in order, parts do not exceed wholes, firms exist: the whole province loads."""
    checked = checked_tables(dict(province.tables), UNTIL)
    assert {name: frame.height for name, frame in checked.items()} == {name: frame.height for name, frame in province.tables.items()}


@given(firms=st.integers(1, 6), seed=st.integers(0, 2**31))
@settings(max_examples=12, deadline=None)
def test_the_smallest_province_loads_too(firms: int, seed: int) -> None:
    """Empty tables and single firms are no special case."""
    small = simulate(firms=firms, seed=seed, until=UNTIL)
    assert checked_tables(dict(small.tables), UNTIL)["firms"].height == firms
    assert small.truth.height == firms


@pytest.mark.parametrize("name", TABLES)
def test_nothing_was_known_after_until(province: Province, name: str) -> None:
    """No row becomes visible, and no later event shows, after the province's last day."""
    table = TABLES[name]
    clocked = [column.name for column in table.columns if column.clock in (Clock.KNOWN, Clock.LATER)] + [table.known]
    for column in clocked:
        assert province.tables[name].filter(pl.col(column) > UNTIL).is_empty(), column


@pytest.mark.parametrize("name", [name for name in REGISTERS if name != "loans"])
def test_an_unsearched_register_has_no_rows(province: Province, name: str) -> None:
    """Where `searched` does not name a register its rows are missing, which is not the same as none."""
    firms = province.tables["firms"].with_columns(known=pl.col("searched").fill_null("").str.split(";").list.contains(name))
    unsearched = firms.filter(~pl.col("known"))["firm_id"]
    assert 0 < unsearched.len() < 0.15 * firms.height
    assert province.tables[name].filter(pl.col("firm_id").is_in(unsearched.implode())).is_empty()


def test_a_firm_that_asks_for_a_loan_mostly_sends_its_staff_roll(province: Province) -> None:
    """Of firms that asked in the last year 95 in 100 have a roll; without the request it would be 90."""
    asked = province.tables["loans"].filter(pl.col("applied_on") > date(2025, 6, 30))["firm_id"].unique()
    told = province.tables["talent"]["firm_id"].unique()
    assert asked.is_in(told.implode()).mean() > 0.95


def test_a_guarantee_is_part_of_a_drawn_loan(province: Province) -> None:
    """No programme stands behind what was never drawn; some loans say that none does, and of some nobody knows."""
    loans = province.tables["loans"]
    drawn = loans.filter(pl.col("drawn_on").is_not_null())
    assert loans.filter(pl.col("drawn_on").is_null())["programme"].is_null().mean() > 0.9
    assert {"none", "science-guarantee", "national-special-guarantee", "anhui-4321"} <= set(drawn["programme"].drop_nulls())
    assert 0 < drawn["programme"].is_null().mean() < 0.1
    assert drawn.filter(pl.col("guaranteed").is_not_null())["programme"].is_in(["none"]).sum() == 0


def test_every_name_says_that_it_is_simulated(province: Province) -> None:
    """No list or screenshot can pass for real firms."""
    assert province.tables["firms"]["name"].str.starts_with("模拟·").all()
