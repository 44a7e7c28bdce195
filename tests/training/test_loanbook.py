from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from builders_training import CONTRACT, NOW, QUICK, toy_files, toy_table

from training.bundle.bundle import Model
from training.bundle.encoding import day_number
from training.errors import BookError, BundleError, ContractError, TrainingRefused
from training.loanbook import book_of, read_contract, read_table
from training.loanbook.suspicion import guess, look_at, power
from training.table import train_table

TOY = toy_table()


def book(contract: str = CONTRACT, table: pl.DataFrame = TOY):
    return book_of(read_contract(contract, name="toy.toml"), table)


def test_rows_without_an_outcome_are_left_out_and_counted():
    """Six rows of 1,200 have a blank label."""
    found = book()
    assert found.counts["rows_without_label"] == 6
    assert len(found.target) + found.counts["test_rows_of_training_firms_left_out"] == 1194


def test_the_split_is_out_of_time_and_by_firm():
    """Rows decided from the day on are the test; a firm that straddles it stays in training."""
    found = book()
    shifted = TOY.filter(pl.col("state") != "")
    days = [day_number(date.fromisoformat(text)) for text in shifted["decided"]]
    assert (
        found.test.sum() == sum(day >= day_number(date(2021, 9, 1)) for day in days) - found.counts["test_rows_of_training_firms_left_out"]
    )
    assert not set(found.firm[found.test]) & set(found.firm[~found.test])
    assert found.counts["split"] == "from 2021-09-01"
    assert found.counts["first_decision"] == "2020-01-01"


def test_values_are_read_as_declared():
    """Money, blanks, categories by frequency and days before the decision reach the matrix."""
    found = book()
    first = TOY.row(0, named=True)
    size = float(first["size"].strip("()").replace("$", "").replace(",", "")) * (-1 if first["size"].startswith("(") else 1)
    kind = found.features[2].categories.index(first["kind"])
    age = day_number(date.fromisoformat(first["decided"])) - day_number(date.fromisoformat(first["founded"]))
    assert found.matrix[0, [0, 2, 3]].tolist() == [size, kind, age]
    assert set(found.features[2].categories) == {"shop", "farm", "mill"}
    assert np.isnan(found.matrix[:, 1]).sum() == TOY.filter((pl.col("state") != "") & (pl.col("debt") == "")).height


def test_a_column_of_the_outcome_is_refused_by_name():
    """Declared as known after the fact and offered as a feature: no model is made of it."""
    with pytest.raises(TrainingRefused, match=r"toy: lost_on \(outcome\) known only after the decision"):
        book(CONTRACT.replace("use = false", "use = true"))


@pytest.mark.parametrize("known", ["after-decision", "outcome"])
def test_a_feature_derived_from_a_late_column_is_refused_too(known: str):
    """Renaming does not launder a column."""
    text = CONTRACT.replace('known = "outcome"', f'known = "{known}"')
    text += '\n[columns.innocent]\nfrom = "lost_on"\nknown = "application"\ntype = "date"\nderive = "year"\n'
    with pytest.raises(TrainingRefused, match=rf"innocent \({known}\)"):
        book(text)


@pytest.mark.parametrize(("column", "role"), [("state", "label"), ("number", "id")])
def test_the_label_and_the_row_number_are_never_features(column: str, role: str):
    """Not even declared as known at application."""
    text = CONTRACT + f'\n[columns.wise]\nfrom = "{column}"\nknown = "application"\ntype = "category"\n'
    with pytest.raises(TrainingRefused, match=rf"wise \({role}\)"):
        book(text)


def test_an_undeclared_column_that_knows_the_outcome_is_reported():
    """Taken out of the contract, the date of loss is left out of the model and reported; an honest whim is not."""
    text = CONTRACT[: CONTRACT.index("[columns.lost_on]")]
    found = book(text)
    (said,) = found.findings["suspicious"]
    assert (said["column"], said["standing"]) == ("lost_on", "undeclared, left out")
    assert said["auc"] > 0.99
    assert [f.name for f in found.features] == ["size", "debt", "kind", "age"]


def test_a_declared_feature_that_is_too_strong_is_reported():
    """Said to be known at application and used, but as good as the outcome: used, and reported."""
    table = TOY.with_columns(hunch=pl.when(pl.col("state") == "lost").then(pl.lit("1")).otherwise(pl.lit("0")))
    found = book(CONTRACT + '\n[columns.hunch]\nknown = "application"\n', table)
    assert {one["column"]: one["standing"] for one in found.findings["suspicious"]}["hunch"] == "used as a feature"


def test_a_reason_travels_with_the_suspicion():
    """A column set aside still shows its power, with the reason given for setting it aside."""
    assert book().findings["suspicious"][0]["standing"] == "not used: the loss itself"


@pytest.mark.parametrize(
    ("values", "kind"), [(["1", "2,000", ""], "number"), (["2020-01-01", ""], "date"), (["a", "b"], "category"), (["", ""], "number")]
)
def test_undeclared_columns_are_read_as_what_they_look_like(values: list[str], kind: str):
    """Numbers, dates, else categories."""
    assert guess("x", values, "%Y-%m-%d").type == kind


