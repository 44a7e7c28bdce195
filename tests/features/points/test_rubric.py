"""The technology-SME rubric against its published thresholds, on both sides of every boundary."""

from __future__ import annotations

import numpy as np
import pytest

from features.points import Eligibility, Points, score_points, shipped_scheme

RUBRIC = shipped_scheme("tech-sme-rubric")
HAIR = 1e-9
SOUND: dict[str, float | None] = dict.fromkeys(RUBRIC.indicators, 0.0) | {
    "tech_staff_share": 0.25,
    "rd_intensity": 0.04,
    "class1_rights": 1.0,
    "staff": 60.0,
    "revenue": 3_000.0,
    "total_assets": 4_000.0,
}
"""Scores 16 + 30 + 30 = 76 and meets every gate."""


def points_of(**values: float | None) -> Points:
    return score_points(RUBRIC, None, SOUND | values, field="electronics", known={})


def item(name: str, **values: float | None) -> int:
    return next(found.points for found in points_of(**values).items if found.id == name)


def eligibility(**values: float | None) -> Eligibility:
    found = points_of(**values).eligibility
    assert found is not None
    return found


@pytest.mark.parametrize(("bound", "at", "below"), [(0.30, 20, 16), (0.25, 16, 12), (0.20, 12, 8), (0.15, 8, 4), (0.10, 4, 0)])
def test_staff_boundaries(bound: float, at: int, below: int) -> None:
    """Lower bounds of the staff ladder are inclusive."""
    assert [item("technical-staff", tech_staff_share=share) for share in (bound, bound - HAIR)] == [at * 100, below * 100]


@pytest.mark.parametrize(("bound", "at", "below"), [(0.06, 50, 40), (0.05, 40, 30), (0.04, 30, 20), (0.03, 20, 10), (0.02, 10, 0)])
def test_rd_to_revenue_boundaries(bound: float, at: int, below: int) -> None:
    """Lower bounds of R&D over revenue are inclusive."""
    assert [item("rd", rd_intensity=share) for share in (bound, bound - HAIR)] == [at * 100, below * 100]


@pytest.mark.parametrize(("bound", "at", "below"), [(0.30, 50, 40), (0.25, 40, 30), (0.20, 30, 20), (0.15, 20, 10), (0.10, 10, 0)])
def test_rd_to_cost_boundaries(bound: float, at: int, below: int) -> None:
    """Lower bounds of R&D over total cost are inclusive, also where revenue is zero and its ratio unknown."""
    for intensity in (0.0, None):
        found = [item("rd", rd_intensity=intensity, rd_cost_ratio=share) for share in (bound, bound - HAIR)]
        assert found == [at * 100, below * 100]


def test_the_better_rd_ratio_counts() -> None:
    """R&D is one of two ratios, whichever earns more."""
    assert item("rd", rd_intensity=0.05, rd_cost_ratio=0.10) == 4_000
    assert item("rd", rd_intensity=0.02, rd_cost_ratio=0.30) == 5_000


@pytest.mark.parametrize(("rights", "points"), [(0, 0), (1, 6), (2, 12), (3, 18), (4, 24), (5, 24), (400, 24)])
def test_class_two_boundaries(rights: int, points: int) -> None:
    """Class II rights earn by number and never reach the 30 of one Class I right."""
    assert item("ip", class1_rights=0.0, class2_rights=float(rights)) == points * 100


def test_one_class_one_right_earns_all() -> None:
    """One invention is enough; Class II rights beside it add nothing."""
    assert [item("ip", class1_rights=1.0, class2_rights=float(rights)) for rights in (0, 9)] == [3_000, 3_000]


def test_ratios_of_whole_numbers_fall_on_the_right_side() -> None:
    """For every staff of 1 to 500 and every number of technical staff the double ratio earns what exact fractions earn."""
    staff = np.repeat(np.arange(1, 501), 501)
    technical = np.minimum(np.tile(np.arange(501), 500), staff)
    (branch,) = next(found for found in RUBRIC.items if found.id == "technical-staff").branches
    assert branch.share is not None
    earned = branch.share.of_array(technical / staff)
    exact = np.zeros_like(earned)
    for bound, points in ((10, 4), (15, 8), (20, 12), (25, 16), (30, 20)):
        exact[100 * technical >= bound * staff] = points * 100
    assert np.array_equal(earned, exact)


