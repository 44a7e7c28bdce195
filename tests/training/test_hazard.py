from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from builders_models import DOUBT, LATER, small_bundle
from builders_training import NOW, QUICK, toy_book

from training.assembly import train_book
from training.book import Spells
from training.bundle.doubt import METHOD
from training.bundle.term import TermStructure, YearHazard
from training.evidence import evidence_book, prepare
from training.hazard import LEAST_DEFAULTS, MOST_YEARS, fit_term_structure
from training.simulate import simulate

TRUE = (1.0, 1.5, 0.8)
"""Hazard of years 1, 2, 3 against the first."""


def lived(rows: int = 30_000, seed: int = 4) -> tuple[Spells, np.ndarray]:
    """Loans of known yearly hazards that are repaid or lost from sight at random within five years."""
    dice = np.random.default_rng(seed)
    log_odds = dice.normal(-3.0, 0.8, rows)
    yearly = np.exp(log_odds)[:, None] * np.array(TRUE)
    steps = np.column_stack([yearly, yearly[:, -1:] * 1e3])
    passed = dice.exponential(1.0, rows)[:, None] - np.cumsum(np.hstack([np.zeros((rows, 1)), steps]), axis=1)[:, :-1]
    year = np.clip((passed > 0).sum(axis=1) - 1, 0, 3)
    fails = 365 * (year + np.take_along_axis(passed, year[:, None], 1)[:, 0] / np.take_along_axis(steps, year[:, None], 1)[:, 0])
    leaves = dice.uniform(180, 1500, rows)
    return Spells(np.minimum(fails, leaves), (fails <= leaves) & (year < 3)), log_odds


def test_known_hazards_are_found_again():
    """Of years 2 and 3 against year 1, 1.5 and 0.8 lie within the intervals, which are a few percent wide."""
    term = fit_term_structure(*lived())
    assert term.multipliers_bp[0] == 10_000
    for year, true in zip(term.years[1:3], TRUE[1:], strict=True):
        assert year.low_bp <= 10_000 * true <= year.high_bp
        assert year.high_bp < 1.4 * year.low_bp
        assert year.slope == pytest.approx(1.0, abs=0.15)


def test_the_cumulative_pd_begins_with_the_models_own():
    """Year 1 is the PD itself, it never falls with the years, and the true survival is met within a tenth."""
    term = fit_term_structure(*lived())
    log_odds = np.array([-4.0, -3.0, -2.0])
    pd = 1 - np.exp(-np.exp(log_odds))
    found = term.cumulative(log_odds, pd, 5)
    assert found[:, 0] == pytest.approx(pd)
    assert (np.diff(found, axis=1) > 0).all()
    assert found[:, 2] == pytest.approx(1 - np.exp(-np.exp(log_odds) * sum(TRUE)), rel=0.1)


def test_a_year_with_few_defaults_is_not_estimated():
    """The years end before it, and the last one holds for all later."""
    spells, log_odds = lived(2_000)
    term = fit_term_structure(spells, log_odds)
    assert 1 <= len(term.years) < MOST_YEARS
    assert all(year.defaults >= LEAST_DEFAULTS for year in term.years)
    nobody = Spells(spells.days, np.zeros(len(log_odds), dtype=np.bool_))
    assert fit_term_structure(nobody, log_odds) is None


def test_later_years_keep_the_last_hazard():
    """One estimated year: a constant hazard, as a policy without multipliers has it."""
    year = YearHazard(year=1, loans=9, defaults=9, intercept=-4.0, slope=1.0, multiplier_bp=10_000, low_bp=10_000, high_bp=10_000)
    term = TermStructure(mean_log_odds=-3.0, years=(year,))
    assert term.cumulative(np.array([-3.0]), np.array([0.05]), 3)[0].tolist() == pytest.approx([0.05, 1 - 0.95**2, 1 - 0.95**3])


def test_a_book_with_spells_gives_a_bundle_with_a_term_structure(tmp_path: Path):
    """The manifest carries it and the card shows it; a book without spells has none."""
    book = toy_book()
    dice = np.random.default_rng(1)
    days = np.where(book.target == 1, dice.uniform(30, 365, 1200), dice.uniform(400, 1500, 1200))
    failed = (book.target == 1) | (dice.random(1200) < 0.2)
    result = train_book(replace(book, spells=Spells(days, failed)), out=tmp_path, now=NOW, settings=QUICK)
    term = result.bundle.manifest.term_structure
    assert len(term.years) >= 2
    assert "期限结构 Term structure" in (result.folder / "card.md").read_text("utf-8")
    assert fit_term_structure(Spells(days, failed).of(np.arange(900)), np.zeros(900)).years[0].loans == 900


def test_evidence_tells_how_long_each_loan_was_followed():
    """A loan in default is followed to that day; every labelled default is among the failed, and none is followed for less than a day."""
    province = simulate(firms=800, seed=3, until=date(2026, 6, 30))
    book = evidence_book(prepare(province.tables, simulated=True), "growth")
    assert (book.spells.days > 0).all()
    assert book.spells.failed[book.target == 1].all()
    assert (book.spells.days[book.target == 1] <= 365).all()


def test_one_case_has_its_own_hazards():
    """Year 2: e^(0.5 + (0.8 - 1.0) x log odds); at -2 that is e^0.9 = 2.4596, at 2.5 it is 1. The first year is always whole."""
    counted = {"loans": 100, "defaults": 20, "multiplier_bp": 10_000, "low_bp": 1, "high_bp": 99_999}
    years = (YearHazard(year=1, intercept=0.0, slope=1.0, **counted), YearHazard(year=2, intercept=0.5, slope=0.8, **counted))
    term = TermStructure(mean_log_odds=-2.0, years=years)
    assert term.hazards_bp(-2.0) == (10_000, 24_596)
    assert term.hazards_bp(2.5) == (10_000, 10_000)
    assert term.hazards_bp(-1e9) == (10_000, 220_264_658)


def test_a_bundle_tells_hazards_and_level_where_it_has_them(tmp_path: Path):
    """As a decision asks for them; a bundle from before has neither."""
    bundle = small_bundle(tmp_path / "telling", "startup", doubt=DOUBT, term_structure=LATER)
    assert bundle.hazards_bp(-3.0) == (10_000, 16_487, 13_499)
    assert bundle.interval_stated == (0.9, METHOD)
    before = small_bundle(tmp_path / "before", "startup")
    assert (before.hazards_bp(-3.0), before.interval_stated) == (None, None)
