"""Plans: what they say, and what is said about a wrong one."""

from __future__ import annotations

from importlib.resources import files

import pytest

from service.domain.allocation import PlanError, load_plan, shipped_plan, shipped_plans

TEXT = (files("service") / "plans" / "illustrative-2026-11.toml").read_text("utf-8")


def test_the_shipped_plan_is_called_illustrative() -> None:
    """It says so in the file, and every grade that can be approved has a curve."""
    plan = shipped_plan()
    assert plan.status == "illustrative"
    assert shipped_plans() == (plan.name,)
    assert all(plan.curve_of(grade) for grade in range(1, 11))
    assert plan.curve_of(11) is None


def test_comments_and_spelling_do_not_change_the_hash() -> None:
    """The hash is of what the plan says: a comment leaves it, a number changes it."""
    assert load_plan(TEXT + "\n# a remark\n").hash == shipped_plan().hash
    assert load_plan(TEXT.replace('"0.05 %"', '"0.050 %"')).hash == shipped_plan().hash
    assert load_plan(TEXT.replace('"0.05 %"', '"0.06 %"')).hash != shipped_plan().hash


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("min_amount = 500_000", "", "min_amount: is required; add it"),
        ("min_amount", "least_amount", "least_amount = '500000': is not a key of a plan"),
        ('"0.05 %"', "0.05", "rate_step = '0.05': must be a percentage"),
        ('"0.05 %"', '"0 %"', "rate_step must be above 0 %"),
        ('"40 %", "60 %"', '"60 %", "40 %"', "levels"),
        ('"40 %", "60 %"', '"0 %", "60 %"', "must rise from above 0 %"),
        ("grades = [4, 5, 6]", "grades = [3, 4, 5, 6]", "more than one curve for grade 3"),
        ('{ rate = "3.20 %", accepts = "85 %" }', '{ rate = "3.20 %", accepts = "99 %" }', "take_up row 1: the point at 3.2 % must"),
        ('{ rate = "3.70 %"', '{ rate = "2.70 %"', "take_up row 2: the point at 2.7 % must"),
        ("[costs]", "[costs", "syntax:"),
    ],
)
def test_a_wrong_plan_is_told_its_place_and_remedy(old: str, new: str, said: str) -> None:
    """Each fault names the file, the place and what to do."""
    with pytest.raises(PlanError) as refused:
        load_plan(TEXT.replace(old, new, 1), source="mine.toml")
    assert said in str(refused.value)
    assert str(refused.value).startswith("mine.toml: ")


def test_an_unknown_plan_is_told_the_known_ones() -> None:
    """The message lists what ships."""
    with pytest.raises(PlanError, match="name one of illustrative-2026-11"):
        shipped_plan("secret")


def test_a_decision_s_rate_moves_only_within_bounds() -> None:
    """From 0.10 % below to 0.50 % above, within 2.20 to 6.00 %; a rate outside is left where the decision put it."""
    bounds = shipped_plan().decisions
    assert [bounds.rates_around(rate) for rate in (400, 225, 580, 210, 610)] == [(390, 450), (220, 275), (570, 600), (210, 260), (600, 610)]
    assert [bounds.lgd_of(name) for name in ("mortgage", "gold")] == [2_500, 4_500]
