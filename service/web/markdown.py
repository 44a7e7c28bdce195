"""Generated documents as pages: the few pieces of Markdown that our own writers use, read into blocks that a template lays out.

Not a Markdown reader for text of others: what it does not know it shows as it is, escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from markupsafe import Markup, escape

from service.web.rule_cells import in_chinese
from service.web.words import Words

__all__ = ["Block", "blocks_of"]

INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|<br>")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OTHERS = {"zh": frozenset({"English"}), "en": frozenset({"阶段", "指标"})}
"""Columns that say again, in the other language, what stands beside them."""
NUMBER = re.compile(r"[-+−]?[\d,.]+ ?%?|[-–—]?")
LISTED = re.compile(r"(?:\d+\.|-) ")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (its level in `level`), a paragraph, a list, or a table whose first row is its head."""

    kind: Literal["heading", "paragraph", "list", "table"]
    rows: tuple[tuple[Markup, ...], ...]
    level: int = 0

    @property
    def numbers(self) -> frozenset[int]:
        """Name the columns of a table that hold numbers only, by their places: they stand to the right."""
        rows = self.rows[1:]
        return frozenset(place for place in range(len(self.rows[0])) if rows and all(_is_number(row, place) for row in rows))

    @property
    def text(self) -> Markup:
        """Give the one cell of a heading or paragraph."""
        return self.rows[0][0]


def _is_number(row: tuple[Markup, ...], place: int) -> bool:
    return place < len(row) and NUMBER.fullmatch(str(row[place])) is not None


def blocks_of(text: str, lang: str, names: dict[str, Words] | None = None) -> tuple[Block, ...]:
    """Read a document. Cells that say a thing in both languages are cut to one; what is left of English is put in words in Chinese."""
    return tuple(_blocks(text, lang, names or {}))


def _blocks(text: str, lang: str, names: dict[str, Words]) -> Iterator[Block]:
    for is_blank, lines in groupby(text.splitlines(), key=lambda line: not line.strip()):
        if not is_blank:
            yield from _of_lines(list(lines), lang, names)


def _of_lines(lines: list[str], lang: str, names: dict[str, Words]) -> Iterator[Block]:
    if lines[0].startswith("#"):
        marks, _, title = lines[0].partition(" ")
        yield Block("heading", ((_named(title, lang, names),),), len(marks))
        lines = lines[1:]
    if not lines:
        return
    if lines[0].startswith("|"):
        head, _, *rows = ([cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in lines)
        shown = [place for place, name in enumerate(head) if name not in OTHERS[lang]]
        cells = tuple(tuple(_inline(_cell(row[place], lang)) for place in shown if place < len(row)) for row in rows)
        yield Block("table", (tuple(_named(head[place], lang, names) for place in shown), *cells))
    elif LISTED.match(lines[0]):
        yield Block("list", tuple((_inline(item),) for item in _items(lines)))
    else:
        yield Block("paragraph", ((_inline(" ".join(lines)),),))


def _items(lines: Iterable[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        found = LISTED.match(line)
        if found:
            items.append(line[found.end() :])
        else:
            items[-1] += f" {line.strip()}"
    return items


def _named(text: str, lang: str, names: dict[str, Words]) -> Markup:
    return _inline(names[text][lang] if text in names else in_chinese(text) if lang == "zh" else text)


def _one_language(cell: str, lang: str) -> str:
    """Cut `中文<br>English` and `中文 / English` to the language of the page."""
    for between in ("<br>", " / "):
        first, found, second = cell.partition(between)
        if found and CHINESE.search(first) and second[:1].isascii() and between not in second:
            code = re.match(r"`[^`]+` ", first)
            return first if lang == "zh" else f"{code[0] if code else ''}{second}"
    return cell


def _cell(text: str, lang: str) -> str:
    """Write a cell in the language of the page."""
    said = _one_language(text, lang)
    return in_chinese(said) if lang == "zh" and said == text else said


def _inline(text: str) -> Markup:
    made, place = Markup(""), 0
    for found in INLINE.finditer(text):
        made += escape(text[place : found.start()])
        if found[1]:
            made += Markup("<code>{}</code>").format(found[1])
        else:
            made += Markup("<b>{}</b>").format(found[2]) if found[2] else Markup("<br>")
        place = found.end()
    return made + escape(text[place:])
