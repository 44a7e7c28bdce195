"""A model of a simulated province, validated on its own evidence."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from builders_training import NOW, QUICK

from features.acts import ACTS
from features.points import shipped_scheme
from features.what_if import acted
from training.assembly import TrainResult
from training.bundle import Bundle
from training.errors import BookError
from training.evidence import EvidenceBook, evidence_book, prepare, train_evidence
from training.simulate import Province, simulate
from training.validation import Games, Sample, Scales, Validated, asking_firms, evidence_sample, load_gates, validate
from training.validation.gaming import TRICKS, Asking, gains_of, gaming

SCALES = Scales(bounds=(0.001, 0.002, 0.004, 0.0075, 0.013, 0.022, 0.038, 0.065, 0.11, 0.2, 1.0), cutoff=0.11)


@pytest.fixture(scope="module")
def province() -> Province:
    return simulate(firms=1500, seed=11, until=date(2026, 6, 30))


@pytest.fixture(scope="module")
def prepared(province: Province) -> EvidenceBook:
    return prepare(province.tables, simulated=True)


@pytest.fixture(scope="module")
def model(prepared: EvidenceBook, tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    return train_evidence(prepared, segment="growth", out=tmp_path_factory.mktemp("out"), now=NOW, settings=QUICK, force=True)


@pytest.fixture(scope="module")
def held(prepared: EvidenceBook, model: TrainResult) -> Sample:
    return evidence_sample(prepared, model.bundle)


@pytest.fixture(scope="module")
def asking(prepared: EvidenceBook, province: Province, model: TrainResult) -> list[Asking]:
    return asking_firms(prepared, province.tables, model.bundle, most=40)


@pytest.fixture(scope="module")
def found(held: Sample, asking: list[Asking]) -> Validated:
    games = Games(asking=asking, scheme=shipped_scheme("tech-sme-rubric"))
    return validate(held, scales=SCALES, gates=load_gates(), operator="x", now=NOW, games=games)


def test_the_held_out_rows_are_those_of_training(held: Sample, model: TrainResult, prepared: EvidenceBook) -> None:
    """On the same evidence: the same test rows, labelled by every dimension a fairness screen asks for, no firm on both sides."""
    book = evidence_book(prepared, "growth", suspect=False)
    assert np.array_equal(held.matrix, book.matrix[book.held_out], equal_nan=True)
    assert held.said["same_data_as_training"]
    assert set(held.groups) == {"stage", "field", "region", "ownership", "size", "age"}
    assert held.n == model.test.n
    assert not set(held.firm.tolist()) & set(held.train_firm.tolist())


def test_later_evidence_keeps_the_day_the_test_began(province: Province, model: TrainResult, prepared: EvidenceBook) -> None:
    """Loans of before that day trained the model, in whatever folder they come again; only later ones are held out."""
    more = prepare(simulate(firms=1500, seed=12, until=date(2026, 6, 30)).tables, simulated=True)
    fresh = evidence_sample(more, model.bundle)
    first = date.fromisoformat(model.bundle.manifest.training["test_from"])
    assert not fresh.said["same_data_as_training"]
    assert fresh.train_matrix is None
    assert fresh.days.min() >= (first - date(1970, 1, 1)).days


def test_a_bundle_of_a_table_is_not_validated_on_evidence(prepared: EvidenceBook, bundle: Bundle) -> None:
    """It has a contract of its own."""
    with pytest.raises(BookError, match="validate it with its contract"):
        evidence_sample(prepared, bundle)


def test_r17_what_one_trick_buys_is_reported(found: Validated) -> None:
    """Three tricks, each with the number of firms whose figures are known, points and score."""
    chapter = found.chapters[-1]
    assert chapter.id == "gaming"
    assert [row[0].en for row in chapter.grids[0].rows] == [trick.said.en for trick in TRICKS]
    assert chapter.measures["software_score"].n > 20
    assert chapter.measures["software_points"].value is not None


def test_r17_a_reclassified_expense_moves_only_research(asking: list[Asking]) -> None:
    """Research expense rises by 5 % of cost, and with it what is computed from it; cash, profit and debt stay."""
    firm = next(one.firm for one in asking if one.firm.bases.get("rd_expense_0") and one.firm.bases.get("total_cost_0"))
    trick = next(trick for trick in TRICKS if trick.id == "expense")
    after = acted(firm, trick.act, trick.units(firm))
    assert after is not None
    moved = after.bases["rd_expense_0"] - firm.bases["rd_expense_0"]
    assert moved == pytest.approx(0.05 * firm.bases["total_cost_0"], abs=10_000)
    assert {name for name in firm.bases if firm.bases[name] != after.bases[name]} == {"rd_expense_0"}
    assert after.values["rd_intensity"] > firm.values["rd_intensity"]


def test_a_trick_needs_its_figures(asking: list[Asking], model: TrainResult) -> None:
    """A firm whose register of rights was not searched cannot be said to gain by one more."""
    firm = asking[0].firm
    blank = type(firm)(**{name: getattr(firm, name) for name in firm.__slots__} | {"bases": firm.bases | {"class2_rights": None}})
    assert acted(blank, ACTS["software_rights"]) is None
    assert gains_of([Asking(blank, 1_000_000, 24)], trick=TRICKS[0], bundle=model.bundle) == []
    few = gaming(asking[:3], bundle=model.bundle)
    assert few.measures["software_score"].value is None
    assert few.measures["software_points"].value is None


def test_r13_a_field_with_few_defaults_shows_counts_only(found: Validated) -> None:
    """Every group has its n; below ten of either outcome there is no AUC."""
    grids = {grid.title.en: grid for grid in found.chapters[0].grids}
    rows = grids["By field"].rows
    assert sum(int(row[1]) for row in rows) == found.record.data.n
    assert all(row[3] is None for row in rows if int(row[2]) < 10)