def test_a_column_that_says_nothing_has_no_power():
    """A constant, and a column on too few defaults, are one half."""
    feature = guess("x", ["1"] * 40, "%Y-%m-%d")
    _, looked = look_at(feature, {"x": ["1"] * 40}, np.ones(40, dtype=np.bool_))
    assert power(feature, looked, np.array([0, 1] * 20)) == 0.5
    assert power(feature, looked + np.arange(40).reshape(-1, 1), np.array([1] + [0] * 39)) == 0.5


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"state": pl.lit("gone")}, BookError, "'gone' x 1200 are in neither"),
        ({"decided": pl.lit("")}, BookError, "labelled rows have none"),
        ({"decided": pl.lit("soon")}, BookError, "column decided: 1194 values are not of type date"),
        ({"size": pl.lit("big")}, BookError, "column size: 1194 values are not of type money"),
    ],
)
def test_a_table_that_breaks_its_contract_is_refused(change: dict[str, pl.Expr], error: type[Exception], said: str):
    """Column, count and value are named."""
    with pytest.raises(error, match=said):
        book(table=TOY.with_columns(**change))


def test_columns_the_file_lacks_are_all_named_with_their_use():
    """Label, feature and source alike."""
    with pytest.raises(ContractError, match=r"no column state \(label\), founded \(columns\.age\), lost_on \(columns\.lost_on\)"):
        book(table=TOY.drop("state", "founded", "lost_on"))


def test_weights_must_be_positive():
    """A weight of zero is a row to remove, not to keep."""
    text = CONTRACT.replace('id = "number"', 'id = "number"\nweight = "w"')
    assert book(text, TOY.with_columns(w=pl.lit("2"))).weight.tolist()[:2] == [2.0, 2.0]
    with pytest.raises(BookError, match="weight w: 1194 rows are not above zero"):
        book(text, TOY.with_columns(w=pl.lit("0")))


def test_a_segment_column_groups_the_metrics():
    """Metrics are reported by its values."""
    found = book(CONTRACT.replace('id = "number"', 'id = "number"\nsegment = "kind"'))
    assert set(found.groups["kind"]) == {"shop", "farm", "mill"}


def test_a_random_split_needs_no_dates():
    """Without a decision date the test is a stratified share."""
    text = CONTRACT.replace('kind = "date"\ntest_from = 2021-09-01', 'kind = "random"\ntest_share = 0.25\nseed = 4')
    text = text.replace('[decision]\ndate = "decided"\n', "").replace('firm = "firm"\n', "")
    text = text[: text.index("[columns.age]")]
    found = book(text)
    assert found.test.mean() == pytest.approx(0.25, abs=0.01)
    assert found.firm is None
    assert found.counts["split"] == "random 0.25 (seed 4)"


def test_csv_gzip_and_parquet_read_alike(tmp_path: Path):
    """One table, three files, one book."""
    TOY.write_csv(tmp_path / "toy.csv")
    (tmp_path / "toy.csv.gz").write_bytes(gzip.compress((tmp_path / "toy.csv").read_bytes()))
    TOY.write_parquet(tmp_path / "toy.parquet")
    books = [book(table=read_table(tmp_path / name)) for name in ("toy.csv", "toy.csv.gz", "toy.parquet")]
    assert len({found.hashes["data"] for found in books}) == 1


@pytest.mark.parametrize(("name", "said"), [("none.csv", "does not exist"), ("toy.xlsx", "is none of"), ("bad.parquet", "cannot be read")])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, name: str, said: str):
    """Absent, of another kind, or damaged."""
    if name != "none.csv":
        (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(BookError, match=said):
        read_table(tmp_path / name)


def test_a_table_trains_to_a_bundle_that_scores_rows_of_its_shape(tmp_path: Path):
    """From contract and file to a bundle; the bundle reads the same table and gives the scores of training."""
    path = toy_files(tmp_path)
    result = train_table(path, out=tmp_path / "out", now=NOW, settings=QUICK)
    assert result.folder == tmp_path / "out" / "toy" / "1"
    assert result.test.metrics["auc"].value > 0.65
    found = book()
    rows = TOY.filter(pl.col("state") != "")
    scored = result.bundle.score(result.bundle.encode(rows))
    kept = result.bundle.score(found.matrix)
    assert scored.score.tolist()[:500] == kept.score.tolist()[:500]
    assert result.bundle.manifest.decided.column == "decided"
    again = train_table(path, out=tmp_path / "again", now=NOW, settings=replace(QUICK), file=tmp_path / "toy.csv")
    assert again.bundle.hash == result.bundle.hash


def test_an_unseen_category_is_scored_as_missing_and_told(tmp_path: Path):
    """A new kind of firm scores like a firm of unknown kind, with a warning."""
    bundle = train_table(toy_files(tmp_path), out=tmp_path / "out", now=NOW, settings=QUICK).bundle
    row = {**TOY.row(3, named=True), "kind": "bank"}
    encoded = bundle.read_rows([row])
    assert encoded.warnings == ("kind: 1 rows hold categories unseen in training (bank); read as missing",)
    assert bundle.score(encoded.matrix).score == bundle.score(bundle.encode([{**row, "kind": ""}])).score


def test_rows_need_the_decision_date_where_ages_count_from_it(tmp_path: Path):
    """An age is counted from the row's own decision date, which must be there."""
    bundle = train_table(toy_files(tmp_path), out=tmp_path / "out", now=NOW, settings=QUICK).bundle
    row = TOY.row(3, named=True)
    with pytest.raises(BookError, match="lack decided"):
        bundle.encode([{name: value for name, value in row.items() if name != "decided"}])
    undated = Model((bundle.folder / "model.txt").read_text(), bundle.manifest.model_copy(update={"decided": None}))
    with pytest.raises(BundleError, match="names no decision column"):
        undated.encode([row])


def test_a_stated_central_tendency_reaches_the_bundle(tmp_path: Path):
    """Written in the contract, kept in the manifest."""
    path = toy_files(tmp_path, contract=CONTRACT.replace('id = "number"', 'id = "number"\ncentral_tendency = 0.05'))
    result = train_table(path, out=tmp_path / "out", now=NOW, settings=QUICK)
    assert result.bundle.manifest.calibration.central_tendency == 0.05
