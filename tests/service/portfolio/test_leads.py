"""Leads: firms without a running loan, by what a loan of each product would earn."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from builders_portfolio import DAY, Nation, done, rows_in
from polars.testing import assert_frame_equal

from service.errors import PortfolioRefused
from service.portfolio.columns import prefix_of
from service.portfolio.leads import LEADS, leads_csv, leads_of, scanned
from service.portfolio.run import MANIFEST, parts_of, products_of

PRODUCTS = ["startup-credit", "growth-relay", "loan-investment", "common-growth", "acquisition"]


@pytest.fixture(scope="module")
def leads(whole: Path) -> pl.DataFrame:
    """The leads of every product, all of them."""
    parts = parts_of(whole)
    return leads_of(scanned(parts), products_of(parts), top=10_000)


def test_leads_are_ranked_by_income_then_points_then_code(leads: pl.DataFrame) -> None:
    """Within each product, from 1."""
    for (product,), own in leads.partition_by("product", as_dict=True).items():
        keys = [(-income, -points, code) for income, points, code in own.select("income_fen", "points", "firm_id").iter_rows()]
        assert keys == sorted(keys), product
        assert own["rank"].to_list() == list(range(1, own.height + 1))


def test_leads_are_the_firms_without_a_loan_that_would_earn_something(leads: pl.DataFrame, rows: pl.DataFrame) -> None:
    """Worked out again from the rows: no loan on record, an offer, an income above zero, what the product saw."""
    for product in PRODUCTS:
        prefix = prefix_of(product)
        wanted = [
            (row["firm_id"], row[f"{prefix}income_fen"], row[f"{prefix}points"], row[f"{prefix}pd"], row[f"{prefix}grade"])
            for row in rows.iter_rows(named=True)
            if row["is_lead"] and row[f"{prefix}outcome"] in {"approve", "counter"} and (row[f"{prefix}income_fen"] or 0) > 0
        ]
        found = leads.filter(pl.col("product") == product).select("firm_id", "income_fen", "points", "pd", "grade")
        assert sorted(found.rows()) == sorted(wanted)
    assert leads["product"].n_unique() >= 3
    assert not set(leads["firm_id"]) & set(rows.filter(~pl.col("is_lead").fill_null(value=False))["firm_id"])


def test_parts_and_their_order_do_not_matter(leads: pl.DataFrame, whole: Path, rows: pl.DataFrame) -> None:
    """One part or five, backwards or shuffled: the same list; fewer are the first of it."""
    backwards = leads_of(scanned(parts_of(whole)[::-1]), PRODUCTS[::-1], top=10_000)
    shuffled = leads_of([rows.sample(fraction=1.0, shuffle=True, seed=1)], PRODUCTS, top=10_000)
    assert_frame_equal(backwards, leads)
    assert_frame_equal(shuffled, leads)
    assert_frame_equal(leads_of(scanned(parts_of(whole)), PRODUCTS, top=2), leads.filter(pl.col("rank") <= 2))


def test_no_parts_give_no_leads_of_the_same_columns() -> None:
    """A list without a line."""
    assert leads_of([], PRODUCTS, top=3).columns == list(LEADS)


def test_a_csv_of_leads_runs_no_formula(leads: pl.DataFrame) -> None:
    """A text that a spreadsheet would take for a formula is disarmed; lists are joined by blanks; days are written ISO."""
    hostile = leads.head(1).with_columns(pl.lit("=HYPERLINK(1)").alias("region"), pl.lit(["A_HIGH", "B_LOW"]).alias("reasons_for"))
    text = leads_csv(hostile).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "A_HIGH B_LOW" in text
    assert DAY.isoformat() in text
    assert text.splitlines()[0] == ",".join(LEADS)


def test_an_unfinished_run_gives_no_leads(nation: Nation, whole: Path, tmp_path: Path) -> None:
    """Nor does a folder without one, nor a run that asked no product."""
    with pytest.raises(PortfolioRefused, match="holds no finished portfolio; run `jifen portfolio` with the same options until it is done"):
        parts_of(tmp_path)
    text = (whole / MANIFEST).read_text("utf-8")
    (tmp_path / MANIFEST).write_text(text.replace('"chunks": 5', '"chunks": 6'), "utf-8")
    with pytest.raises(PortfolioRefused, match="holds no finished portfolio"):
        parts_of(tmp_path)


def test_a_run_without_offers_scores_alike_and_has_no_leads(nation: Nation, rows: pl.DataFrame, tmp_path: Path) -> None:
    """The columns before and after the offers are the same."""
    folder = tmp_path / "run"
    done(nation.wish(folder, with_offers=False))
    found = rows_in(folder)
    assert_frame_equal(found, rows.select(found.columns), check_exact=True)
    with pytest.raises(PortfolioRefused, match="was made with --offers none; make another with --offers all"):
        products_of(parts_of(folder))
