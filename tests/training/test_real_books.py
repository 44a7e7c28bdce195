"""The contracts on the real files, against a plain LGBMClassifier on identical rows. Skipped where the files are absent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest
from builders_training import NOW

from training.assembly import TrainResult, train_book
from training.book import Book
from training.loanbook import book_of, load_contract, read_table
from training.metrics import Evaluation, evaluate
from training.split import stratified
from training.table import CONTRACTS

DATA = Path(__file__).parents[3] / "shared" / "data"
MARGIN = 0.003
"""AUC a compact, monotone, calibrated model may lose to a plain one."""


def need_real(name: str) -> Path:
    """The real files lie beside the project, not in it: where they are absent these tests cannot run, and say so."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def plain(book: Book) -> Evaluation:
    """What LGBMClassifier gives with its defaults on the same features and rows."""
    categories = [position for position, feature in enumerate(book.features) if feature.is_category]
    model = lgb.LGBMClassifier(verbosity=-1, n_jobs=1, random_state=0)
    model.fit(book.matrix[book.train], book.target[book.train], categorical_feature=categories)
    log_odds = model.booster_.predict(book.matrix[book.held_out], raw_score=True)
    return evaluate(book.target[book.held_out], log_odds)


def value(found: Evaluation, name: str) -> float:
    return found.metrics[name].value


@pytest.fixture(scope="module")
def book() -> Book:
    """The SBA loans as their contract reads them."""
    return book_of(load_contract(CONTRACTS / "sba.toml"), read_table(need_real("sba_loans.csv.gz")))


@pytest.fixture(scope="module")
def sba(book: Book, tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    return train_book(book, out=tmp_path_factory.mktemp("sba"), now=NOW)


def test_sba_trains_out_of_time_on_the_rows_the_file_has(sba: TrainResult):
    """22,427 rows, 119 without an outcome, 6,785 of the rest decided from 2004-11-17 on."""
    assert (sba.counts["rows_read"], sba.counts["rows_without_label"]) == (22_427, 119)
    assert (sba.counts["train_rows"], sba.counts["test_rows"]) == (15_523, 6_785)


def test_sba_columns_that_know_the_outcome_are_reported_by_power(sba: TrainResult):
    """The charge-off's date and amount, and the term as it ended; nothing an application states."""
    assert [one["column"] for one in sba.findings["suspicious"]] == ["ChgOffDate", "ChgOffPrinGr", "Term"]


def test_sba_is_level_with_a_plain_model_and_better_calibrated(sba: TrainResult, book: Book):
    """AUC within 0.003 of LGBMClassifier on the same rows; Brier score, ECE and calibration slope better."""
    other = plain(book)
    assert value(sba.test, "auc") >= value(other, "auc") - MARGIN
    assert value(sba.test, "brier") < value(other, "brier")
    assert value(sba.test, "ece") < value(other, "ece")
    assert abs(value(sba.test, "calibration_slope") - 1) < abs(value(other, "calibration_slope") - 1)


def test_sba_says_that_it_understates_the_later_risk(sba: TrainResult):
    """Loans of 2004-06 fail twice as often as those before; the card gives both rates."""
    assert sba.test.metrics["calibration_intercept"].low > 0
    assert "understates the risk of the test rows: mean PD 0.2" in (sba.folder / "card.md").read_text(encoding="utf-8")


def test_german_credit_is_level_with_a_plain_model_and_better_calibrated(tmp_path: Path):
    """Over three random splits of 1,000 rows: mean AUC within 0.003, mean Brier score, ECE and slope better."""
    path = need_real("german_credit.csv.gz")
    book = book_of(load_contract(CONTRACTS / "german-credit.toml"), read_table(path))
    ours, theirs = [], []
    for seed in range(3):
        dealt = replace(book, test=stratified(book.target, share=0.3, seed=seed))
        ours.append(train_book(dealt, out=tmp_path, now=NOW, version=str(seed)).test)
        theirs.append(plain(dealt))
    mean = {name: [np.mean([value(found, name) for found in side]) for side in (ours, theirs)] for name in ("auc", "brier", "ece")}
    assert mean["auc"][0] >= mean["auc"][1] - MARGIN
    assert mean["brier"][0] < mean["brier"][1]
    assert mean["ece"][0] < mean["ece"][1]
    slopes = [np.mean([abs(value(found, "calibration_slope") - 1) for found in side]) for side in (ours, theirs)]
    assert slopes[0] < slopes[1]


def test_the_german_contract_keeps_sex_age_and_nationality_out():
    """What must not decide credit is declared, and not used."""
    contract = load_contract(CONTRACTS / "german-credit.toml")
    assert not {"personal_status_and_sex", "age_in_years", "foreign_worker"} & set(contract.used)
