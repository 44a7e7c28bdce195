from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders_training import NOW, toy_book, toy_files
from builders_validation import gate, validation_of

from training.assembly import TrainResult
from training.bundle import Bundle, read_validation, verdict_of
from training.errors import BookError, BundleError, ContractError
from training.table import train_table
from training.validation import Gates, Measure, Sample, Scales, Validated, load_gates, read_gates, sample_of, table_sample, validate
from training.validation.gates import judge
from training.validation.writing import write_validated

SCALES = Scales(bounds=(0.05, 0.1, 0.2, 0.4, 1.0), cutoff=0.3)
CHAPTERS = [
    "discrimination",
    "calibration",
    "grades",
    "weak_spots",
    "overfit",
    "robustness",
    "resilience",
    "explanations",
    "leakage",
    "fairness",
    "prohibited",
]


def test_every_chapter_is_there_and_every_measure_has_its_n(validated: Validated) -> None:
    """Eleven chapters on any table; tricks and swap sets come with evidence and a champion."""
    assert [chapter.id for chapter in validated.chapters] == list(CHAPTERS)
    for chapter in validated.chapters:
        for name, measure in chapter.measures.items():
            assert measure.n > 0 or measure.value is None, name


def test_a_sound_model_passes(validated: Validated) -> None:
    """On rows drawn from the law it learnt, no blocking gate fails; gates that need a group it lacks say not enough data."""
    assert validated.record.verdict == "passed", validated.record.standing("fail")
    assert "impact-ownership" in validated.record.standing("not-enough-data")


def test_an_overconfident_model_fails_calibration(sample: Sample) -> None:
    """Outcomes that have nothing to do with the PD are caught by ranking and slope."""
    broken = replace(sample, target=np.random.default_rng(0).permutation(sample.target))
    found = validate(broken, scales=SCALES, gates=load_gates(), operator="x", now=NOW).record
    assert found.verdict == "failed"
    assert {"ranks", "slope-not-flat"} <= set(found.standing("fail"))


def test_understated_risk_is_red(sample: Sample) -> None:
    """Where most loans fail, grades are red and the level gate fails."""
    failed = np.where(np.random.default_rng(0).random(sample.n) < 0.7, 1, sample.target)
    found = validate(replace(sample, target=failed), scales=SCALES, gates=load_gates(), operator="x", now=NOW).record
    assert {"no-red-grade", "level-not-understated"} <= set(found.standing("fail"))


def test_too_few_outcomes_are_not_enough_data(sample: Sample) -> None:
    """Five defaults carry no AUC: the verdict is neither passed nor failed."""
    kept = np.sort(np.concatenate([np.flatnonzero(sample.target == 1)[:5], np.flatnonzero(sample.target == 0)[:12]]))
    few = Sample(bundle=sample.bundle, matrix=sample.matrix[kept], target=sample.target[kept])
    found = validate(few, scales=SCALES, gates=load_gates(), operator="x", now=NOW).record
    assert "ranks" in found.standing("not-enough-data")
    assert found.verdict == "not-enough-data"


def test_a_champion_adds_swap_sets_in_money(sample: Sample) -> None:
    """A model against itself swaps nobody, changes no reason, and differs by exactly nothing."""
    found = validate(sample, scales=SCALES, gates=load_gates(), operator="x", now=NOW, champion=sample.bundle)
    swap = found.chapters[-1]
    assert (swap.measures["swapped_share"].value, swap.measures["reasons_changed"].value) == (0.0, 0.0)
    assert swap.measures["auc_difference"].value == 0
    both, out, into, neither = swap.grids[0].rows
    assert (out[1], into[1]) == (0, 0)
    assert int(both[1]) + int(neither[1]) == sample.n
    assert both[4] == int(both[1]) * 1_000_000


def test_a_champion_of_other_features_is_refused(sample: Sample, toy_model: TrainResult, tmp_path: Path) -> None:
    """They cannot be asked about the same rows."""
    (tmp_path / "loans").mkdir()
    other = train_table(toy_files(tmp_path / "loans"), out=tmp_path, now=NOW).bundle
    with pytest.raises(BookError, match="reads other features"):
        validate(sample, scales=SCALES, gates=load_gates(), operator="x", now=NOW, champion=other)


def test_a_table_is_validated_through_its_contract(tmp_path: Path) -> None:
    """The same file gives the very test rows of training; other categories are refused, as their codes would mean other things."""
    contract = toy_files(tmp_path)
    bundle = train_table(contract, out=tmp_path / "out", now=NOW).bundle
    found = table_sample(contract, bundle)
    assert found.said["same_data_as_training"]
    assert found.n == bundle.manifest.training["test_rows"]
    text = (tmp_path / "toy.csv").read_text()
    (tmp_path / "toy.csv").write_text(text.replace(",mill,", ",pond,"))
    with pytest.raises(BookError, match="categories of kind"):
        table_sample(contract, bundle)


