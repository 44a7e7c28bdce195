"""A validation's gates and chapters as a page shows them: every cell a text in one language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.web.words import Words
from training.bundle import GateOutcome, Validation

__all__ = ["CellShown", "ChapterShown", "GateShown", "GridShown", "chapters_of", "gate_words", "gates_shown"]

SHORT = Words("数据不足", "not enough data")
BOUNDS: Mapping[str, Words] = {"low": Words("下限", "lower bound"), "high": Words("上限", "upper bound")}


@dataclass(frozen=True, slots=True)
class GateShown:
    """A gate, the condition it sets and what was found, in words."""

    gate: GateOutcome
    condition: str
    found: str
    interval: str = ""
    """The measure with its 95 % interval, where it has one."""


@dataclass(frozen=True, slots=True)
class CellShown:
    """A cell as it is read; numbers stand at the right."""

    said: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class GridShown:
    """A table of a chapter."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[CellShown, ...], ...]


@dataclass(frozen=True, slots=True)
class ChapterShown:
    """A chapter: its question, how it is answered, its tables and notes."""

    id: str
    title: str
    about: str
    grids: tuple[GridShown, ...]
    notes: tuple[str, ...]


def gates_shown(outcomes: tuple[GateOutcome, ...], lang: str, chapters: tuple[dict[str, Any], ...] = ()) -> tuple[GateShown, ...]:
    """Write each gate; the chapters give the interval of its measure."""
    measures: dict[str, Any] = {name: one for chapter in chapters for name, one in chapter["measures"].items()}
    return tuple(GateShown(one, _condition(one, lang), _found(one, lang), _interval(measures.get(one.measure))) for one in outcomes)


def _interval(measure: Mapping[str, Any] | None) -> str:
    if measure is None or None in (measure["value"], measure["low"], measure["high"]):
        return ""
    return f"{_number(measure['value'])} ({_number(measure['low'])} – {_number(measure['high'])})"


def gate_words(outcomes: Iterable[GateOutcome]) -> dict[str, Words]:
    """Name gates by their ids, as their file does."""
    return {one.id: Words(one.zh, one.en) for one in outcomes}


def _found(one: GateOutcome, lang: str) -> str:
    """Write what was found; what is counted against a whole bound is a whole number."""
    if one.found is None:
        return SHORT[lang]
    bound = one.at_most if one.at_least is None else one.at_least
    return f"{one.found:,.0f}" if bound is not None and bound.is_integer() and one.found.is_integer() else _number(one.found)


def _condition(one: GateOutcome, lang: str) -> str:
    of = f" ({BOUNDS[one.of][lang]})" if one.of in BOUNDS else ""
    return f"{one.measure}{of} " + (f"≥ {one.at_least:g}" if one.at_least is not None else f"≤ {one.at_most:g}")


def chapters_of(record: Validation, lang: str) -> tuple[ChapterShown, ...]:
    """Write every chapter that the record keeps."""
    return tuple(_chapters(record, lang))


def _chapters(record: Validation, lang: str) -> Iterator[ChapterShown]:
    for chapter in record.chapters:
        grids = tuple(
            GridShown(
                grid["title"][lang],
                tuple(head[lang] for head in grid["columns"]),
                tuple(tuple(_cell(cell, lang) for cell in row) for row in grid["rows"]),
            )
            for grid in chapter["grids"]
        )
        notes = tuple(note[lang] for note in chapter["notes"])
        yield ChapterShown(chapter["id"], chapter["title"][lang], chapter["about"][lang], grids, notes)


def _cell(cell: Any, lang: str) -> CellShown:
    if cell is None:
        return CellShown(SHORT[lang], is_number=False)
    if isinstance(cell, Mapping):
        if "zh" in cell:
            return CellShown(str(cell[lang]), is_number=False)
        return CellShown(f"{_number(cell['value'])} ({_number(cell['low'])} – {_number(cell['high'])})", is_number=True)
    if isinstance(cell, float):
        return CellShown(_number(cell), is_number=True)
    return CellShown(f"{cell:,}" if isinstance(cell, int) else str(cell), is_number=isinstance(cell, int))


def _number(value: float) -> str:
    if value != 0 and abs(value) < 0.0001:
        return f"{value:.1e}"
    return f"{value:,.4f}" if abs(value) < 10 else f"{value:,.1f}"
