"""The province looks as published numbers say, and its page shows what is measured."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from training.simulate import DEFAULT
from training.simulate.calibration import Finding, calibration_table
from training.simulate.document import FIRMS, SEED, UNTIL, measured, parameters_table, updated, with_block

PAGE = (Path(__file__).parents[3] / "docs" / "simulation.md").read_text("utf-8")


@pytest.fixture(scope="module")
def findings() -> tuple[Finding, ...]:
    return measured()


def block(name: str) -> str:
    return PAGE.split(f"<!-- {name} -->\n")[1].split(f"\n<!-- /{name} -->")[0]


def ginis(findings: tuple[Finding, ...]) -> tuple[float, float, float]:
    values = {finding.name: finding.value for finding in findings}
    points = next(value for name, value in values.items() if name.startswith("Gini of points"))
    return points, values["Gini of the two models together, out of fold"], values["Gini of the true PD on the day of drawing"]


def test_every_measure_lies_in_its_range(findings: tuple[Finding, ...]) -> None:
    """Default rates by stage, losses, rights, zeros, tails, enough defaults to train on, power of points and models."""
    assert [(finding.name, finding.shown) for finding in findings if not finding.fits] == []
    assert len(findings) == 21


def test_finance_and_conduct_tell_more_than_points(findings: tuple[Finding, ...]) -> None:
    """Points alone are weak, models are better, and the truth is better still."""
    points, models, truth = ginis(findings)
    assert points < models - 0.1
    assert models < truth - 0.05


def test_the_page_shows_what_is_measured(findings: tuple[Finding, ...]) -> None:
    """Names and ranges are the same; values agree to a hundredth of a Gini or 2 % of themselves, as machines differ in the last bit."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block("measured").splitlines()[2:]]
    assert [row[0] for row in rows] == [finding.name for finding in findings]
    assert [row[2] for row in rows] == [finding.shown[1] for finding in findings]
    shown = [float(row[1].replace(",", "")) for row in rows]
    assert shown == pytest.approx([float(finding.shown[0].replace(",", "")) for finding in findings], rel=0.02, abs=0.011)


def test_the_page_lists_every_parameter() -> None:
    """Written from the code: value and meaning of each."""
    assert block("parameters") == parameters_table()


def test_every_parameter_says_what_it_means() -> None:
    """No number without words."""
    parts = [DEFAULT, *(getattr(DEFAULT, field.name) for field in fields(DEFAULT) if is_dataclass(getattr(DEFAULT, field.name)))]
    numbers = [field for part in parts for field in fields(part) if not is_dataclass(getattr(part, field.name))]
    assert len(numbers) > 150
    assert all(len(field.metadata["meaning"]) > 10 for field in numbers)


def test_a_table_of_parameters_cannot_be_changed() -> None:
    """Parameters are replaced, never edited: two provinces could otherwise share a change."""
    with pytest.raises(TypeError):
        DEFAULT.conduct.rates["penalty"] = 1.0  # type: ignore[index]
    assert replace(DEFAULT, history_years=3).history_years == 3


def test_a_block_of_the_page_is_replaced_whole() -> None:
    """The text around it stays; a page without the place is refused."""
    assert with_block("a\n<!-- x -->\nold\n<!-- /x -->\nb", "x", "new") == "a\n<!-- x -->\nnew\n<!-- /x -->\nb"
    with pytest.raises(ValueError, match="unpack"):
        with_block("a", "x", "new")


def test_the_page_is_written_anew_around_its_text(findings: tuple[Finding, ...]) -> None:
    """Both tables are replaced, the words stay, and the page names the province it measured."""
    again = updated(PAGE, findings)
    assert updated(again, findings) == again
    assert calibration_table(findings) in again
    assert again.split("<!-- measured -->")[0] == PAGE.split("<!-- measured -->")[0]
    assert f"on {FIRMS:,} firms (seed {SEED}, until {UNTIL})" in PAGE


def test_a_finding_shows_its_range() -> None:
    """Percent, counts and open ranges read as people write them."""
    rate = Finding("rate", 0.0123, 0.01, 0.02, "%")
    many = Finding("defaults", 1234.0, 200, np.inf, "count")
    assert (rate.fits, rate.shown, many.shown) == (True, ("1.23", "1.00 to 2.00"), ("1,234", "at least 200"))
    assert not Finding("rate", 0.5, 0.01, 0.02, "%").fits
    assert re.fullmatch(r"\| rate \| 1\.23 \| 1\.00 to 2\.00 \| % \|", calibration_table([rate]).splitlines()[-1])
