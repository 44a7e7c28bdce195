"""Documents written from the code are the ones that are committed, and the README's commands and links exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import orjson
import pytest

from service.cli.docs import DOCUMENTS
from service.cli.main import COMMANDS, cli
from service.web.picture import draw

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_committed_page_is_what_the_code_writes(name: str) -> None:
    """A definition that changed without `jifen docs` is found here."""
    assert (ROOT / "docs" / name).read_text("utf-8") == DOCUMENTS[name](), "run `jifen docs` and commit the result"


@pytest.mark.parametrize("page", ["README.md", "docs/audit.md", "docs/portfolio.md", "docs/service.md"])
def test_every_command_of_a_page_exists_with_its_options(page: str) -> None:
    """No page shows a command or option that jifen does not have."""
    lines = [line for line in (ROOT / page).read_text("utf-8").splitlines() if line.startswith("jifen ")]
    assert len(lines) >= 3
    for line in (part.strip() for whole in lines for part in whole.split("#")[0].split("&&")):
        name, *words = line.removeprefix("jifen ").split()
        command = cli.get_command(click.Context(cli), name)
        assert name in COMMANDS
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), words[0])
        assert command is not None
        known = {flag for option in command.params for flag in option.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_every_link_of_the_documents_leads_somewhere() -> None:
    """Relative links in the README and the docs name files that are there."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_picture_is_drawn_from_a_recorded_decision(lang: str) -> None:
    """The README's picture is what the golden decision looks like; nothing on it was typed in."""
    decision = orjson.loads((ROOT / "tests" / "golden" / "decision.json").read_bytes())
    name = "decision.svg" if lang == "en" else "decision.zh.svg"
    assert (ROOT / "docs" / name).read_text("utf-8") == draw(decision, lang)


def test_the_picture_shows_score_points_and_marks() -> None:
    """The numbers on the picture are the record's own, and simulated data is called so."""
    decision = orjson.loads((ROOT / "tests" / "golden" / "decision.json").read_bytes())
    picture = draw(decision)
    assert f">{decision['risk']['score']}</text>" in picture
    assert f"{decision['points']['total'] / 100:.2f}" in picture
    assert "simulated data" in picture
    shown = sum(int(points) for points in re.findall(r">([+-]\d+)</text>", picture))
    assert decision["risk"]["base_score"] + shown == decision["risk"]["score"]