@pytest.mark.parametrize(
    ("name", "indicator", "bound"), [("staff", "staff", 500.0), ("revenue", "revenue", 20_000.0), ("assets", "total_assets", 20_000.0)]
)
def test_size_gates_are_inclusive(name: str, indicator: str, bound: float) -> None:
    """At most 500 staff, 200 m yuan of revenue and of assets: the bound passes, a hair above fails, unknown stays unknown."""
    outcomes = []
    for value in (bound, bound + 0.0001, None):
        found = eligibility(**{indicator: value})
        assert {gate.id: gate.outcome for gate in found.gates}[name] == found.outcome
        outcomes.append(found.outcome)
    assert outcomes == ["pass", "fail", "unknown"]


@pytest.mark.parametrize(("listings", "outcome"), [(0.0, "pass"), (1.0, "fail"), (None, "unknown")])
def test_an_open_listing_fails(listings: float | None, outcome: str) -> None:
    """A firm on the abnormal or dishonesty list is out, also with a direct pass."""
    assert eligibility(listings_open=listings).outcome == outcome
    assert eligibility(listings_open=listings, high_tech_certificate=1.0).outcome == outcome


def test_sixty_points_pass_and_fifty_nine_do_not() -> None:
    """20 + 40 + 0 is 60 and passes; one step less on any item fails."""
    at = {"tech_staff_share": 0.3, "rd_intensity": 0.05, "class1_rights": 0.0}
    assert points_of(**at).total == 6_000
    assert eligibility(**at).outcome == "pass"
    assert points_of(**at | {"tech_staff_share": 0.3 - HAIR}).total == 5_600
    assert eligibility(**at | {"tech_staff_share": 0.3 - HAIR}).outcome == "fail"


def test_the_staff_item_must_be_above_zero() -> None:
    """80 points without technical staff fail."""
    found = eligibility(tech_staff_share=0.1 - HAIR, rd_intensity=0.06)
    assert points_of(tech_staff_share=0.1 - HAIR, rd_intensity=0.06).total == 8_000
    assert found.outcome == "fail"
    assert [gate.id for gate in found.gates if gate.outcome == "fail"] == ["staff-item"]


@pytest.mark.parametrize("indicator", ["high_tech_certificate", "national_awards", "platforms_recognised", "standards_led"])
def test_each_direct_pass_replaces_the_score(indicator: str) -> None:
    """A certificate, award, institution or standard passes a firm without points, but not one that is too large."""
    nothing = {"tech_staff_share": 0.0, "rd_intensity": 0.0, "class1_rights": 0.0}
    assert eligibility(**nothing).outcome == "fail"
    assert eligibility(**nothing, **{indicator: 1.0}).outcome == "pass"
    assert eligibility(**nothing, **{indicator: 1.0, "staff": 501.0}).outcome == "fail"
    assert eligibility(**nothing, **{indicator: None}).outcome == "unknown"


def test_what_is_missing_may_still_decide() -> None:
    """46 known points and 30 unknown ones leave the score open; 66 known ones already pass; 36 at most fail."""
    unknown = {"class1_rights": None, "class2_rights": None}
    assert eligibility(**unknown).outcome == "unknown"
    assert eligibility(**unknown, rd_intensity=0.06).outcome == "pass"
    assert eligibility(class1_rights=0.0, class2_rights=0.0, tech_staff_share=None, rd_intensity=0.02).outcome == "fail"


def test_an_unknown_alternative_leaves_the_score_open() -> None:
    """R&D over revenue earns 10 and R&D over cost is unknown: the item may yet earn 50, so 56 points are not a fail."""
    low = {"rd_intensity": 0.02, "rd_cost_ratio": None}
    assert points_of(**low).total == 5_600
    assert eligibility(**low).outcome == "unknown"


def test_the_firm_declares_what_no_register_shows() -> None:
    """Major accidents are declared: the gate is listed and judges nothing."""
    gates = {gate.id: gate.outcome for gate in eligibility().gates}
    assert gates["no-major-accident"] == "declared"
    assert eligibility().outcome == "pass"
    assert eligibility().to_dict()["gates"][4]["outcome"] == "declared"
