"""Only what was known by the as-of date counts, and unknown is never zero."""

from __future__ import annotations

import functools
from datetime import date, timedelta

import polars as pl
import pytest
from builders_features import applications, province, typed
from builders_golden import GOLDEN_DAY, GOLDEN_FIRM, golden_evidence
from polars.testing import assert_frame_equal

from features.build import build_features
from features.indicators import CATALOGUE, FIRM
from features.measures import READINGS
from features.tables import REGISTERS, TABLES
from features.tables.columns import Clock

DAY = date(2025, 6, 30)
FAR = DAY + timedelta(days=4_000)


def on_day(firms: int) -> pl.DataFrame:
    return applications(firms, each=1).with_columns(as_of=pl.lit(DAY)).sort("application_id")


def asked(firm: str = GOLDEN_FIRM, day: date = GOLDEN_DAY) -> pl.DataFrame:
    return pl.DataFrame({"application_id": ["A"], "firm_id": [firm], "as_of": [day], "amount": [5_000_000], "term_months": [24]})


@functools.cache
def golden_without(table: str | None) -> dict[str, object]:
    return golden_with() if table is None else golden_with(**{table: None})


def golden_with(**tables: pl.DataFrame | None) -> dict[str, object]:
    evidence = {name: frame for name, frame in (golden_evidence() | tables).items() if frame is not None}
    return build_features(asked(), evidence).row(0, named=True)


def is_known(table: str) -> pl.Expr:
    """Is the row visible? The application being decided is no loan history, so loans count from the next day."""
    known = pl.col(TABLES[table].known)
    return known < DAY if table == "loans" else known <= DAY


def later_columns(table: str) -> list[str]:
    return [c.name for c in TABLES[table].columns if c.clock is Clock.LATER]


