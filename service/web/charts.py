"""Pictures of a model as SVG, drawn by us: discrimination and calibration by group, scores then and now. Pure; a template places them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from features.vocabulary import TechnologyField
from service.use_cases.models import Bin, ModelShown, Part
from service.web.words import Words
from service.web.words_audit import GROUP_NAMES

__all__ = [
    "ROW",
    "TOP",
    "Behind",
    "Chart",
    "Curve",
    "Mark",
    "Text",
    "axis",
    "calibration_chart",
    "discrimination_chart",
    "score_chart",
    "sideways",
    "wilson",
]

WIDTH: Final = 560
LEFT, RIGHT = 140, 440
ROW = 26
TOP = 34
Z95: Final = 1.96


@dataclass(frozen=True, slots=True)
class Text:
    """A text: where, what, its class, and the end that stands at the place."""

    x: float
    y: float
    said: str
    look: str = ""
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Mark:
    """A line, bar or dot: its box, and its class."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through points, `x,y` pairs as SVG has them, and its class."""

    points: str
    look: str


@dataclass(frozen=True, slots=True)
class Behind:
    """The numbers behind a picture: heads and cells as they are read, the first cell of a row its name."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Chart:
    """A picture: what it shows in words, its size, the marks it is made of, and the table behind it."""

    title: str
    note: str
    height: int
    width: int = WIDTH
    texts: list[Text] = field(default_factory=list)
    lines: list[Mark] = field(default_factory=list)
    bars: list[Mark] = field(default_factory=list)
    dots: list[Mark] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    behind: Behind | None = None


def discrimination_chart(parts: Sequence[Part], lang: str) -> Chart | None:
    """AUC of every group of test rows that has enough of them, with its 95 % interval; None where there is none."""
    shown = [part for part in parts if part.auc is not None]
    if not shown:
        return None
    chart = Chart(
        Words("区分能力：各组测试样本的 AUC 与 95% 区间", "Discrimination: AUC by group of test rows, with 95 % intervals")[lang],
        Words(
            "横线触及 0.5 的组，样本不足以证明模型能区分好坏。",
            "Where the line reaches 0.5, the rows do not prove that it tells good from bad.",
        )[lang],
        TOP + ROW * len(shown) + 8,
    )
    scale = sideways(0.4, 1.0)
    axis(chart, scale, [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], "{:.1f}")
    for place, part in enumerate(shown):
        assert part.auc is not None  # chosen above
        y = _row(chart, place, part, lang)
        low, high = scale(max(part.auc.low, 0.4)), scale(min(part.auc.high, 1.0))
        chart.lines.append(Mark(low, y, high - low, 0, "range"))
        chart.dots.append(Mark(scale(max(part.auc.value, 0.4)), y, 5, 5, "up"))
        chart.texts.append(Text(RIGHT + 12, y + 4, f"{part.auc.value:.3f}"))
    return chart


def calibration_chart(parts: Sequence[Part], lang: str) -> Chart | None:
    """Mean PD against the default rate of every group of test rows, the rate with its 95 % interval (Wilson)."""
    shown = [part for part in parts if part.n]
    if not shown:
        return None
    bounds = [wilson(part.defaults, part.n) for part in shown]
    top = max([*(high for _, high in bounds), *(part.mean_pd for part in shown)])
    scale = sideways(0.0, top)
    chart = Chart(
        Words(
            "校准：预测的违约概率（方）与实际违约率（圆，95% 区间）", "Calibration: mean PD (square) and default rate (dot, 95 % interval)"
        )[lang],
        Words(
            "方块落在横线之外的组，模型高估或低估了风险。", "Where the square lies off the line, the model over- or understates the risk."
        )[lang],
        TOP + ROW * len(shown) + 8,
    )
    axis(chart, scale, [top * share / 4 for share in range(5)], "{:.1%}")
    for place, (part, (low, high)) in enumerate(zip(shown, bounds, strict=True)):
        y = _row(chart, place, part, lang)
        chart.lines.append(Mark(scale(low), y, scale(high) - scale(low), 0, "range"))
        chart.dots.append(Mark(scale(part.defaults / part.n), y, 5, 5, "up"))
        chart.bars.append(Mark(scale(part.mean_pd) - 4, y - 4, 8, 8, "down"))
        chart.texts.append(Text(RIGHT + 12, y + 4, f"{part.defaults:,} / {part.n:,}", "q"))
    return chart


def score_chart(model: ModelShown, lang: str) -> Chart | None:
    """Shares of scores in training, in tenths, beside those of the newest decisions; None where training's are not kept."""
    if not model.scores:
        return None
    chart = Chart(
        Words("评分分布：训练样本（灰）与最近的决定（蓝）", "Scores: training rows (grey) and the newest decisions (blue)")[lang],
        Words(
            f"最近的决定共 {model.compared:,} 笔；是否偏移由监测判定。",
            f"{model.compared:,} newest decisions; monitoring tells whether they moved.",
        )[lang],
        TOP + ROW * len(model.scores) + 8,
    )
    top = max(max(one.trained, one.decided) for one in model.scores)
    scale = sideways(0.0, top)
    axis(chart, scale, [top * share / 4 for share in range(5)], "{:.0%}")
    for place, one in enumerate(model.scores):
        y = TOP + ROW * place + ROW / 2
        chart.texts.append(Text(LEFT - 12, y + 4, _bounds(one), "", "end"))
        chart.bars.append(Mark(LEFT, y - 9, scale(one.trained) - LEFT, 8, "rail"))
        chart.bars.append(Mark(LEFT, y, scale(one.decided) - LEFT, 8, "up"))
        chart.texts.append(Text(RIGHT + 12, y + 4, f"{one.trained:.1%} · {one.decided:.1%}", "q"))
    return chart


def sideways(low: float, high: float) -> Callable[[float], float]:
    """Give the place across of a value between two bounds."""
    return lambda value: LEFT + (RIGHT - LEFT) * (value - low) / (high - low)


def axis(chart: Chart, scale: Callable[[float], float], ticks: Sequence[float], form: str) -> None:
    """Draw a line and its number at every tick."""
    for tick in ticks:
        chart.lines.append(Mark(scale(tick), TOP - 6, 0, chart.height - TOP, "grid-line"))
        chart.texts.append(Text(scale(tick), TOP - 14, form.format(tick), "q", "middle"))


def _row(chart: Chart, place: int, part: Part, lang: str) -> float:
    y = TOP + ROW * place + ROW / 2
    chart.texts.append(Text(LEFT - 12, y + 4, _name(part, lang), "", "end"))
    return y


def _name(part: Part, lang: str) -> str:
    if part.name in GROUP_NAMES:
        return GROUP_NAMES[part.name][lang]
    found = next((one.zh for one in TechnologyField if one == part.name), part.name)
    return found if lang == "zh" else part.name


def _bounds(one: Bin) -> str:
    if one.above is None:
        return f"≤ {one.up_to:.0f}"
    return f"> {one.above:.0f}" if one.up_to is None else f"{one.above:.0f} – {one.up_to:.0f}"


def wilson(defaults: int, n: int) -> tuple[float, float]:
    """Give the 95 % interval of a rate by Wilson (1927), which holds for few defaults too."""
    rate, square = defaults / n, Z95**2
    centre = (rate + square / (2 * n)) / (1 + square / n)
    half = Z95 / (1 + square / n) * math.sqrt(rate * (1 - rate) / n + square / (4 * n**2))
    return max(0.0, centre - half), min(1.0, centre + half)
