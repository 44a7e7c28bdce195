"""What a validation keeps for its pictures: counts from which curves follow, and no row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders_training import NOW
from builders_validation import validation_of
from sklearn.metrics import roc_auc_score

from training.bundle import Bundle, Pictures, read_validation
from training.bundle.pictures import FEWEST
from training.errors import BundleError
from training.validation import Sample, Scales, Validated, load_gates, validate
from training.validation.calibration import ece_excess
from training.validation.pictures import caught

SCALES = Scales(bounds=(0.05, 0.1, 0.2, 0.4, 1.0), cutoff=0.3)


@pytest.fixture(scope="module")
def pictures(sample: Sample) -> Pictures:
    """Of a validation against the model itself as champion."""
    found = validate(sample, scales=SCALES, gates=load_gates(), operator="x", now=NOW, champion=sample.bundle).record.pictures
    assert found is not None
    return found


def test_the_curve_is_the_roc_but_for_its_corners() -> None:
    """The area under the kept points is the AUC within a hundredth; it begins at nothing and ends at everything."""
    dice = np.random.default_rng(1)
    target = (dice.random(2_000) < 0.2).astype(np.int64)
    risk = dice.normal(size=2_000) + target
    points = caught(target=target, risk=risk)
    assert (points[0].rows, points[-1].rows, points[-1].defaults) == (0, 2_000, int(target.sum()))
    assert len(points) <= 52
    hit = [one.defaults / target.sum() for one in points]
    false = [(one.rows - one.defaults) / (2_000 - target.sum()) for one in points]
    assert np.trapezoid(hit, false) == pytest.approx(roc_auc_score(target, risk), abs=0.01)


@pytest.mark.parametrize("rows", [6, 12, 49, 133])
def test_no_step_of_a_curve_tells_of_fewer_than_five_rows(rows: int) -> None:
    """Between any two points lie at least five rows, also at the end."""
    dice = np.random.default_rng(rows)
    points = caught(target=(dice.random(rows) < 0.5).astype(np.int64), risk=dice.normal(size=rows))
    steps = np.diff([one.rows for one in points])
    assert points[-1].rows == rows
    assert steps.min() >= FEWEST


def test_rows_of_equal_risk_are_not_parted() -> None:
    """Forty rows of two risks are two steps, whatever their order."""
    points = caught(target=np.tile([0, 1], 20), risk=np.repeat([0.1, 0.9], 20))
    assert [one.rows for one in points] == [0, 20, 40]


def test_every_count_is_of_the_held_out_rows(pictures: Pictures, sample: Sample) -> None:
    """Grades, bins of the score and the sets of a swap each add up to the rows; inputs to those known."""
    assert sum(one.n for one in pictures.grades) == sample.n
    assert pictures.score is not None
    assert sum(pictures.score.counts) == sample.n
    assert len(pictures.score.counts) == len(pictures.score.edges) + 1 == len(pictures.score.trained)
    for name, counts in pictures.inputs.items():
        assert sum(counts) == (~np.isnan(sample.matrix[:, sample.bundle.features.index(name)])).sum()
    assert [one.side for one in pictures.swap] == ["both", "out", "in", "neither"]
    assert sum(one.n for one in pictures.swap) == sample.n
    assert sum(one.defaults for one in pictures.swap) == sample.defaults


def test_against_itself_every_reason_stays(pictures: Pictures, sample: Sample) -> None:
    """All rows keep all four, and no feature comes or goes."""
    assert pictures.reasons is not None
    assert pictures.reasons.stay[-1] == sample.n
    assert pictures.reasons.features == ()
    assert pictures.champion == sample.bundle.hash
    assert pictures.champion_caught == pictures.caught


def test_without_amounts_swaps_have_no_money(sample: Sample) -> None:
    """What is not known stays unknown."""
    found = validate(replace(sample, amounts=None), scales=SCALES, gates=load_gates(), operator="x", now=NOW, champion=sample.bundle)
    assert found.record.pictures is not None
    assert {one.asked for one in found.record.pictures.swap} == {None}


def test_a_record_of_the_first_form_keeps_its_bytes(bundle: Bundle, validated: Validated) -> None:
    """Nothing is added to what was kept before there were pictures and reasons of gates, and pictures in it are refused."""
    old = validation_of(bundle, format="validation/1")
    assert b"pictures" not in old.to_bytes()
    assert b"why_" not in old.to_bytes()
    assert read_validation(old.to_bytes()) == old
    text = old.to_bytes().replace(b'"operator"', b'"pictures": ' + validated.record.pictures.model_dump_json().encode() + b', "operator"')  # type: ignore[union-attr]
    with pytest.raises(BundleError, match="has no pictures"):
        read_validation(text)


@pytest.mark.parametrize(("n", "shift"), [(300, -1.0), (3_000, -4.0)])
def test_a_true_model_s_calibration_error_is_chance(n: int, shift: float) -> None:
    """Outcomes drawn from the PDs exceed what chance gives in about one validation of twenty, never by much; doubled odds are found."""
    dice = np.random.default_rng(n)
    pd = 1 / (1 + np.exp(-(shift + dice.normal(size=n))))
    over = [ece_excess(target=(dice.random(n) < pd).astype(np.int64), pd=pd, draws=100) for _ in range(60)]
    assert sum(one > 0 for one in over) <= 10
    assert np.median(over) < 0
    worse = 1 / (1 + np.exp(-(shift + 1.0 + dice.normal(size=n))))
    assert ece_excess(target=(dice.random(n) < worse).astype(np.int64), pd=pd) > 0
