"""`jifen docs`: the documents that are written from the code, so that they cannot go stale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click
import orjson

from features.dictionary import data_dictionary
from features.indicators.document import indicators_page
from features.points.document import schemes_page
from service.cli.console import out
from service.cli.reference import commands_page
from service.config import settings_page
from service.domain import shipped_policy
from service.domain.policy.document import policy_page
from service.domain.recourse.document import recourse_page
from service.portfolio.columns import columns_page
from service.portfolio.leads import leads_section
from service.web.picture import draw

__all__ = ["DOCUMENTS", "docs"]

DOCUMENTS: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "data-dictionary.md": data_dictionary,
    "indicators.md": indicators_page,
    "portfolio-columns.md": lambda: columns_page() + leads_section(),
    "policy.md": lambda: policy_page(shipped_policy()),
    "recourse.md": lambda: recourse_page(shipped_policy().recourse),
    "schemes.md": schemes_page,
    "settings.md": settings_page,
}
"""File under docs/ -> what writes it."""
PICTURES = {"decision.svg": "en", "decision.zh.svg": "zh"}
GOLDEN = Path("tests/golden/decision.json")
"""A decision of the simulated province as it was recorded; the README shows it."""


@click.command()
@click.option("--folder", default="docs", show_default=True, type=click.Path(file_okay=False, path_type=Path), help="Where to write.")
def docs(folder: Path) -> None:
    """Write the generated documents again; the tests compare the committed ones with this."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in DOCUMENTS.items():
        (folder / name).write_text(page(), encoding="utf-8")
        out.print(f"{folder / name}")
    if GOLDEN.is_file():
        decision = orjson.loads(GOLDEN.read_bytes())
        for name, lang in PICTURES.items():
            (folder / name).write_text(draw(decision, lang), encoding="utf-8")
            out.print(f"{folder / name}")
