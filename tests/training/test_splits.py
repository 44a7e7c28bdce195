"""The thresholds of a model are the places, and the only places, where its answer changes."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.bundle.native import Booster
from training.bundle.splits import thresholds
from training.errors import BundleError

NAMES = ("first", "second", "kind", "idle")


def trained() -> str:
    """Thirty small trees on two numbers, a category, and a constant that tells nothing."""
    random = np.random.default_rng(3)
    rows = np.column_stack([random.normal(size=(400, 2)), random.integers(0, 4, 400), np.ones(400)])
    labels = (rows[:, 0] + np.sin(3 * rows[:, 1]) + (rows[:, 2] == 2) + random.normal(size=400) * 0.3 > 0.5).astype(float)
    data = lgb.Dataset(rows, labels, categorical_feature=[2])
    settings = {"objective": "binary", "num_leaves": 6, "num_threads": 1, "verbosity": -1, "seed": 1, "min_data_per_group": 5}
    return lgb.train(settings, data, num_boost_round=30).model_to_string()


TEXT = trained()
BOOSTER = Booster(TEXT)
SPLITS = thresholds(TEXT, NAMES)


def margin(first: float, second: float) -> float:
    return float(BOOSTER.margins(np.array([[first, second, 1.0, 1.0]]))[0])


def test_every_feature_is_listed_sorted_and_categories_have_none() -> None:
    """Numbers the trees use have thresholds, a category and an unused feature none."""
    assert tuple(SPLITS) == NAMES
    assert all(list(values) == sorted(set(values)) for values in SPLITS.values())
    assert SPLITS["first"]
    assert SPLITS["second"]
    assert SPLITS["kind"] == SPLITS["idle"] == ()


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3))
def test_the_answer_is_the_same_between_two_thresholds(first: float, other: float, second: float) -> None:
    """Values with no threshold between them (the lower one's included) get the same margin to the bit."""
    low, high = sorted((first, other))
    if not any(low <= split < high for split in SPLITS["first"]):
        assert margin(low, second) == margin(high, second)


def test_thresholds_are_where_the_answer_changes() -> None:
    """Just past most of them, somewhere, the margin is another."""
    seconds = np.linspace(-2.5, 2.5, 21)
    changes = [any(margin(t, s) != margin(np.nextafter(t, np.inf), s) for s in seconds) for t in SPLITS["first"]]
    assert sum(changes) > 0.9 * len(changes)


def test_a_tree_of_one_leaf_splits_nothing() -> None:
    """And a text that is no LightGBM tree is refused."""
    assert thresholds("head\nTree=0\nnum_leaves=1\nleaf_value=0.1\n", ("a",)) == {"a": ()}
    with pytest.raises(BundleError, match="threshold"):
        thresholds("head\nTree=0\nnum_leaves=2\nsplit_feature=0\n", ("a",))
