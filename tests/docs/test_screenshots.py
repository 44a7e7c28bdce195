"""The pictures of the documentation: each is of the list, is there, is small, and shows Chinese as Chinese; stale ones are noticed."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from builders_pictures import (
    FOLDER,
    KEPT,
    MOST_BYTES,
    PAGES,
    ROOT,
    STYLE,
    TEMPLATES,
    file_of,
    made_from,
    pictures,
    read_manifest,
    stale,
    templates_of,
)
from conftest import need
from PIL import Image, ImageChops

MENTIONED = re.compile(r"docs/screenshots/([a-z0-9.-]+\.png)|\]\(screenshots/([a-z0-9.-]+\.png)")
LISTED = [file for file, *_ in pictures()]
PIECES = {"layout.html", "decision.svg", "lists.html", "officer/pieces.html", "officer/_case_head.html", "officer/what_if.html"}
PIECES |= {"risk/retraining.html", "risk/retraining_parts.html"}  # a job takes minutes, so the province of the pictures has none
PIECES |= {"examiner/parts.html", "risk/parts.html", "risk/blocks.html", "risk/pictures.html", "officer/evidence_rest.html"}


def test_every_picture_is_there_and_no_other() -> None:
    """What the list names was made; what it does not name is gone; the manifest tells of each."""
    assert sorted(path.name for path in FOLDER.glob("*.png")) == sorted(LISTED) == sorted(read_manifest())


def test_every_picture_that_is_shown_is_of_the_list() -> None:
    """In the README and in the documents."""
    shown = set()
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        shown |= {first or second for first, second in MENTIONED.findall(page.read_text("utf-8"))}
    assert len(shown) >= 4
    assert shown <= set(LISTED)


def test_every_page_is_looked_at() -> None:
    """A template that is added without an entry of the list is found here."""
    made = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file()}
    assert made - {page.template for page in PAGES} <= PIECES


@pytest.mark.parametrize("file", LISTED)
def test_a_picture_is_small_and_shows_something(file: str) -> None:
    """A PNG of at most 150 kB, as wide as a desk's screen, with more than one colour."""
    path = FOLDER / file
    assert path.stat().st_size <= MOST_BYTES
    with Image.open(path) as picture:
        assert picture.width == 1280
        assert len(picture.convert("RGB").getcolors(1 << 20) or ()) > 8


def test_both_languages_and_both_themes_are_shown() -> None:
    """Every kept page in Chinese and English, some in the dark."""
    for page in KEPT:
        assert {file_of(page, "zh"), file_of(page, "en")} <= set(LISTED)
    assert len([file for file in LISTED if ".dark." in file]) >= 2


def test_a_picture_whose_page_has_another_look_is_noticed(tmp_path: Path) -> None:
    """By its own templates, those they are made of, and the style sheet; by nothing else."""
    templates = shutil.copytree(TEMPLATES, tmp_path / "templates")
    style = Path(shutil.copy(STYLE, tmp_path / "jifen.css"))
    desk, record = (next(page for page in KEPT if page.name == name) for name in ("desk", "record"))
    before = [made_from(page, templates, style) for page in (desk, record)]
    assert before == [made_from(page) for page in (desk, record)]
    with (templates / "officer" / "pieces.html").open("a") as piece:
        piece.write("<p>more</p>")
    assert made_from(desk, templates, style) != before[0]
    assert made_from(record, templates, style) == before[1]
    style.write_text(":root {}")
    assert made_from(record, templates, style) != before[1]


def test_what_was_never_made_is_stale() -> None:
    """The program that makes them says which are (`python tests/make_pictures.py --check`)."""
    now = {file: made_from(page) for file, page, _, _ in pictures()}
    assert stale(now) == []
    assert stale({}) == LISTED
    assert stale({**now, LISTED[0]: "0"}) == [LISTED[0]]
    assert templates_of("officer/case.html") >= {"layout.html", "officer/pieces.html", "officer/what_if.html"}


def test_there_are_chinese_letters_to_draw_with() -> None:
    """Two characters look different: without the fonts both would be the same box."""
    found = (
        subprocess.run(["fc-list", ":lang=zh", "file"], capture_output=True, text=True, check=False) if shutil.which("fc-list") else None
    )
    need(found and found.stdout.strip(), "no Chinese font is installed (Debian: apt-get install fonts-noto-cjk)")
    from builders_chromium import chromium  # noqa: PLC0415 only where there is a browser

    with chromium() as browser:
        page = browser.new_page(viewport={"width": 60, "height": 60})
        drawn = []
        for letter in ("企", "积"):
            page.set_content(f'<body style="margin:0;font:40px sans-serif">{letter}</body>')
            drawn.append(Image.open(io.BytesIO(page.screenshot())).convert("L"))
    assert ImageChops.difference(*drawn).getbbox() is not None
