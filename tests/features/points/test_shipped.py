"""The three schemes that ship."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import features
from features.errors import SchemeError
from features.indicators import CATALOGUE, CORE
from features.points import SHIPPED, build_reference, points_frame, ranking_tier, score_points, shipped_scheme
from features.vocabulary import TechnologyField

CORE_18, RUBRIC, LOCAL = (shipped_scheme(name) for name in SHIPPED)
DEFAULT_WEIGHTS = {
    "start-up": (10, 7, 14, 10, 12, 4, 3, 4, 2, 6, 6, 3, 1, 2, 3, 2, 3, 8),
    "growth": (10, 7, 11, 7, 10, 4, 5, 8, 4, 8, 4, 4, 3, 2, 3, 2, 3, 5),
    "stable": (11, 5, 9, 6, 9, 4, 6, 10, 5, 6, 4, 5, 6, 2, 4, 3, 3, 2),
}


def test_every_shipped_file_is_listed() -> None:
    """A scheme file in the package is one that `shipped_scheme` gives."""
    folder = Path(features.__file__).parent / "schemes"
    assert {path.stem for path in folder.glob("*.toml")} == set(SHIPPED)


def test_an_unknown_name_lists_the_known() -> None:
    """The error names every shipped scheme."""
    with pytest.raises(SchemeError, match="cn-core-18, tech-sme-rubric, local-1000"):
        shipped_scheme("cn-core-19")


def test_core_weights_are_the_default_table() -> None:
    """The 18 core indicators in their published order, in three groups of 7, 6 and 5, with the default weights."""
    assert tuple(item.id for item in CORE_18.items) == CORE
    assert [sum(item.group == group.id for item in CORE_18.items) for group in CORE_18.groups] == [7, 6, 5]
    for index, stage in enumerate(CORE_18.stages):
        assert tuple(item.weights[index] // 100 for item in CORE_18.items) == DEFAULT_WEIGHTS[stage.id]
        assert sum(item.weights[index] for item in CORE_18.items) == CORE_18.out_of == 10_000


def test_groups_of_the_core_are_those_of_the_catalogue() -> None:
    """The file and the catalogue agree on the group of each core indicator."""
    assert all(CATALOGUE[item.id].group == item.group for item in CORE_18.items)


@pytest.mark.parametrize(
    ("name", "status"), [("cn-core-18", "illustrative"), ("tech-sme-rubric", "official"), ("local-1000", "illustrative")]
)
def test_status_is_honest(name: str, status: str) -> None:
    """Only the rubric, whose every number is published, calls itself official."""
    assert shipped_scheme(name).status == status


def test_local_example_has_the_promised_shape() -> None:
    """1,000 points in each of five revenue stages, six groups, 25 items and more, deductions, and every kind of rule."""
    assert (LOCAL.out_of, len(LOCAL.stages), len(LOCAL.groups)) == (100_000, 5, 6)
    assert len(LOCAL.items) >= 25
    assert sum(item.deducts for item in LOCAL.items) == 4
    kinds = {item.rule.kind for item in LOCAL.part.items}
    assert kinds == {"peer-percentile", "steps", "linear", "per-unit", "deduction", "best-of"}


@pytest.mark.parametrize(
    ("revenue", "stage"),
    [
        (0.0, "under-100"),
        (99.99, "under-100"),
        (100.0, "under-500"),
        (499.99, "under-500"),
        (500.0, "under-2000"),
        (1_999.99, "under-2000"),
        (2_000.0, "under-10000"),
        (9_999.99, "under-10000"),
        (10_000.0, "above"),
        (None, "under-500"),
    ],
)
def test_revenue_stages_begin_at_their_bound(revenue: float | None, stage: str) -> None:
    """A stage begins at its lower bound, and unknown revenue has the stage the file names."""
    frame = pl.DataFrame(dict.fromkeys(LOCAL.indicators, 1.0) | {"field": "energy"})
    base = build_reference(frame, LOCAL, name="one", as_of=20_000)
    values = dict.fromkeys(LOCAL.indicators, 1.0) | {"revenue": revenue}
    assert score_points(LOCAL, base, values, field="energy", known={}).stage == stage


def test_growth_stages_are_those_of_the_indicator() -> None:
    """0, 1 and 2 of `growth_stage` are start-up, growth and stable."""
    frame = pl.DataFrame({name: [1.0] * 3 for name in CORE_18.indicators} | {"growth_stage": [0.0, 1.0, 2.0], "field": ["energy"] * 3})
    base = build_reference(frame, CORE_18, name="three", as_of=20_000)
    assert points_frame(CORE_18, base, frame)["stage"].to_list() == ["start-up", "growth", "stable"]


@pytest.mark.parametrize(
    ("total", "tier"), [(10_000, "T1"), (8_000, "T1"), (7_999, "T2"), (7_125, "T3"), (1_600, "T9"), (1_599, "T10"), (-50, "T10")]
)
def test_tiers_begin_at_their_bound(total: int, tier: str) -> None:
    """A total on the bound has the tier; the last tier takes every other total."""
    assert ranking_tier(total, CORE_18) == tier


def test_a_scheme_without_tiers_gives_none() -> None:
    """The rubric is a gate, not a ranking."""
    assert ranking_tier(10_000, RUBRIC) is None


@pytest.mark.parametrize("name", SHIPPED)
def test_a_province_and_its_firms_agree(name: str) -> None:
    """On 400 invented firms with gaps the batch equals each firm alone, under each shipped scheme."""
    scheme = shipped_scheme(name)
    frame = _province(scheme.indicators)
    base = build_reference(frame, scheme, name="invented", as_of=20_000, simulated=True)
    for row, values in zip(points_frame(scheme, base, frame).to_dicts(), frame.to_dicts(), strict=True):
        points = score_points(scheme, base, values, field=values["field"], known={})
        assert row["total"] == points.total
        assert Decimal(row["coverage"]) / 100 == Decimal(points.coverage)
        assert all(row[item.id] == item.points for item in points.items)


def _province(indicators: tuple[str, ...]) -> pl.DataFrame:
    draw = np.random.default_rng(11)
    columns: dict[str, object] = {}
    for name in indicators:
        unit, inflated = CATALOGUE[name].unit, CATALOGUE[name].zero_inflated
        values = draw.lognormal(-1 if unit in ("ratio", "flag") else 2, 1, 400)
        values = np.floor(values) * (draw.random(400) < 0.4) if inflated else values
        columns[name] = [None if gone else value for value, gone in zip(values.tolist(), draw.random(400) < 0.1, strict=True)]
    columns["growth_stage"] = draw.integers(0, 3, 400).astype(float)
    fields = [field.value for field, _ in product(TechnologyField, range(50))]
    return pl.DataFrame(columns | {"field": fields})
