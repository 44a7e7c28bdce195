from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from builders_training import NOW, QUICK, toy_book

from training.book import Book
from training.errors import BookError
from training.evidence import EvidenceBook, declined, evidence_book, prepare, train_evidence
from training.rejects import ASSUMPTIONS, Rejected, RejectInference, with_rejects
from training.simulate import simulate

PD = np.linspace(0.05, 0.65, 200)


def rejected(rows: int = 200) -> Rejected:
    """Declined applications that look like the riskier half of the toy book."""
    book = toy_book()
    risky = np.argsort(book.matrix[:, 0])[:rows]
    return Rejected(book.matrix[risky], np.array([f"declined-{row}" for row in range(rows)]), np.zeros(rows))


def added(book: Book) -> slice:
    return slice(1200, len(book.target))


@pytest.fixture(scope="module")
def prepared() -> EvidenceBook:
    return prepare(simulate(firms=1500, seed=11, until=date(2026, 6, 30)).tables, simulated=True)


def test_parcelling_draws_as_many_defaults_as_assumed():
    """Band by band the number of defaults is the rounded sum of the assumed PDs, and equal seeds draw alike."""
    plan = RejectInference(method="parcelling")
    book = with_rejects(toy_book(), rejected(), PD, plan)
    drawn = book.target[added(book)]
    assert drawn.sum() == sum(round(float(band.sum())) for band in np.array_split(PD, 10))
    assert np.array_equal(drawn, with_rejects(toy_book(), rejected(), PD, plan).target[added(book)])
    assert not book.test[added(book)].any()


def test_fuzzy_augmentation_counts_each_declined_once_in_two_parts():
    """Two rows a declined application whose weights sum to 1; the defaults' weights sum to the assumed PDs."""
    book = with_rejects(toy_book(), rejected(), PD, RejectInference(method="fuzzy"))
    weight, target = book.weight[added(book)], book.target[added(book)]
    assert weight[:200] + weight[200:] == pytest.approx(np.ones(200))
    assert weight[target == 1] == pytest.approx(PD)
    assert book.weight[:1200].tolist() == [1.0] * 1200


def test_the_factor_multiplies_the_odds():
    """Odds doubled: a PD of one half becomes two thirds."""
    book = with_rejects(toy_book(), rejected(), np.full(200, 0.5), RejectInference(method="fuzzy", factor=2.0))
    assert book.weight[1200] == pytest.approx(2 / 3)


def test_propensity_gives_more_weight_to_loans_that_look_declined():
    """No row is added; granted rows alike to the declined weigh more, and the mean training weight stays 1."""
    book = with_rejects(toy_book(), rejected(), PD, RejectInference(method="propensity"))
    assert len(book.target) == 1200
    train = book.train
    assert book.weight[train].mean() == pytest.approx(1)
    small = book.matrix[train, 0] < -1
    assert book.weight[train][small].mean() > 2 * book.weight[train][~small].mean()


@pytest.mark.parametrize("method", sorted(ASSUMPTIONS))
def test_what_is_assumed_is_written_down(method: str):
    """Method, factor, counts and the assumption in words travel with the book."""
    said = with_rejects(toy_book(), rejected(), PD, RejectInference(method=method)).findings["rejects"]
    assert said["method"] == method
    assert said["assumption"] == ASSUMPTIONS[method]
    assert said["declined"] == 200


def test_the_declined_are_those_before_the_test_begins(prepared: EvidenceBook):
    """Applications turned down before the first test day, with their indicators and no outcome."""
    book = evidence_book(prepared, "growth")
    found = declined(prepared.tables, book, "growth")
    first = date.fromisoformat(book.counts["test_from"])
    loans = prepared.tables["loans"]
    before = loans.filter((loans["decision"].cast(str) == "declined") & (loans["applied_on"] < first))
    assert 0 < len(found.matrix) <= before.height
    assert found.days.max() < (first - date(1970, 1, 1)).days
    assert found.matrix.shape[1] == len(book.features)


def test_evidence_trains_with_an_assumption_only_when_asked(prepared: EvidenceBook, tmp_path: Path):
    """The card then says what was assumed and that no outcome confirms it; without asking nothing is assumed."""
    plan = RejectInference(method="fuzzy")
    result = train_evidence(prepared, segment="growth", out=tmp_path, now=NOW, settings=QUICK, rejects=plan, force=True)
    card = (result.folder / "card.md").read_text("utf-8")
    assert "reject inference" in card
    assert ASSUMPTIONS["fuzzy"] in card
    assert result.bundle.manifest.term_structure is None
    assert "rejects" not in evidence_book(prepared, "growth").findings


def test_a_book_without_declined_applications_is_refused(prepared: EvidenceBook, tmp_path: Path):
    """There is nothing to assume about."""
    loans = prepared.tables["loans"]
    granted = replace(prepared, tables={**prepared.tables, "loans": loans.filter(loans["decision"].cast(str) != "declined")})
    with pytest.raises(BookError, match="was declined before the test begins"):
        train_evidence(granted, segment="growth", out=tmp_path, now=NOW, rejects=RejectInference(method="fuzzy"))