def test_rows_of_another_shape_are_refused(toy_model: TrainResult) -> None:
    """Fewer features, no held-out row, or one outcome only: each is said."""
    book = toy_book()
    with pytest.raises(BookError, match="they differ"):
        sample_of(replace(book, features=book.features[:-1]), toy_model.bundle)
    with pytest.raises(BookError, match="no row is held out"):
        sample_of(replace(book, test=np.zeros_like(book.test)), toy_model.bundle)
    with pytest.raises(BookError, match="needs both outcomes"):
        sample_of(replace(book, target=np.zeros_like(book.target)), toy_model.bundle)


def test_the_record_is_read_back_and_stands_beside_the_bundle(validated: Validated, toy_model: TrainResult, folder: Path) -> None:
    """The bundle's hash is unchanged, and the record reads back equal."""
    own = Bundle.load(shutil.copytree(toy_model.folder, folder / "bundle"))
    paths = write_validated(validated, own, folder / "reports")
    assert Bundle.load(own.folder).hash == own.hash
    assert read_validation(paths[0].read_bytes()) == validated.record
    assert {path.name for path in paths[1:]} == {
        "report.zh.html",
        "report.en.html",
        "model-card.zh.html",
        "model-card.en.html",
        "validation.json",
    }


def test_a_verdict_that_does_not_follow_is_refused(bundle: Bundle) -> None:
    """Nobody writes `passed` over a failed gate."""
    said = json.loads(validation_of(bundle, "fail").to_bytes())
    assert said["verdict"] == "failed"
    with pytest.raises(BundleError, match="but the gates say 'failed'"):
        read_validation(json.dumps(said | {"verdict": "passed"}).encode())


def test_verdicts_by_hand() -> None:
    """A failed warning passes; a required gate without data does not; no data at all never passes."""
    assert verdict_of([gate(), gate("fail", blocks=False)]) == "passed"
    assert verdict_of([gate(), gate("fail")]) == "failed"
    assert verdict_of([gate(), gate("not-enough-data")]) == "passed"
    assert verdict_of([gate(), gate("not-enough-data", required=True)]) == "not-enough-data"
    assert verdict_of([gate("not-enough-data")]) == "not-enough-data"


@pytest.fixture
def gates() -> Gates:
    return load_gates()


def test_gates_hold_a_bound_of_the_interval(gates: Gates) -> None:
    """A gate on `low` asks for the lower bound, one on nothing known has not enough data."""
    (ranks,) = (one for one in gates.gates if one.id == "ranks")
    wide = Measure(value=0.7, low=0.49, high=0.9, n=30)
    assert ranks.judge({"auc": wide}).standing == "fail"
    assert ranks.judge({"auc": replace(wide, low=0.55)}).standing == "pass"
    assert ranks.judge({}).standing == "not-enough-data"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("at_least = 0.5\n", "exactly one of"),
        ('measure = "auc"', "is not a file of gates"),
        ('id = "calibrated"', "twice"),
    ],
)
def test_a_faulty_file_of_gates_is_refused(gates: Gates, change: str, said: str) -> None:
    """Two bounds or none, a missing measure and a doubled id are each told."""
    text = Path("training/gates/illustrative-2026.toml").read_text("utf-8")
    with pytest.raises(ContractError, match=said):
        read_gates(text.replace(change, 'id = "ranks"' if "calibrated" in change else "", 1))


def test_a_gate_for_what_nothing_measures_is_refused(gates: Gates) -> None:
    """A misspelt measure is no silent pass."""
    with pytest.raises(ContractError, match="which nothing measures"):
        judge(gates, {}, known=frozenset({"auc"}))


def test_the_shipped_gates_say_that_they_are_illustrative(gates: Gates) -> None:
    """No source publishes a bank's thresholds; the file says so and so does every record."""
    assert gates.used.status == "illustrative"
    assert gates.sha256.startswith("sha256:")


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("验证报告", "门槛", "签字", "结论")), ("en", ("Validation report", "Gates", "Signatures", "Verdict"))]
)
def test_the_report_stands_alone_in_both_languages(
    validated: Validated, toy_model: TrainResult, folder: Path, lang: str, words: tuple[str, ...]
) -> None:
    """It asks for nothing from anywhere, shows every gate with its n, every formula, and both pictures."""
    own = Bundle.load(shutil.copytree(toy_model.folder, folder / "bundle"))
    write_validated(validated, own, folder)
    page = (folder / f"report.{lang}.html").read_text("utf-8")
    assert all(word in page for word in words)
    assert "://" not in page
    assert page.count("<svg") == 2
    assert all(getattr(one, lang) in page or "&" in getattr(one, lang) for one in validated.record.outcomes)
    card = (folder / f"model-card.{lang}.html").read_text("utf-8")
    assert own.hash in card
    assert "://" not in card


def test_every_gate_says_why_its_bound_is_there(gates: Gates, validated: Validated) -> None:
    """In both languages, in the file and in the record; what no rule gives is called a choice or a convention."""
    for one in gates.gates:
        assert one.why_zh, one.id
        assert one.why_en, one.id
    assert [one.why_en for one in validated.record.outcomes] == [one.why_en for one in gates.gates]
