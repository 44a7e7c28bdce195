from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, count, demographic_parity_ratio, selection_rate
from sklearn.metrics import roc_auc_score

from training.metrics import Interval
from training.validation import Sample
from training.validation.calibration import reliability, spiegelhalter
from training.validation.explanations import features_for, kept_reasons, top_reasons
from training.validation.fairness import adverse_impact, fairness, impact_ratio
from training.validation.leakage import alone
from training.validation.overfit import auc_gap
from training.validation.prohibited import found_in
from training.validation.robustness import noisy, spreads
from training.validation.swap import auc_difference, swapped
from training.validation.weak_spots import Slice, holm, miss_p, slices_of


def test_spiegelhalter_s_z_by_hand() -> None:
    """PDs of 0.2 and 0.2, one default: (0.8 - 0.2) * 0.6 / sqrt(2 * 0.36 * 0.16) = 0.36 / 0.3394."""
    z, p_value = spiegelhalter(target=np.array([1, 0]), pd=np.array([0.2, 0.2]))
    assert z == pytest.approx(0.36 / np.sqrt(2 * 0.36 * 0.16))
    assert p_value == pytest.approx(0.2888, abs=1e-4)
    assert spiegelhalter(target=np.array([1]), pd=np.array([0.5])) == (0.0, 1.0)


def test_reliability_bins_hold_every_row_once() -> None:
    """Bins of equal mass, safest first; few rows make fewer bins."""
    found = reliability(target=np.array([0] * 15 + [1] * 5), pd=np.linspace(0.1, 0.9, 20))
    assert [n for _, _, n in found] == [5, 5, 5, 5]
    assert [rate.value for _, rate, _ in found] == [0, 0, 0, 1]


