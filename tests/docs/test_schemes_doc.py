"""docs/schemes.md is what the scheme files say."""

from __future__ import annotations

from pathlib import Path

from features.points import SHIPPED, shipped_scheme
from features.points.document import schemes_page

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date() -> None:
    """The page in the repository is the one the files give; `make docs` writes it again."""
    assert (ROOT / "docs" / "schemes.md").read_text("utf-8") == schemes_page(), "run `make docs`"


def test_the_page_names_every_item_gate_and_tier() -> None:
    """Nothing a scheme asks for is left out of the page, and each scheme shows its status and hash."""
    page = schemes_page()
    for name in SHIPPED:
        scheme = shipped_scheme(name)
        assert scheme.hash in page
        assert f"status **{scheme.status}**" in page
        assert all(f"`{part.id}`" in page for part in (*scheme.items, *scheme.gates, *scheme.direct))
        assert all(f"| {tier.id} |" in page for tier in scheme.tiers)


def test_rows_of_each_table_have_the_same_width() -> None:
    """No cell breaks a table."""
    tables = schemes_page().split("\n\n")
    for table in (part for part in tables if part.startswith("|")):
        assert len({line.count("|") for line in table.strip().splitlines()}) == 1
