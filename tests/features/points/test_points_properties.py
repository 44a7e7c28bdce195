"""What holds for every firm: sums, bounds, monotony, order, and that one firm equals its row in a batch."""

from __future__ import annotations

import random

import polars as pl
from builders_points import base_from, item, scheme_of
from hypothesis import given, settings
from hypothesis import strategies as st

from features.points import Points, points_frame, score_points

SCHEME = scheme_of(
    item("worth", '"peer-percentile"', weight="weights = { young = 12.34, old = 7.77 }"),
    item("wins_count", '"peer-percentile"', weight="weights = { young = 3.01, old = 9 }"),
    item("debt", '{ kind = "peer-percentile", direction = -1 }'),
    item("ladder", '{ kind = "steps", steps = [[3, 20], [2, 7], [1, 3]] }', weight="weight = 5.55"),
    item("line", '{ kind = "linear", zero_at = -1, full_at = 2 }', weight="weight = 3.33"),
    item("heads", '{ kind = "per-unit", unit = 2, each = 1.5, cap = 7 }', weight="weight = 6.66"),
    item(
        "best",
        '{ kind = "best-of", alternatives = [ { indicator = "worth", rule = "peer-percentile" }, '
        '{ indicator = "heads", rule = { kind = "linear", zero_at = 0, full_at = 3 } } ] }',
        group="second",
    ),
    item("fines", '{ kind = "deduction", by = { kind = "per-unit", unit = 1, each = 2, cap = 5 } }', group="second"),
    filler="4",
)
RISING = ("worth", "wins_count", "ladder", "line", "heads")
FALLING = ("debt", "fines")
FIELDS = ("energy", "services", "nowhere")


def _peers() -> list[dict[str, float | str | None]]:
    draw = random.Random(5)
    names = (*RISING, *FALLING)
    return [
        {n: None if draw.random() < 0.1 else float(draw.randint(-2, 4)) * draw.choice((1, 0.3)) for n in names}
        | {"age": draw.uniform(0, 8), "field": draw.choice(("energy", "energy", "energy", "services"))}
        for _ in range(160)
    ]


PEERS = _peers()
BASE = base_from(SCHEME, PEERS)
NUMBERS = st.one_of(st.integers(-3, 6).map(float), st.floats(-1e6, 1e6))
FIRMS = st.fixed_dictionaries({name: st.one_of(st.none(), NUMBERS) for name in SCHEME.indicators})


def scored(values: dict[str, float | None], field: str = "energy") -> Points:
    return score_points(SCHEME, BASE, values, field=field, known={})


@given(FIRMS, st.sampled_from(FIELDS))
def test_r4_items_sum_to_groups_and_groups_to_the_total(values: dict[str, float | None], field: str) -> None:
    """Sums are exact: no rounding is hidden between the levels."""
    points = scored(values, field)
    for group in points.groups:
        assert group.points == sum(found.points for found in points.items if found.group == group.id)
    assert points.total == sum(group.points for group in points.groups)


@given(FIRMS, st.sampled_from(FIELDS))
def test_points_stay_between_zero_and_the_weight(values: dict[str, float | None], field: str) -> None:
    """An item earns 0 to its weight, a deduction 0 to minus its weight, an unknown item nothing."""
    for found in scored(values, field).items:
        assert found.lowest <= found.points <= found.out_of
        assert found.points == 0 or not found.missing


@given(FIRMS, NUMBERS, NUMBERS, st.sampled_from((*RISING, *FALLING)), st.sampled_from(FIELDS))
def test_a_better_value_never_costs_points(values: dict[str, float | None], one: float, other: float, name: str, field: str) -> None:
    """Raising a rising indicator, or lowering a falling one, never lowers the total."""
    worse, better = sorted((one, other), reverse=name in FALLING)
    assert scored(values | {name: worse}, field).total <= scored(values | {name: better}, field).total


@given(FIRMS, st.randoms())
def test_r2_the_order_of_values_does_not_matter(values: dict[str, float | None], order: random.Random) -> None:
    """The same facts in another order give the same breakdown."""
    names = list(values)
    order.shuffle(names)
    assert scored({name: values[name] for name in names}) == scored(values)


@settings(max_examples=60)
@given(st.lists(st.tuples(FIRMS, st.sampled_from(FIELDS)), max_size=12))
def test_a_batch_gives_each_firm_the_same_integers(firms: list[tuple[dict[str, float | None], str]]) -> None:
    """Stage, total, coverage, groups and items of a row equal those of the firm alone."""
    schema = {**dict.fromkeys(SCHEME.indicators, pl.Float64), "field": pl.String}
    frame = pl.DataFrame([values | {"field": field} for values, field in firms], schema=schema)
    for row, (values, field) in zip(points_frame(SCHEME, BASE, frame).to_dicts(), firms, strict=True):
        points = scored(values, field)
        alone = {"stage": points.stage, "total": points.total, "coverage": int(points.coverage.replace(".", ""))}
        alone |= {part.id: part.points for part in (*points.groups, *points.items)}
        assert row == alone


def test_the_order_of_rows_does_not_matter_to_the_base() -> None:
    """Shuffled peers give the same bytes, so the same hash."""
    shuffled = PEERS[:]
    random.Random(3).shuffle(shuffled)
    assert base_from(SCHEME, shuffled).hash == BASE.hash