def test_holm_by_hand() -> None:
    """P of 0.01, 0.04, 0.03 become 0.03, 0.06, 0.06: three, two and one times, and never falling."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_a_miss_counts_both_tails() -> None:
    """No default in 10 at one half is 2 / 1024; what was expected is no miss."""
    assert miss_p(defaults=0, n=10, pd=0.5) == pytest.approx(2 / 1024)
    assert miss_p(defaults=5, n=10, pd=0.5) == 1.0


def test_a_planted_weak_spot_is_found(sample: Sample) -> None:
    """A group whose every loan failed is the worst slice, and stays weak after the correction for all slices."""
    labels = np.where(np.arange(sample.n) < 60, "doomed", "usual")
    doomed = replace(sample, groups={"branch": labels}, target=np.where(labels == "doomed", 1, sample.target))
    found: list[Slice] = list(slices_of(doomed))
    worst = min(found, key=lambda one: one.p_value)
    assert worst.name == "branch = doomed"
    assert holm([one.p_value for one in found])[found.index(worst)] < 1e-6


def test_the_gap_of_independent_aucs_adds_their_variances() -> None:
    """Half widths of 3 and 4 hundredths make one of 5."""
    gap = auc_gap(inside=Interval(0.8, 0.77, 0.83, ""), outside=Interval(0.75, 0.71, 0.79, ""))
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.05, 0.0, 0.1))


def test_the_ratio_of_pass_rates_by_hand() -> None:
    """30 of 60 against 50 of 100 is 1; more comparisons widen the interval; a clear difference lies below 0.80."""
    even = impact_ratio(passed=30, n=60, passed_best=50, n_best=100)
    assert even.value == 1.0
    assert even.low < 1 < even.high
    wide = impact_ratio(passed=30, n=60, passed_best=50, n_best=100, comparisons=10)
    assert wide.low < even.low
    assert impact_ratio(passed=100, n=500, passed_best=400, n_best=500).high < 0.8


def test_the_worst_ratio_is_fairlearn_s() -> None:
    """Without small groups the smallest ratio is the demographic parity ratio of the library."""
    dice = np.random.default_rng(0)
    group = dice.choice(["a", "b", "c"], 600)
    passed = (dice.random(600) < pd.Series(group).map({"a": 0.8, "b": 0.6, "c": 0.7}).to_numpy()).astype(int)
    frame = MetricFrame(metrics={"n": count, "passed": selection_rate}, y_true=passed, y_pred=passed, sensitive_features=group)
    ratios = adverse_impact(frame)
    assert min(one.value for one in ratios.values()) == pytest.approx(demographic_parity_ratio(passed, passed, sensitive_features=group))


def test_a_small_group_has_no_ratio(sample: Sample) -> None:
    """Twenty rows are counted, not judged; a dimension nobody labelled is unknown."""
    labels = np.where(np.arange(sample.n) < 20, "few", "many")
    chapter = fairness(replace(sample, groups={"region": labels}), cutoff=0.3)
    few = chapter.grids[0].rows[0]
    assert few[:4] == ("few", 20, None, None)
    assert chapter.measures["air_region"].value is None
    assert chapter.measures["air_ownership"].n == 0


def test_r18_a_group_shut_out_fails_the_four_fifths_rule(sample: Sample) -> None:
    """A region that always has the highest PDs is shown to be below 0.80."""
    labels = np.where(sample.pd > np.quantile(sample.pd, 0.6), "340800", "340100")
    measure = fairness(replace(sample, groups={"region": labels}), cutoff=float(np.quantile(sample.pd, 0.5))).measures["air_region"]
    assert measure.high is not None
    assert measure.high < 0.8


@pytest.mark.parametrize(
    ("name", "source", "factor"), [("founder_gender", "x", "gender"), ("x", "Region", "region"), ("marital", "marital", "marital")]
)
def test_r18_a_prohibited_factor_is_found_by_name_or_source(name: str, source: str, factor: str) -> None:
    """In whatever case, as a word of its own."""
    feature = SimpleNamespace(name=name, source=source)
    assert {found for _, _, found in found_in([feature], ["gender", "region", "marital"])} == {factor}
    assert found_in([SimpleNamespace(name="regional_sales", source="trace")], ["region", "race"]) == []


def test_the_fewest_features_that_carry_a_share() -> None:
    """Weights 5, 3, 2: eight tenths are carried by two; a row without contributions needs none."""
    assert features_for(np.array([[5.0, -3.0, 2.0], [0.0, 0.0, 0.0], [10.0, 0.0, 0.0]])).tolist() == [2, 0, 1]


def test_reasons_are_what_takes_most_points() -> None:
    """The most negative contributions first, and half of two reasons kept is one half."""
    before = top_reasons(np.array([[-5, 3, -1, 0]]), count=2)
    assert before.tolist() == [[0, 2]]
    assert kept_reasons(before, np.array([[0, 1]])).tolist() == [0.5]


def test_noise_spares_zeros_blanks_and_categories(sample: Sample) -> None:
    """Noise has the size asked for on numbers, and nothing else changes."""
    features = sample.bundle.manifest.features
    shaken = noisy(matrix=sample.matrix, features=features, size=0.05, seed=1)
    assert np.array_equal(shaken[:, 3], sample.matrix[:, 3])
    assert np.array_equal(np.isnan(shaken), np.isnan(sample.matrix))
    assert (shaken[:, 0] - sample.matrix[:, 0]).std() == pytest.approx(0.05 * spreads(sample.matrix)[0], rel=0.2)
    assert spreads(np.array([[1.0, np.nan], [1.0, np.nan]])).tolist() == [0.0, 0.0]


def test_a_column_alone_has_its_better_direction() -> None:
    """Perfect either way round is 1; a blank that gives the outcome away too."""
    target = np.array([0] * 20 + [1] * 20)
    for values in (np.arange(40.0), -np.arange(40.0), np.where(target == 1, np.nan, 5.0)):
        assert alone(target=target, values=values).value == 1.0


def test_swap_sets_by_hand() -> None:
    """Both pass two of four: the first stays, one is swapped out, one in."""
    said = swapped(champion=np.array([0.1, 0.2, 0.3, 0.4]), challenger=np.array([0.1, 0.4, 0.2, 0.3]), accept=2)
    assert said.tolist() == ["both", "out", "in", "neither"]


def test_the_paired_difference_of_aucs_is_that_of_the_aucs() -> None:
    """Its value is scikit-learn's, it is zero against itself, and pairing narrows it."""
    dice = np.random.default_rng(5)
    target = dice.integers(0, 2, 300)
    first = target + dice.normal(size=300)
    second = first + 0.1 * dice.normal(size=300)
    found = auc_difference(target=target, first=first, second=second)
    assert found.value == pytest.approx(roc_auc_score(target, second) - roc_auc_score(target, first))
    assert found.high - found.low < 0.05
    same = auc_difference(target=target, first=first, second=first)
    assert (same.value, same.low, same.high) == (0, 0, 0)
