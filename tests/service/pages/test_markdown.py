"""Generated documents are laid out as pages: what our writers use is understood, what they do not use is shown as it is."""

from __future__ import annotations

from service.web.markdown import blocks_of
from service.web.words import Words

TEXT = """\
# Title

Two lines of
a **bold** text with `code` and <script>.

1. first
   goes on
2. second

## Products

`products`: who may ask.

| row | name |
| --- | --- |
| 1 | `a` 中文 / English |
| 2 | 中文<br>English text |
"""


def test_headings_paragraphs_lists_and_tables_are_told_apart() -> None:
    """Each block is of its kind, in order; lines that belong together are one."""
    blocks = blocks_of(TEXT, "en")
    assert [block.kind for block in blocks] == ["heading", "paragraph", "list", "heading", "paragraph", "table"]
    assert [block.level for block in blocks if block.kind == "heading"] == [1, 2]
    assert [row[0] for row in blocks[2].rows] == ["first goes on", "second"]


def test_what_is_no_markup_of_ours_is_escaped() -> None:
    """A document can bring no element of its own into the page."""
    paragraph = blocks_of(TEXT, "en")[1]
    assert paragraph.text == "Two lines of a <b>bold</b> text with <code>code</code> and &lt;script&gt;."


def test_cells_in_two_languages_are_cut_to_one() -> None:
    """The code before them stays."""
    assert [row[1] for row in blocks_of(TEXT, "en")[-1].rows[1:]] == ["<code>a</code> English", "English text"]
    assert [row[1] for row in blocks_of(TEXT, "zh")[-1].rows[1:]] == ["<code>a</code> 中文", "中文"]


def test_headings_and_heads_are_named_in_words() -> None:
    """Where a name is known; else they stand as they are written."""
    names = {"Products": Words("产品", "Products"), "row": Words("行", "row")}
    blocks = blocks_of(TEXT, "zh", names)
    assert blocks[3].text == "产品"
    assert blocks[-1].rows[0] == ("行", "name")
