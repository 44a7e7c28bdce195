"""Contributions from tables are LightGBM's own, wherever a row stands, alone and among others."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.assembly import TrainResult
from training.bundle import Manifest
from training.bundle.bundle import Model
from training.bundle.native import Booster
from training.bundle.splits import splits_of_trees
from training.bundle.tables import BLOCK, MOST_SPLITS, Tables, can_tabulate

WIDTH = 5


def trained(leaves: int = 9, *, trees: int = 40, sparse: bool = False) -> str:
    """Trees on a number that is sometimes missing, one that never is, a category sometimes missing, 40 categories, and a constant."""
    random = np.random.default_rng(5)
    n = 3_000
    rows = np.column_stack([random.normal(size=(n, 2)), random.integers(0, 4, n), random.integers(0, 40, n), np.ones(n)])
    lift = rows[:, 0] + np.sin(3 * rows[:, 1]) + (rows[:, 2] == 2) + (rows[:, 3] % 7 == 3)
    rows[random.random(n) < 0.15, 0] = np.nan
    rows[random.random(n) < 0.15, 2] = np.nan
    labels = (np.nan_to_num(lift) + random.normal(size=n) * 0.3 > 0.5).astype(float)
    settings = {"objective": "binary", "num_leaves": leaves, "num_threads": 1, "verbosity": -1, "seed": 1, "min_data_per_group": 5}
    data = lgb.Dataset(rows, labels, categorical_feature=[2, 3])
    return lgb.train(settings | {"zero_as_missing": sparse}, data, num_boost_round=trees).model_to_string()


TEXT = trained()
BOOSTER = Booster(TEXT)
TABLES = Tables(BOOSTER, TEXT)
THRESHOLDS = [
    sorted({split.threshold for tree in splits_of_trees(TEXT) for split in tree if split.feature == feature and split.categories is None})
    for feature in range(WIDTH)
]


def around(feature: int) -> st.SearchStrategy[float]:
    """A value of a feature: at a threshold, a hair above or below one, missing, zero of either sign, or anywhere."""
    edges = st.sampled_from(THRESHOLDS[feature] or [0.0])
    steps = st.sampled_from([-np.inf, np.inf])
    beside = st.builds(lambda edge, to: float(np.nextafter(edge, to)), edges, steps)
    kinds = st.integers(-2, 45).map(float)
    return st.one_of(edges, beside, kinds, st.sampled_from([np.nan, 0.0, -0.0, 1e-35, -0.5, 2.7, 1e9]), st.floats(-4, 4))


def theirs(rows: np.ndarray) -> np.ndarray:
    return BOOSTER.contributions(rows)[:, :-1]


def test_the_model_asks_every_kind_of_question() -> None:
    """Thresholds with missing values known and not, and sets of categories in more than one word of bits."""
    splits = [split for tree in splits_of_trees(TEXT) for split in tree]
    assert {(split.feature, split.missing) for split in splits} >= {(0, 2), (1, 0)}
    assert {split.is_left_by_default for split in splits if split.feature == 0} == {True, False}
    assert any(max(split.categories) >= 32 for split in splits if split.categories)
    assert max(len(tree) for tree in splits_of_trees(TEXT)) == MOST_SPLITS


@given(st.lists(st.tuples(*(around(feature) for feature in range(WIDTH))), min_size=1, max_size=40))
def test_they_are_lightgbm_s_contributions(drawn: list[tuple[float, ...]]) -> None:
    """Within 1e-12 of the margin for values at and beside thresholds, missing values, and categories training never saw."""
    rows = np.array(drawn)
    ours = TABLES.contributions(rows)
    assert not np.isnan(ours).any()
    assert np.abs(ours - theirs(rows)).max() < 1e-12


def test_one_row_is_explained_as_among_others() -> None:
    """To the bit, on either side of where a block of rows ends, and in any order."""
    random = np.random.default_rng(8)
    rows = random.normal(size=(2 * BLOCK + 3, WIDTH))
    rows[:, 2:4] = random.integers(0, 40, (len(rows), 2))
    rows[random.random(rows.shape) < 0.1] = np.nan
    together = TABLES.contributions(rows)
    assert np.array_equal(TABLES.contributions(rows[::-1])[::-1], together)
    for place in (0, 1, BLOCK - 1, BLOCK, 2 * BLOCK, 2 * BLOCK + 2):
        assert np.array_equal(TABLES.contributions(rows[place : place + 1])[0], together[place])
    assert np.abs(together).max() > 0.1


def test_no_row_and_no_split_have_no_contributions() -> None:
    """An empty matrix gives an empty answer; a model of single leaves explains everything by its expected margin."""
    assert TABLES.contributions(np.empty((0, WIDTH))).shape == (0, WIDTH)
    same = lgb.Dataset(np.ones((50, 2)), np.arange(50) % 2)
    text = lgb.train({"objective": "binary", "verbosity": -1, "num_threads": 1}, same, num_boost_round=2).model_to_string()
    assert Tables(Booster(text), text).contributions(np.ones((3, 2))).tolist() == [[0.0, 0.0]] * 3


@pytest.mark.parametrize(("text", "can"), [(TEXT, True), (trained(10, trees=3), False), (trained(4, trees=3, sparse=True), False)])
def test_larger_trees_and_zero_as_missing_are_left_to_lightgbm(text: str, *, can: bool) -> None:
    """Nine splits do not fit a byte; a zero that counts as missing is a question jifen does not ask."""
    assert can_tabulate(text) is can


def test_a_compact_model_is_explained_by_tables(toy: TrainResult) -> None:
    """Its manifest says so, and its answers are those of its tables."""
    assert toy.bundle.manifest.explained_by == "tables"
    text = (toy.folder / "model.txt").read_text("utf-8")
    ours = Tables(Booster(text), text).contributions(toy.sample)
    assert np.array_equal(toy.bundle.scale.exact_points(ours), toy.bundle.score(toy.sample).unrounded)


def test_a_bundle_of_an_older_form_is_explained_by_lightgbm(toy: TrainResult) -> None:
    """A manifest that does not say who explains was written when LightGBM did; its last bits stay what they were."""
    said = toy.bundle.manifest.model_dump(mode="json") | {"format": 2}
    del said["explained_by"]
    text = (toy.folder / "model.txt").read_text("utf-8")
    model = Model(text, Manifest.model_validate(said))
    shap = lgb.Booster(model_str=text).predict(toy.sample, pred_contrib=True, num_threads=1)
    assert model.manifest.explained_by == "lightgbm"
    assert np.array_equal(model.score(toy.sample).unrounded, model.scale.exact_points(shap[:, :-1]))
