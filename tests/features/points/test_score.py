"""Points of one firm, by hand."""

from __future__ import annotations

import json
from datetime import date

import pytest
from builders_points import base_from, base_of, item, scheme_of

from features.errors import SchemeError
from features.points import ItemPoints, Points, Reference, Scheme, score_points

RANKED = item("worth", '"peer-percentile"')
COUNTED = item("wins_count", '"peer-percentile"')
THIRTY = [float(v) for v in range(1, 31)]


def scored(scheme: Scheme, reference: Reference | None, *, field: str = "energy", **values: float | None) -> Points:
    known = {"financials": 20_100, "talent": None}
    return score_points(scheme, reference, dict.fromkeys(scheme.indicators) | {"age": 1.0} | values, field=field, known=known)


def only(points: Points, name: str) -> ItemPoints:
    return next(item for item in points.items if item.id == name)


def test_percentile_points_by_hand() -> None:
    """Seventh of thirty peers: (6 + 1/2) / 30 = 21.67 %, so 2.17 of 10 points; the breakdown says against whom and since when."""
    scheme = scheme_of(RANKED)
    worth = only(scored(scheme, base_of(scheme, "worth", THIRTY), worth=7.0), "worth")
    assert (worth.points, worth.out_of, worth.percentile, worth.peers) == (217, 1_000, 2_167, 30)
    assert (worth.cell, worth.note, worth.missing) == (("energy", "young"), (), False)
    assert (worth.value, worth.source_table, worth.known_on) == (7.0, "financials", date(2025, 1, 12))


def test_a_falling_item_reverses_the_rank() -> None:
    """With direction -1 the seventh smallest of thirty has 23 1/2 peers behind it."""
    scheme = scheme_of(item("worth", '{ kind = "peer-percentile", direction = -1 }'))
    assert only(scored(scheme, base_of(scheme, "worth", THIRTY), worth=7.0), "worth").points == 783


def test_a_zero_of_a_zero_inflated_count_earns_nothing() -> None:
    """Twenty of thirty peers have none: a zero earns 0 and not the rank of the tie, one win earns the rank above them."""
    scheme = scheme_of(COUNTED)
    base = base_of(scheme, "wins_count", [0.0] * 20 + [1.0] * 10)
    none, one = (only(scored(scheme, base, wins_count=wins), "wins_count") for wins in (0.0, 1.0))
    assert (none.points, none.note, none.missing, none.percentile) == (0, ("zero",), False, 3_333)
    assert (one.points, one.note) == (833, ())


def test_where_fewer_is_better_a_zero_keeps_its_rank() -> None:
    """No fine at all is the best: twenty of thirty peers share it, ten are behind."""
    scheme = scheme_of(item("fines_count", '{ kind = "peer-percentile", direction = -1 }'))
    base = base_of(scheme, "fines_count", [0.0] * 20 + [1.0] * 10)
    fines = only(scored(scheme, base, fines_count=0.0), "fines_count")
    assert (fines.points, fines.note) == (667, ())


def test_a_thin_field_falls_back_to_the_stage() -> None:
    """29 peers in the field are too few: all 59 of the stage answer, and the item says so."""
    scheme = scheme_of(RANKED)
    rows = [{"worth": value, "field": "energy", "age": 1.0} for value in THIRTY[:29]]
    rows += [{"worth": value, "field": "services", "age": 1.0} for value in THIRTY]
    worth = only(scored(scheme, base_from(scheme, rows), worth=1.0), "worth")
    assert (worth.cell, worth.peers, worth.note) == (("*", "young"), 59, ("fallback-stage",))


def test_a_thin_stage_falls_back_to_the_whole_base() -> None:
    """29 peers in the stage are too few: the whole base of 59 answers."""
    scheme = scheme_of(RANKED)
    rows = [{"worth": value, "field": "energy", "age": 1.0} for value in THIRTY[:29]]
    rows += [{"worth": value, "field": "energy", "age": 9.0} for value in THIRTY]
    worth = only(scored(scheme, base_from(scheme, rows), worth=1.0), "worth")
    assert (worth.cell, worth.peers, worth.note) == (("*", "*"), 59, ("fallback-all",))


def test_an_outlier_is_clamped_and_marked() -> None:
    """Of 200 peers the top percentile is one value; an outlier ranks with it, not above."""
    scheme = scheme_of(RANKED)
    base = base_of(scheme, "worth", [float(v) for v in range(1, 201)])
    outlier, top = (only(scored(scheme, base, worth=worth), "worth") for worth in (1e12, 198.0))
    assert outlier.note == ("winsorised",)
    assert top.note == ()
    assert outlier.points == top.points == 993


def test_missing_scores_nothing_and_lowers_coverage() -> None:
    """Half of the weight is unknown: no points, coverage 0.50, and the item is listed."""
    scheme = scheme_of(RANKED, item("line", '{ kind = "linear", zero_at = 0, full_at = 2 }'))
    points = scored(scheme, base_of(scheme, "worth", THIRTY), line=1.0)
    assert (points.total, points.coverage, points.missing) == (500, "0.50", ("worth",))
    worth = only(points, "worth")
    assert (worth.points, worth.value, worth.missing, worth.note, worth.known_on) == (0, None, True, ("missing",), None)


def test_nan_is_unknown() -> None:
    """A NaN out of a frame is missing, never a number."""
    scheme = scheme_of(item("line", '{ kind = "linear", zero_at = 0, full_at = 2 }'))
    assert scored(scheme, None, line=float("nan")).missing == ("line",)