def planted(evidence: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Copy every row as one that becomes known only in the far future, with every other figure as it was."""
    return {
        name: frame if name == "firms" else pl.concat([frame, frame.with_columns(pl.lit(FAR).alias(TABLES[name].known))])
        for name, frame in evidence.items()
    }


@pytest.mark.parametrize("seed", range(3))
def test_rows_known_later_change_nothing(seed: int) -> None:
    """New rows that happened early but became known after the as-of date leave every value as it was."""
    evidence = province(30, seed)
    assert_frame_equal(build_features(on_day(30), planted(evidence)), build_features(on_day(30), evidence), check_exact=True)


@pytest.mark.parametrize("seed", range(3))
def test_forgetting_what_was_known_later_changes_nothing(seed: int) -> None:
    """Dropping the rows known later, the later dates and the unripe citations leaves every value as it was."""
    evidence = province(30, seed)
    past = {name: frame if name == "firms" else frame.filter(is_known(name)) for name, frame in evidence.items()}
    for name, frame in past.items():
        hidden = [pl.when(pl.col(column) <= DAY).then(pl.col(column)).alias(column) for column in later_columns(name)]
        past[name] = frame.with_columns(*hidden)
    ripe = pl.col("published_on") + pl.duration(days=3 * 365) <= DAY
    past["patents"] = past["patents"].with_columns(citations_3y=pl.when(ripe).then(pl.col("citations_3y")))
    assert any(frame.height < evidence[name].height for name, frame in past.items())
    assert_frame_equal(build_features(on_day(30), past), build_features(on_day(30), evidence), check_exact=True)


def test_a_fact_counts_from_the_day_it_is_known() -> None:
    """The same row is nothing the day before and one the day itself."""
    patent = {"firm_id": "F", "patent_id": "1", "kind": "invention", "filed_on": DAY - timedelta(days=500), "published_on": DAY}
    evidence = {"firms": typed("firms", [{"firm_id": "F", "founded_on": date(2020, 1, 1), "searched": "patents"}])}
    evidence["patents"] = typed("patents", [patent])
    before, on_the_day = (
        build_features(asked("F", day), evidence)["invention_applications"].item() for day in (DAY - timedelta(days=1), DAY)
    )
    assert (before, on_the_day) == (0.0, 1.0)


@pytest.mark.parametrize("table", READINGS)
def test_a_missing_table_is_unknown_and_never_zero(table: str) -> None:
    """Without a table its indicators are null, coverage falls, and no value of other tables moves."""
    full, without = golden_without(None), golden_without(table)
    lost = [name for name, indicator in CATALOGUE.items() if table in indicator.tables]
    exempt = {"growth_stage"}
    assert lost
    assert {name for name in lost if without[name] is not None} <= exempt
    assert {n: without[n] for n in CATALOGUE if n not in lost} == {n: full[n] for n in CATALOGUE if n not in lost}
    assert without[f"known_{table}"] is None
    assert without["coverage"] == sum(without[n] is not None for n in FIRM) / len(FIRM) < full["coverage"]


@pytest.mark.parametrize("table", READINGS)
def test_an_empty_table_is_like_a_missing_one(table: str) -> None:
    """A table without rows says no more than one that is not there."""
    assert golden_with(**{table: golden_evidence()[table].clear()}) == golden_without(table)


@pytest.mark.parametrize("table", REGISTERS)
def test_a_searched_register_without_rows_means_none(table: str) -> None:
    """Where the firm's registers were searched to the end, counts are zero; shares of nothing stay unknown."""
    firms = golden_evidence()["firms"].with_columns(searched=pl.lit(f"funding;{table}" if table != "funding" else table))
    found = golden_with(firms=firms, **{table: None})
    counts = [n for n, i in CATALOGUE.items() if i.tables == (table,) and i.unit in {"count", "10k yuan", "flag"}]
    assert counts
    assert {found[name] for name in counts} == {0.0}


def test_a_firm_founded_after_the_date_is_not_known_yet() -> None:
    """Neither context nor age nor zero counts exist before the firm does."""
    firms = golden_evidence()["firms"].with_columns(founded_on=GOLDEN_DAY + timedelta(days=1), searched=pl.lit("patents"))
    found = golden_with(firms=firms, patents=None)
    assert {found[name] for name in ("field", "region", "firm_age_years", "invention_applications", "growth_stage")} == {None}


def test_the_latest_visible_restatement_counts() -> None:
    """Of a year's statements the one known last by the date counts, also where it says less."""
    statements = golden_evidence()["financials"].with_columns(
        cash=pl.when(pl.col("known_on") == date(2026, 4, 20)).then(None).otherwise(pl.col("cash"))
    )
    found = golden_with(financials=statements)
    assert (found["revenue"], found["cash_cover_months"]) == (3000.0, None)
    march = build_features(asked(day=date(2026, 3, 15)), golden_evidence())
    july = build_features(asked(day=date(2026, 7, 15)), golden_evidence())
    assert (march["revenue"].item(), july["revenue"].item()) == (7 * 3000.0, 9 * 3000.0)


def test_a_restated_roll_and_a_restated_month_count_once() -> None:
    """Staff and invoices follow the same rule as statements."""
    evidence = golden_evidence()
    staff = evidence["talent"].with_columns(known_on=pl.lit(date(2026, 5, 1)), staff=pl.col("staff") + 20)
    months = evidence["invoices"].with_columns(known_on=pl.lit(date(2026, 6, 30)), issued_amount=pl.col("issued_amount") * 2)
    months = months.filter(pl.col("month") < date(2026, 6, 1))
    found = golden_with(talent=pl.concat([evidence["talent"], staff]), invoices=pl.concat([evidence["invoices"], months]))
    assert (found["staff"], found["staff_growth"], found["invoiced_12m"]) == (100.0, 16 / 84, 6000.0)


def test_a_year_without_a_statement_is_unknown_not_skipped() -> None:
    """Growth is never measured against the year before last."""
    statements = golden_evidence()["financials"].filter(pl.col("year") != 2024)
    found = golden_with(financials=statements)
    assert (found["revenue_growth"], found["revenue_growth_2y"]) == (None, (30 - 32) / 32)


def test_incomplete_invoice_months_give_no_yearly_sums() -> None:
    """A year's invoices are unknown unless twelve months are there, and the growth unless all 24 are."""
    months = golden_evidence()["invoices"]
    without_old = golden_with(invoices=months.filter(pl.col("month") != date(2024, 8, 1)))
    without_new = golden_with(invoices=months.filter(pl.col("month") != date(2025, 8, 1)))
    assert (without_old["invoiced_12m"], without_old["invoice_growth"]) == (3000.0, None)
    assert (without_new["invoiced_12m"], without_new["loan_to_invoices"]) == (None, None)
