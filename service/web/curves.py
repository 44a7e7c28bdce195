"""Pictures of a validation: ROC and KS as curves, and all of them in their order, each with its numbers behind it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from service.monitoring import Finding
from service.web.bars import churn_chart, grade_chart, psi_chart, reliability_chart, swap_chart
from service.web.charts import Behind, Chart, Curve, Mark, Text
from service.web.words import Words
from training.bundle import CaughtPoint, Pictures, Validation

__all__ = ["against_champion", "ks_chart", "pictures_of", "roc_chart"]

BOX: Final = (64.0, 500.0, 16.0, 276.0)
"""Left, right, top and bottom of a curve's field."""


def _share(value: float) -> str:
    return f"{value:.1%}"


def _across(share: float) -> float:
    return BOX[0] + (BOX[1] - BOX[0]) * share


def _up(share: float) -> float:
    return BOX[3] - (BOX[3] - BOX[2]) * share


def _field(title: str, note: str, across: str, up: str) -> Chart:
    """Make an empty field from 0 to 100 % both ways."""
    chart = Chart(title, note, 322)
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        chart.lines.append(Mark(BOX[0], _up(tick), BOX[1] - BOX[0], 0, "grid-line"))
        chart.texts.append(Text(BOX[0] - 8, _up(tick) + 4, f"{tick:.0%}", "q", "end"))
        chart.texts.append(Text(_across(tick), BOX[3] + 18, f"{tick:.0%}", "q", "middle"))
    chart.texts.append(Text((BOX[0] + BOX[1]) / 2, BOX[3] + 38, across, "q", "middle"))
    chart.texts.append(Text(BOX[0] + 6, BOX[2] + 14, up, "q"))
    return chart


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_across(x):.1f},{_up(y):.1f}" for x, y in points)


def _rates(points: Sequence[CaughtPoint]) -> list[tuple[float, float, float]]:
    """Share of rows, of payers and of defaults that lie among the riskiest, at every point."""
    n, defaults = points[-1].rows, points[-1].defaults
    return [(one.rows / n, (one.rows - one.defaults) / (n - defaults), one.defaults / defaults) for one in points]


def _counts_behind(points: Sequence[CaughtPoint], lang: str) -> Behind:
    heads = {
        "zh": ("风险最高的行数", "其中违约", "违约命中率", "正常误报率", "差距"),
        "en": ("riskiest rows", "defaults among them", "defaults caught", "payers caught", "gap"),
    }[lang]
    rows = [
        (f"{one.rows:,}", f"{one.defaults:,}", _share(bad), _share(good), _share(bad - good))
        for one, (_, good, bad) in zip(points, _rates(points), strict=True)
    ]
    return Behind(heads, tuple(rows))


def roc_chart(pictures: Pictures, lang: str) -> Chart:
    """Defaults caught against payers caught; dashed the champion where there was one, dotted chance."""
    said = Words("ROC：被挑出的违约者与被误挑的正常者", "ROC: defaults caught against payers caught")[lang]
    note = Words(
        "蓝：本模型；橙虚线：冠军（如有）；灰：随机。曲线由计数点连成。",
        "Blue: this model; orange, dashed: the champion, where there was one; grey: chance.",
    )
    chart = _field(said, note[lang], Words("正常误报率", "payers caught")[lang], Words("违约命中率", "defaults caught")[lang])
    chart.curves.append(Curve(_path([(0, 0), (1, 1)]), "chance"))
    if pictures.champion_caught:
        chart.curves.append(Curve(_path([(good, bad) for _, good, bad in _rates(pictures.champion_caught)]), "curve other"))
    chart.curves.append(Curve(_path([(good, bad) for _, good, bad in _rates(pictures.caught)]), "curve"))
    chart.behind = _counts_behind(pictures.caught, lang)
    return chart


def ks_chart(pictures: Pictures, lang: str) -> Chart:
    """Cumulated shares of defaults and payers over all rows, riskiest first, and the widest gap between them."""
    rates = _rates(pictures.caught)
    share, good, bad = max(rates, key=lambda one: one[2] - one[1])
    said = Words("KS：两类累计占比的最大差距", "KS: the widest gap between the two cumulated shares")[lang]
    note = Words(
        f"蓝：违约者；橙虚线：正常者。点上最大差距 {bad - good:.3f}，在风险最高的 {share:.0%} 处；按逐行计算的 KS 见上方数字。",
        f"Blue: defaults; orange, dashed: payers. Widest gap among these points {bad - good:.3f}, at the riskiest {share:.0%}; "
        "the KS above is of every row.",
    )
    chart = _field(
        said, note[lang], Words("风险最高的行的占比", "share of rows, riskiest first")[lang], Words("累计占比", "cumulated share")[lang]
    )
    chart.curves.append(Curve(_path([(x, y) for x, y, _ in rates]), "curve other"))
    chart.curves.append(Curve(_path([(x, y) for x, _, y in rates]), "curve"))
    chart.lines.append(Mark(_across(share), _up(bad), 0, _up(good) - _up(bad), "range"))
    chart.behind = _counts_behind(pictures.caught, lang)
    return chart


def pictures_of(record: Validation, findings: Sequence[Finding], lang: str) -> list[Chart]:
    """Draw everything that a validation's record carries; one of format 1 has its reliability only."""
    drawn: list[Chart | None] = []
    if record.pictures is not None:
        drawn += [roc_chart(record.pictures, lang), ks_chart(record.pictures, lang), grade_chart(record.pictures, lang)]
    drawn.append(reliability_chart(record, lang))
    if record.pictures is not None:
        title = Words("PSI：留出样本与训练样本", "PSI: held-out rows against training")[lang]
        drawn += [psi_chart(findings, title, lang), *against_champion(record.pictures, lang)]
    return [one for one in drawn if one is not None]


def against_champion(pictures: Pictures, lang: str) -> list[Chart]:
    """Draw who is swapped and which reasons change; nothing where there was no champion to hold the model to."""
    return [one for one in (swap_chart(pictures, lang), churn_chart(pictures, lang)) if one is not None]
