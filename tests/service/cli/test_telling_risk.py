"""Lines of text about a decision's risk and the years of its offer."""

from __future__ import annotations

from dataclasses import replace

import orjson
from builders_cases import FakeBundle, decided

from service.cli.telling import offer_lines, pd_text

SURE = FakeBundle(default=0.0072, interval=(0.0051, 0.0104), hazards=(10_000, 15_000))


def test_grade_and_pd_stand_with_their_interval() -> None:
    """Ends in per cent, the level, and the grades they fall in."""
    said = orjson.loads(decided(bundle=SURE).canonical())
    assert pd_text(said["risk"]) == "grade 4   PD 0.72 % (0.51 to 1.04 at 90 %, grades 4 to 5)"


def test_without_an_interval_the_pd_stands_alone() -> None:
    """A model from before, a record from before, and no model at all."""
    said = orjson.loads(decided(bundle=replace(SURE, interval=None)).canonical())
    earlier = {name: value for name, value in said["risk"].items() if name != "pd_interval"}
    assert pd_text(said["risk"]) == pd_text(earlier) == "grade 4   PD 0.72 %"
    assert pd_text({}) == "grade -   PD -"


def test_an_offer_tells_its_years_and_whose_they_are() -> None:
    """Marginal PDs by year: 0.72 %, then 0.9928 - 0.9928^2.5 = 1.07 %; 0.9928^2.5 ^ (1/2) leaves 0.90 % a year."""
    lines = list(offer_lines(orjson.loads(decided(bundle=SURE).canonical())["offer"]))
    assert "default:  year 1 0.72 %, year 2 1.07 %; a year 0.90 %, later years by the model" in lines
