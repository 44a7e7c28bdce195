"""A score as a waterfall of its reasons, and points as bars against peers: where each bar lies, for any picture that places them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from features.indicators import CATALOGUE
from features.indicators.wording import format_value

__all__ = ["GROUP", "ROW", "Bar", "Step", "Waterfall", "bars_of", "indicator_name", "indicator_value", "waterfall_of"]

SHOWN: Final = 7
ROW: Final = 30
GROUP: Final = 46
Row = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the waterfall: its label, value and points, and where it lies."""

    label: str
    value: str
    points: str
    y: int
    x: float
    width: float
    up: bool
    text_x: float


@dataclass(frozen=True, slots=True)
class Bar:
    """Points of one group: how far the bar is filled, and what stands beside it."""

    label: str
    said: str
    peers: str
    y: int
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """From the base to the score; `below` is where the line of the score itself begins."""

    base: int
    score: int
    base_x: float
    score_x: float
    steps: tuple[Step, ...]
    below: int


def waterfall_of(decision: Mapping[str, Any], lang: str, *, left: float, right: float, top: int) -> Waterfall:
    """Lay out the strongest contributions between two places; what is left over is one bar, so that the bars end at the score."""
    risk = decision["risk"]
    rows = _rows(decision, lang)
    low, high = _reach([points for _, _, points in rows])
    scale = (right - left) / max(1, high - low)
    origin = left - low * scale
    steps = tuple(_steps(rows, origin, scale, top))
    return Waterfall(
        base=risk["base_score"],
        score=risk["score"],
        base_x=round(origin, 1),
        score_x=round(origin + (risk["score"] - risk["base_score"]) * scale, 1),
        steps=steps,
        below=top + ROW * len(steps),
    )


def _rows(decision: Mapping[str, Any], lang: str) -> list[Row]:
    """Give label, value and points of the strongest contributions, and of all others together."""
    ranked = sorted(decision["contributions"], key=lambda one: (-abs(one["points"]), one["indicator"]))
    rows = [_row(one, lang) for one in ranked[:SHOWN]]
    rest = sum(one["points"] for one in ranked[SHOWN:])
    return [*rows, ("其他因素合计" if lang == "zh" else "all others", "", rest)] if ranked[SHOWN:] else rows


def _row(one: Mapping[str, Any], lang: str) -> Row:
    return indicator_name(one["indicator"], lang), indicator_value(one["indicator"], one["value"], lang), one["points"]


def indicator_name(indicator: str, lang: str) -> str:
    """Name an indicator, by its id where this program does not know it any more."""
    known = CATALOGUE.get(indicator)
    return indicator if known is None else (known.zh if lang == "zh" else known.en)


def indicator_value(indicator: str, value: str | None, lang: str) -> str:
    """Write a recorded value with its unit; the bare number where this program does not know the indicator any more."""
    known = CATALOGUE.get(indicator)
    return (value or "") if known is None else format_value(known, None if value is None else float(value), lang)


def _reach(points: Sequence[int]) -> tuple[int, int]:
    """Give the lowest and highest place the running total touches, relative to the base."""
    total, low, high = 0, 0, 0
    for step in points:
        total += step
        low, high = min(low, total), max(high, total)
    return low, high


def _steps(rows: Sequence[Row], origin: float, scale: float, top: int) -> Iterator[Step]:
    total = 0
    for number, (label, value, points) in enumerate(rows):
        before, total = total, total + points
        x, width = origin + min(before, total) * scale, max(1.0, abs(points) * scale)
        yield Step(label, value, f"{points:+d}", top + ROW * number, round(x, 1), round(width, 1), points >= 0, round(x + width + 6, 1))


def bars_of(groups: Sequence[Mapping[str, Any]], lang: str, *, rail: float, top: int) -> tuple[Bar, ...]:
    """Lay out the points of each group on a rail of so many units."""
    return tuple(_bar(group, lang, rail, top + GROUP * number) for number, group in enumerate(groups))


def _bar(group: Mapping[str, Any], lang: str, rail: float, y: int) -> Bar:
    share = max(0.0, group["points"] / group["out_of"]) if group["out_of"] else 0.0
    rank = "" if group["percentile"] is None else _rank(group["percentile"], lang)
    said = f"{group['points'] / 100:.2f} / {group['out_of'] / 100:.0f}"
    return Bar(group[lang], said, rank, y, round(rail * min(1.0, share), 1))


def _rank(percentile: int, lang: str) -> str:
    return f"超过 {percentile / 100:.0f}% 同类" if lang == "zh" else f"above {percentile / 100:.0f} % of peers"
