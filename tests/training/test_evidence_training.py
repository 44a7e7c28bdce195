from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from builders_training import NOW, QUICK

from features.build import build_features
from features.indicators import CATALOGUE, catalogue_hash
from training.assembly import TrainResult
from training.book import Book
from training.errors import BookError, TrainingRefused
from training.evidence import NAMES, SEGMENTS, EvidenceBook, evidence_book, prepare, train_evidence
from training.simulate import Province, simulate, write_province


@pytest.fixture(scope="module")
def province() -> Province:
    return simulate(firms=1500, seed=11, until=date(2026, 6, 30))


@pytest.fixture(scope="module")
def prepared(province: Province) -> EvidenceBook:
    return prepare(province.tables, simulated=True)


@pytest.fixture(scope="module")
def growth(prepared: EvidenceBook, tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    return train_evidence(prepared, segment="growth", out=tmp_path_factory.mktemp("out"), now=NOW, settings=QUICK, force=True)


def test_every_labelled_loan_gets_its_indicators(province: Province, prepared: EvidenceBook):
    """One row a labelled loan, oldest application first, with the whole catalogue and a segment."""
    assert prepared.frame.height == prepared.counts["labelled"]
    assert prepared.frame["applied"].is_sorted()
    assert set(prepared.frame.columns) >= {*CATALOGUE, "target", "segment", "stage", "field"}
    assert set(prepared.frame["segment"].drop_nulls()) == set(SEGMENTS)
    assert int(prepared.frame["target"].sum()) == prepared.counts["defaults"]
    assert prepared.counts["applications"] == province.tables["loans"].height


def test_indicators_are_as_of_the_eve_of_the_application(province: Province, prepared: EvidenceBook):
    """The loan asked for, and anything learnt on the day itself, is not part of its own evidence."""
    assert (prepared.frame["applied"] - prepared.frame["as_of"]).to_list() == [1] * prepared.frame.height
    row = prepared.frame.row(prepared.frame.height // 2, named=True)
    firm, number = row["application_id"].split("/")
    earlier = {
        name: frame.filter(pl.col("applied_on").to_physical() < row["applied"]) if name == "loans" else frame
        for name, frame in province.tables.items()
    }
    loan = province.tables["loans"].filter((pl.col("firm_id") == firm) & (pl.col("loan_id") == number)).row(0, named=True)
    asked = {
        "application_id": ["x"],
        "firm_id": [firm],
        "as_of": [row["as_of"]],
        "amount": [loan["amount"]],
        "term_months": [loan["term_months"]],
    }
    again = build_features(pl.DataFrame(asked), earlier).row(0, named=True)
    assert {name: again[name] for name in CATALOGUE} == {name: row[name] for name in CATALOGUE}


@pytest.mark.parametrize("segment", SEGMENTS)
def test_segments_split_out_of_time_and_by_firm(prepared: EvidenceBook, segment: str):
    """Start-ups train the one model, growth and stable firms the other; no firm is on both sides of the day."""
    book = evidence_book(prepared, segment)
    stages = {"startup": {"start-up"}, "growth": {"growth", "stable"}}[segment]
    assert set(book.groups["stage"]) == stages
    assert not set(book.firm[book.test]) & set(book.firm[~book.test])
    whole = prepared.frame.filter(pl.col("segment") == segment)
    left_out = book.counts["test_rows_of_training_firms_left_out"]
    assert len(book.target) == whole.height - left_out
    assert (book.test.sum() + left_out) / whole.height == pytest.approx(0.3, abs=0.02)
    assert book.name == NAMES[segment]


def test_the_book_takes_features_and_directions_from_the_catalogue(prepared: EvidenceBook):
    """Every indicator in the catalogue's order, with the direction it declares."""
    book = evidence_book(prepared, "growth")
    assert [f.name for f in book.features] == list(CATALOGUE)
    assert [f.direction for f in book.features] == [i.direction for i in CATALOGUE.values()]
    assert book.hashes["catalogue"] == catalogue_hash()


def test_an_indicator_that_knows_the_outcome_is_reported(prepared: EvidenceBook):
    """A column that ranks defaults almost perfectly shows up among the suspicious ones, first."""
    leaking = prepared.frame.with_columns(rd_intensity=pl.col("target").cast(pl.Float64))
    found = evidence_book(EvidenceBook(leaking, prepared.counts, simulated=True), "growth").findings["suspicious"]
    assert found[0] == {"column": "rd_intensity", "auc": 1.0, "standing": "used as a feature"}


def test_the_model_scores_what_the_request_path_gives(growth: TrainResult, prepared: EvidenceBook):
    """A mapping of the catalogue's values, null where unknown, is a row of the matrix."""
    book: Book = evidence_book(prepared, "growth")
    values = prepared.frame.filter(pl.col("segment") == "growth").row(0, named=True)
    row = growth.bundle.row({name: values[name] for name in CATALOGUE})
    assert np.array_equal(row[0], book.matrix[0], equal_nan=True)
    assert growth.bundle.score(row).score.tolist() == growth.bundle.score(book.matrix).score[:1].tolist()


def test_a_model_of_simulated_firms_says_so(growth: TrainResult):
    """The flag is in the manifest, and on the card."""
    assert growth.bundle.simulated
    assert "trained on simulated data" in (growth.folder / "card.md").read_text(encoding="utf-8")


def test_metrics_are_reported_by_stage_and_field(growth: TrainResult):
    """Each group with its n and defaults."""
    assert set(growth.by_group) == {"stage", "field"}
    assert sum(found.n for found in growth.by_group["field"].values()) == growth.test.n


def test_too_few_defaults_are_refused_unless_forced(prepared: EvidenceBook, tmp_path: Path):
    """A small province has too few failed start-ups to learn from."""
    with pytest.raises(TrainingRefused, match=r"jifen-startup: \d+ defaults and \d+ payers"):
        train_evidence(prepared, segment="startup", out=tmp_path, now=NOW, settings=QUICK)


def test_a_folder_of_files_is_read_and_checked(tmp_path: Path):
    """The same book comes from Parquet files as from frames."""
    small = simulate(firms=120, seed=5, until=date(2026, 6, 30))
    write_province(small, tmp_path, format="parquet")
    from_files, from_frames = prepare(tmp_path, simulated=True), prepare(small.tables, simulated=True)
    assert from_files.frame.equals(from_frames.frame)


def test_evidence_without_loans_cannot_train(province: Province):
    """No table, no rows, or no loan old enough: each is said."""
    tables = dict(province.tables)
    with pytest.raises(BookError, match="has no loans"):
        prepare({name: frame for name, frame in tables.items() if name != "loans"}, simulated=True)
    with pytest.raises(BookError, match="has no loans"):
        prepare(tables | {"loans": tables["loans"].head(0)}, simulated=True)
    with pytest.raises(BookError, match="has an outcome yet"):
        prepare(tables | {"loans": tables["loans"].with_columns(decision=pl.lit("declined"))}, simulated=True)


def test_a_segment_without_loans_is_named(prepared: EvidenceBook):
    """An empty segment is an error, not an empty model."""
    only = EvidenceBook(prepared.frame.filter(pl.col("segment") == "growth"), prepared.counts, simulated=True)
    with pytest.raises(BookError, match="segment 'startup'; the segments are startup, growth"):
        evidence_book(only, "startup")
