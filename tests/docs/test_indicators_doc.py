"""docs/indicators.md is what the catalogue writes."""

from __future__ import annotations

from pathlib import Path

from features.indicators import CATALOGUE
from features.indicators.document import indicators_page
from features.measures import OWNER

PAGE = Path(__file__).parents[2] / "docs" / "indicators.md"


def test_the_committed_page_is_the_generated_one() -> None:
    """Whoever changes an indicator runs `jifen docs` and commits the page with it."""
    assert PAGE.read_text(encoding="utf-8") == indicators_page()


def test_the_page_names_every_indicator_and_every_measure() -> None:
    """Nothing in the catalogue is left out."""
    page = indicators_page()
    firm_columns = {name for name, table in OWNER.items() if table == "firms"}
    assert [name for name in (*CATALOGUE, *OWNER) if f"`{name}`" not in page and name not in firm_columns] == []