def test_coverage_is_cut_not_rounded() -> None:
    """99.99 % known is still not everything: only 1.00 means all."""
    line = '{ kind = "linear", zero_at = 0, full_at = 2 }'
    scheme = scheme_of(item("big", line, weight="weight = 99.99"), item("small", line, weight="weight = 0.01"))
    assert scored(scheme, None, big=1.0).coverage == "0.99"
    assert scored(scheme, None, big=1.0, small=0.0).coverage == "1.00"


def test_an_indicator_no_peer_has_scores_nothing() -> None:
    """Where no peer is known there is no rank: the value is shown, nothing is earned, coverage falls."""
    scheme = scheme_of(RANKED)
    points = scored(scheme, base_of(scheme, "worth", [None] * 40), worth=3.0)
    worth = only(points, "worth")
    assert (worth.points, worth.value, worth.missing, worth.note) == (0, 3.0, True, ("no-peers",))
    assert points.coverage == "0.00"


BEST = """{ kind = "best-of", alternatives = [
  { indicator = "one", rule = { kind = "steps", steps = [[1, 10]] } },
  { indicator = "two", rule = { kind = "steps", steps = [[4, 8], [1, 2]], out_of = 10 } },
] }"""


@pytest.mark.parametrize(
    ("one", "two", "points", "indicator", "note"),
    [
        (0.0, 4.0, 800, "two", ()),
        (1.0, 4.0, 1_000, "one", ()),
        (0.0, 0.0, 0, "one", ()),
        (None, 4.0, 800, "two", ("alternative-missing",)),
        (1.0, None, 1_000, "one", ()),
        (None, None, 0, "one", ("missing",)),
    ],
)
def test_the_best_alternative_counts(one: float | None, two: float | None, points: int, indicator: str, note: tuple[str, ...]) -> None:
    """The best known alternative scores; an unknown one is marked only where it could have earned more."""
    found = only(scored(scheme_of(item("best", BEST)), None, one=one, two=two), "best")
    assert (found.points, found.indicator, found.note) == (points, indicator, note)


def test_deductions_take_away_up_to_their_weight() -> None:
    """Each fine costs 2 of at most 5 points; the total may fall below zero, and an unknown record takes nothing."""
    scheme = scheme_of(
        item("fines", '{ kind = "deduction", by = { kind = "per-unit", unit = 1, each = 2, cap = 5 } }', weight="weight = 5")
    )
    fines = [only(scored(scheme, None, fines=count), "fines") for count in (0.0, 2.0, 9.0, None)]
    assert [found.points for found in fines] == [0, -400, -500, 0]
    assert {(found.out_of, found.lowest) for found in fines} == {(0, -500)}
    assert scored(scheme, None, fines=9.0).total == -500
    assert scored(scheme, None, fines=None).coverage == "0.00"


def test_weights_follow_the_stage() -> None:
    """The same value is worth 4 points to a young firm and 8 to an old one; at 5 years a firm is old."""
    scheme = scheme_of(item("line", '{ kind = "linear", zero_at = 0, full_at = 1 }', weight="weights = { young = 4, old = 8 }"))
    assert [scored(scheme, None, line=1.0, age=age).total for age in (4.99, 5.0)] == [400, 800]


def test_an_unknown_stage_is_said() -> None:
    """Without the age the scheme's default stage counts, with a note."""
    points = scored(scheme_of(item("line", '{ kind = "linear", zero_at = 0, full_at = 1 }')), None, age=None)
    assert (points.stage, points.note) == ("old", ("stage-unknown",))


def test_groups_and_total_are_ranked_among_the_peers_points() -> None:
    """The points of the peers themselves are part of the base, so a group says where its sum stands."""
    scheme = scheme_of(RANKED)
    points = scored(scheme, base_of(scheme, "worth", THIRTY), worth=7.0)
    assert [(group.id, group.points, group.out_of, group.percentile) for group in points.groups] == [
        ("first", 217, 1_000, 2_167),
        ("second", 0, 0, 5_000),
    ]
    assert points.percentile == 2_167


def test_breakdown_is_json_without_floats() -> None:
    """Every number is an integer or a decimal text, and the text reads back as the same double."""
    scheme = scheme_of(RANKED)
    said = json.loads(json.dumps(scored(scheme, base_of(scheme, "worth", THIRTY), worth=0.1 + 0.2).to_dict()), parse_float=pytest.fail)
    worth = said["items"][1]
    assert float(worth["value"]) == 0.1 + 0.2
    assert (worth["known_on"], worth["cell"], said["unit"], said["eligibility"]) == ("2025-01-12", ["energy", "young"], "hundredths", None)


def test_an_absent_indicator_is_refused() -> None:
    """Absent is not unknown: a misspelt indicator must not pass as missing."""
    scheme = scheme_of(item("line", '{ kind = "linear", zero_at = 0, full_at = 1 }'))
    with pytest.raises(SchemeError, match="line: not among the values"):
        score_points(scheme, None, {"age": 1.0, "lime": 1.0}, field="energy", known={})


def test_a_ranking_scheme_needs_its_own_base() -> None:
    """No base, or one built for another scheme, is refused with what to do."""
    scheme, other = scheme_of(RANKED), scheme_of(RANKED, item("more", '"peer-percentile"'))
    with pytest.raises(SchemeError, match="give the reference base built for it"):
        scored(scheme, None, worth=1.0)
    with pytest.raises(SchemeError, match="build one for this scheme"):
        scored(scheme, base_of(other, "worth", THIRTY), worth=1.0)
