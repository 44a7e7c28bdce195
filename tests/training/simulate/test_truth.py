"""The truth is true: chances match outcomes, outcomes that nobody saw are known, and observables follow from the traits."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from training.simulate import Province, simulate
from training.simulate.timeline import month_of, month_start, year_start

UNTIL = date(2026, 6, 30)


@pytest.fixture(scope="module")
def large() -> Province:
    return simulate(firms=20_000, seed=3, until=UNTIL)


@pytest.fixture(scope="module")
def loans(large: Province) -> pl.DataFrame:
    return large.tables["loans"].join(large.loan_truth.drop("firm_id"), on="loan_id", how="left")


def means(frame: pl.DataFrame, by: str, value: str) -> dict[object, float]:
    return dict(frame.drop_nulls(value).group_by(by).agg(pl.col(value).cast(pl.Float64).mean()).iter_rows())


def test_chances_of_default_match_outcomes(loans: pl.DataFrame) -> None:
    """In each fifth of `pd_path` the rate of would-be defaults is the mean chance, less what early repayment saves."""
    calm = loans.filter(~pl.col("in_distress"))
    fifths = calm.with_columns(fifth=pl.col("pd_path").rank("ordinal") * 5 // (calm.height + 1))
    seen = fifths.group_by("fifth").agg(pl.len(), pl.col("default_12m").mean().alias("rate"), pl.col("pd_path").mean().alias("chance"))
    for _, count, rate, chance in seen.iter_rows():
        noise = 4 * np.sqrt(2 * chance / count)
        assert 0.80 * chance - noise < rate < 1.05 * chance + noise


def test_distress_is_near_to_certain(loans: pl.DataFrame) -> None:
    """In distress three in four fail, and the stated chance says so."""
    rows = loans.filter(pl.col("pd_path") == 0.75)
    assert rows.height > 200
    assert 0.65 < np.mean(rows["default_12m"].to_numpy()) < 0.88


def test_what_nobody_saw_is_known_to_the_simulator(loans: pl.DataFrame) -> None:
    """Declined and withdrawn applications have no outcome in the table, and one in the truth."""
    unseen = loans.filter(pl.col("decision") != "approved")
    columns = ("drawn_on", "overdue_on", "default_on", "closed_on", "observed_until", "loss", "rate")
    assert all(unseen[column].null_count() == unseen.height for column in columns)
    assert unseen["default_12m"].sum() > 0


def test_the_past_policy_selected(loans: pl.DataFrame) -> None:
    """Declined applicants would have defaulted at least three times as often as those who drew."""
    rates = means(loans, "decision", "default_12m")
    assert rates["declined"] > 3 * rates["approved"]


def test_seen_outcomes_are_the_true_ones(loans: pl.DataFrame) -> None:
    """Of loans drawn more than a year ago and watched to the end, the recorded defaults are those of the truth."""
    ripe = loans.filter((pl.col("drawn_on") + pl.duration(days=365) <= UNTIL) & (pl.col("observed_until") == UNTIL))
    recorded = (ripe["default_on"] <= ripe["drawn_on"] + timedelta(days=365)).fill_null(value=False)
    assert recorded.sum() > 300
    assert recorded.equals(ripe["default_12m"], check_names=False)


def test_a_defaulted_loan_tells_its_course_in_order(loans: pl.DataFrame) -> None:
    """Drawn, then late, ninety days later in default, then worked out with a loss; a sound loan loses nothing."""
    failed = loans.filter(pl.col("default_on").is_not_null())
    assert ((failed["default_on"] - failed["overdue_on"]).dt.total_days() == 90).all()
    assert (failed["overdue_on"] > failed["drawn_on"]).all()
    assert (failed.filter(pl.col("closed_on").is_not_null())["loss"] > 0).all()
    assert failed.filter(pl.col("closed_on").is_null())["loss"].null_count() == failed.filter(pl.col("closed_on").is_null()).height
    sound = loans.filter(pl.col("default_on").is_null() & pl.col("closed_on").is_not_null())
    assert (sound["loss"] == 0).all()


def test_some_loans_are_too_young_or_lost_from_sight(loans: pl.DataFrame) -> None:
    """A labeller must check the window: some loans are younger than a year, a few were sold on."""
    drawn = loans.filter(pl.col("drawn_on").is_not_null())
    assert drawn.filter(pl.col("drawn_on") > UNTIL - timedelta(days=365)).height > 0.05 * drawn.height
    assert 0 < drawn.filter(pl.col("observed_until") < UNTIL).height < 0.03 * drawn.height


def test_the_named_products_became_common(loans: pl.DataFrame) -> None:
    """The mix drifts: the four named products grow from a minority to most of the book."""
    yearly = means(loans.with_columns(year=pl.col("applied_on").dt.year(), named=pl.col("product") != "other"), "year", "named")
    assert yearly[2019] < 0.45
    assert yearly[2026] > 0.6


def test_a_relay_follows_a_startup_credit(loans: pl.DataFrame) -> None:
    """No growth relay without an earlier application for startup credit by the same firm."""
    first = loans.filter(pl.col("product") == "startup-credit").group_by("firm_id").agg(pl.col("applied_on").min().alias("first"))
    relays = loans.filter(pl.col("product") == "growth-relay").join(first, on="firm_id", how="left")
    assert relays.height > 0
    assert (relays["first"] < relays["applied_on"]).all()


def test_sales_fall_before_default(large: Province) -> None:
    """Invoices of the last two months before default are well below those of half a year before it; so an early sign exists."""
    failed = large.truth.drop_nulls("default_on").select("firm_id", "default_on")
    rows = large.tables["invoices"].join(failed, on="firm_id")
    months = rows.with_columns(before=((pl.col("default_on") - pl.col("month")).dt.total_days() // 30))
    late = months.filter(pl.col("before") <= 1).group_by("firm_id").agg(pl.col("issued_amount").mean().alias("late"))
    early = months.filter(pl.col("before").is_between(6, 8)).group_by("firm_id").agg(pl.col("issued_amount").mean().alias("early"))
    both = late.join(early, on="firm_id")
    assert both.height > 50
    assert float(np.median((both["late"] / both["early"]).to_numpy())) < 0.8


def test_fakers_give_themselves_away(large: Province) -> None:
    """Less tax relief for the R&D they report, fewer insured, more restatements, more bought and off-topic rights."""
    faker = large.truth.select("firm_id", "faker")
    books = large.tables["financials"].join(faker, on="firm_id").with_columns(relief=pl.col("rd_tax_relief") / pl.col("rd_expense"))
    relief = means(books.filter(pl.col("net_profit") > 0), "faker", "relief")
    assert relief[True] < 0.7 * relief[False]
    staff = means(large.tables["talent"].join(faker, on="firm_id").with_columns(s=pl.col("insured_staff") / pl.col("staff")), "faker", "s")
    assert staff[True] < 0.75 * staff[False]
    again = books.group_by("firm_id", "year", "faker").agg((pl.len() > 1).alias("again"))
    assert means(again, "faker", "again")[True] > 2.5 * means(again, "faker", "again")[False]
    rights = large.tables["patents"].join(faker, on="firm_id").with_columns(bought=pl.col("acquired_on").is_not_null())
    assert means(rights, "faker", "bought")[True] > 4 * means(rights, "faker", "bought")[False]
    assert means(rights, "faker", "main_business")[True] < means(rights, "faker", "main_business")[False] - 0.1


def test_publication_and_grant_come_late(large: Province) -> None:
    """Inventions appear up to 18 months after filing and are granted two to three years after it; utility models within ten months."""
    lags = large.tables["patents"].with_columns(
        seen=(pl.col("published_on") - pl.col("filed_on")).dt.total_days(), got=(pl.col("granted_on") - pl.col("filed_on")).dt.total_days()
    )
    inventions, utilities = (lags.filter(pl.col("kind") == kind) for kind in ("invention", "utility"))
    assert inventions["seen"].max() < 570
    assert 700 < float(np.median(inventions["got"].drop_nulls().to_numpy())) < 1100
    assert utilities["seen"].is_between(180, 305).all()
    assert lags.filter(pl.col("kind") == "pct")["got"].null_count() == lags.filter(pl.col("kind") == "pct").height


def test_citations_wait_for_their_window(large: Province) -> None:
    """A right published less than three years ago has no count of citations yet."""
    counted = large.tables["patents"].drop_nulls("citations_3y")
    assert (counted["published_on"] + timedelta(days=3 * 365)).max() <= UNTIL
    assert counted["citations_3y"].sum() > 0


def test_a_right_is_bought_before_anybody_sees_it(large: Province) -> None:
    """So that no row of the table tells about a purchase to come."""
    bought = large.tables["patents"].drop_nulls("acquired_on")
    assert (bought["acquired_on"] < bought["published_on"]).all()


def test_gaps_are_those_of_small_firms(large: Province) -> None:
    """Some firms hand in nothing; lines are missing, cash flow more often than revenue."""
    books, firms = large.tables["financials"], large.tables["firms"]
    silent = firms.filter(~pl.col("firm_id").is_in(books["firm_id"].unique().implode())).height / firms.height
    assert 0.04 < silent < 0.2
    assert books["revenue"].null_count() == 0
    assert 0.05 < books["operating_cash_flow"].null_count() / books.height < 0.25


def test_the_calendar_agrees_with_pythons() -> None:
    """Vectorised month and year starts are those of the standard library."""
    days: NDArray[np.int64] = np.array([0, 58, 20_000, 20_634])
    python = [date(1970, 1, 1) + timedelta(days=int(day)) for day in days]
    assert month_of(days).tolist() == [(d.year - 1970) * 12 + d.month - 1 for d in python]
    assert month_start(month_of(days)).tolist() == [(d.replace(day=1) - date(1970, 1, 1)).days for d in python]
    assert year_start(np.array([2024])).tolist() == [(date(2024, 1, 1) - date(1970, 1, 1)).days]
