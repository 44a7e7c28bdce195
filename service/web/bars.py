"""Pictures of a validation in rows: calibration by grade and bin, PSI, swap sets, churn of reasons. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from features.indicators import CATALOGUE
from service.monitoring import MOVED, Finding
from service.web.charts import ROW, TOP, Behind, Chart, Mark, Text, axis, sideways, wilson
from service.web.figures import money
from service.web.words import Words
from service.web.words_risk import SIDES, VERDICTS
from training.bundle import Pictures, SwapSet, Validation

__all__ = ["Rated", "churn_chart", "feature_name", "grade_chart", "psi_chart", "reliability_chart", "swap_chart"]

MID: Final = 260
"""Where bars begin."""
NAMED: Final = 14
"""Inputs shown, those that differ most first."""
APART: Final = 44
TICKS: Final = (0.0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0)


@dataclass(frozen=True, slots=True)
class Rated:
    """A bin or grade: rows, defaults, and the mean PD."""

    name: str
    n: int
    defaults: int
    mean_pd: float


def feature_name(name: str, lang: str) -> str:
    """Name an input in the page's language; one that the catalogue does not know stands as it is."""
    return name if name not in CATALOGUE else CATALOGUE[name].zh if lang == "zh" else CATALOGUE[name].en


def _rated_chart(title: str, rated: Sequence[Rated], lang: str) -> Chart | None:
    shown = [one for one in rated if one.n]
    if not shown:
        return None
    bounds = [wilson(one.defaults, one.n) for one in shown]
    top = max([*(high for _, high in bounds), *(one.mean_pd for one in shown)])
    root = sideways(0.0, top**0.5)

    def scale(value: float) -> float:
        return root(value**0.5)

    note = Words(
        "方：平均 PD；圆：实际违约率及其 95% 区间（Wilson）；右侧：违约 / 样本。横轴为平方根刻度。",
        "Square: mean PD; dot: default rate with its 95 % interval (Wilson); at the right: defaults / n. The axis is a square root.",
    )
    chart = Chart(title, note[lang], TOP + ROW * len(shown) + 8)
    axis(chart, scale, _apart([tick for tick in TICKS if tick <= top], scale), "{:.1%}")
    for place, (one, (low, high)) in enumerate(zip(shown, bounds, strict=True)):
        y = TOP + ROW * place + ROW / 2
        chart.texts += [Text(128, y + 4, one.name, "", "end"), Text(452, y + 4, f"{one.defaults:,} / {one.n:,}", "q")]
        chart.lines.append(Mark(scale(low), y, scale(high) - scale(low), 0, "range"))
        chart.dots.append(Mark(scale(one.defaults / one.n), y, 5, 5, "up"))
        chart.bars.append(Mark(scale(one.mean_pd) - 4, y - 4, 8, 8, "down"))
    heads = {
        "zh": ("", "样本", "违约", "平均 PD", "违约率", "95% 区间"),
        "en": ("", "n", "defaults", "mean PD", "default rate", "95 % interval"),
    }
    rows = [
        (one.name, f"{one.n:,}", f"{one.defaults:,}", f"{one.mean_pd:.2%}", f"{one.defaults / one.n:.2%}", f"{low:.2%}–{high:.2%}")
        for one, (low, high) in zip(shown, bounds, strict=True)
    ]
    chart.behind = Behind(heads[lang], tuple(rows))
    return chart


def _apart(ticks: Sequence[float], scale: Callable[[float], float]) -> list[float]:
    """Leave out ticks whose numbers would run into the one before."""
    kept: list[float] = []
    for tick in ticks:
        if not kept or scale(tick) - scale(kept[-1]) > APART:
            kept.append(tick)
    return kept


def grade_chart(pictures: Pictures, lang: str) -> Chart | None:
    """Every grade of the master scale that has rows."""
    name = Words("等级 {}", "grade {}")[lang]
    rated = [Rated(name.format(one.grade), one.n, one.defaults, one.mean_pd) for one in pictures.grades]
    return _rated_chart(Words("校准：按等级", "Calibration by grade")[lang], rated, lang)


def reliability_chart(record: Validation, lang: str) -> Chart | None:
    """Ten bins of equal mass, safest first, from the chapter on calibration."""
    curve: list[Any] = next((chapter["curve"] for chapter in record.chapters if chapter["id"] == "calibration"), [])
    name = Words("第 {} 箱", "bin {}")[lang]
    rated = [Rated(name.format(number), n, round(rate["value"] * n), mean) for number, (mean, rate, n) in enumerate(curve, start=1)]
    return _rated_chart(
        Words("校准：可靠性（十个等量分箱，由低到高）", "Calibration: reliability, ten bins of equal mass, safest first")[lang], rated, lang
    )


def _bar_rows(chart: Chart, rows: Sequence[tuple[str, float, str, str]], scale: Callable[[float], float]) -> None:
    """Name, value, what is written at the right, and the bar's class, row by row."""
    for place, (name, value, said, look) in enumerate(rows):
        y = TOP + ROW * place + ROW / 2
        chart.texts += [Text(MID - 12, y + 4, name, "", "end"), Text(452, y + 4, said, "q")]
        chart.bars.append(Mark(MID, y - 6, max(scale(value) - MID, 1), 12, look))


def _wide(top: float) -> Callable[[float], float]:
    return lambda value: MID + (440 - MID) * value / top if top else float(MID)


def psi_chart(findings: Sequence[Finding], title: str, lang: str) -> Chart | None:
    """PSI of the score and of the inputs that differ most, each with the mark that it would have to reach to count as moved."""
    known = [one for one in findings if one.measure == "PSI" and one.value is not None]
    if not known:
        return None
    ranked = sorted(known, key=lambda one: (one.subject != "score", -(one.value or 0.0)))
    shown = ranked[:NAMED]
    top = max(*((one.value or 0.0) for one in shown), *((one.threshold or 0.0) for one in shown))
    scale = _wide(top)
    note = Words(
        f"竖线为该样本量下的阈值，到达才算变动；共 {len(known)} 项，显示差异最大的 {len(shown)} 项。",
        f"The mark is the threshold that so many rows deserve; {len(known)} quantities, the {len(shown)} that differ most are shown.",
    )
    chart = Chart(title, note[lang], TOP + ROW * len(shown) + 8)
    axis(chart, scale, [top * share / 4 for share in range(5)], "{:.2f}")
    names = {one.subject: _subject(one.subject, lang) for one in known}
    _bar_rows(
        chart,
        [(_cut(names[one.subject], lang), one.value or 0.0, f"{one.value:.3f}", "down" if one.verdict == MOVED else "up") for one in shown],
        scale,
    )
    for place, one in enumerate(shown):
        chart.lines.append(Mark(scale(one.threshold or 0.0), TOP + ROW * place + 4, 0, ROW - 8, "mark"))
    heads = {"zh": ("项目", "样本", "PSI", "阈值", "结论"), "en": ("quantity", "n", "PSI", "threshold", "verdict")}
    rows = [
        (names[one.subject], f"{one.n:,}", f"{one.value:.4f}", f"{one.threshold or 0:.4f}", VERDICTS[one.verdict][lang]) for one in ranked
    ]
    chart.behind = Behind(heads[lang], tuple(rows))
    return chart


def _subject(subject: str, lang: str) -> str:
    return Words("评分", "score")[lang] if subject == "score" else feature_name(subject, lang)


def _cut(name: str, lang: str) -> str:
    """Shorten a name to what fits beside a bar; the table behind has it whole."""
    most = 18 if lang == "zh" else 36
    return name if len(name) <= most else f"{name[: most - 1]}…"


def swap_chart(pictures: Pictures, lang: str) -> Chart | None:
    """The four sets of a swap: what they asked for, in money where it is known, and how many defaulted."""
    if not pictures.swap:
        return None
    in_money = all(one.asked is not None for one in pictures.swap)
    values = [float(one.asked if in_money and one.asked is not None else one.n) for one in pictures.swap]
    unit = Words("申请金额", "money asked for")[lang] if in_money else Words("样本", "rows")[lang]
    chart = Chart(
        Words(f"换模型后谁会变（{unit}）", f"Who is swapped ({unit})")[lang],
        Words(
            "两个模型通过同样多的申请；违约率为事后实际。",
            "Both models pass the same number of applications; default rates are what happened.",
        )[lang],
        TOP + ROW * len(values) + 8,
    )
    rows = []
    for one, value in zip(pictures.swap, values, strict=True):
        rate = f"{one.defaults / one.n:.2%}" if one.n else "–"
        rows.append((SIDES[one.side][lang], value, rate, "up" if one.side in {"both", "in"} else "rail"))
    chart.texts.append(Text(452, TOP - 14, Words("违约率", "default rate")[lang], "q"))
    _bar_rows(chart, rows, _wide(max(values)))
    heads = {
        "zh": ("组", "样本", "违约", "违约率", "95% 区间", "申请金额", "其中违约"),
        "en": ("set", "n", "defaults", "default rate", "95 % interval", "asked", "of it defaulted"),
    }
    chart.behind = Behind(heads[lang], tuple(_swap_row(one, lang) for one in pictures.swap))
    return chart


def _swap_row(one: SwapSet, lang: str) -> tuple[str, ...]:
    low, high = wilson(one.defaults, one.n) if one.n else (0.0, 1.0)
    paid = tuple("–" if sum_ is None else money(sum_, lang) for sum_ in (one.asked, one.defaulted))
    rate = f"{one.defaults / one.n:.2%}" if one.n else "–"
    return (SIDES[one.side][lang], f"{one.n:,}", f"{one.defaults:,}", rate, f"{low:.2%}–{high:.2%}", *paid)


def churn_chart(pictures: Pictures, lang: str) -> Chart | None:
    """How many of the strongest reasons stay under the other model, and which come and go."""
    churn = pictures.reasons
    if churn is None:
        return None
    total, most = sum(churn.stay), len(churn.stay) - 1
    chart = Chart(
        Words("原因变动：最主要的原因有几个不变", "Churn of reasons: how many of the strongest stay")[lang],
        Words(
            f"与冠军相比，共 {total:,} 行，每行 {most} 个最主要原因。",
            f"Against the champion, {total:,} rows, the {most} strongest reasons of each.",
        )[lang],
        TOP + ROW * len(churn.stay) + 8,
    )
    name = Words("{} 个不变", "{} stay")[lang]
    rows = [
        (
            name.format(number),
            churn.stay[number] / total,
            f"{churn.stay[number]:,} ({churn.stay[number] / total:.0%})",
            "up" if number == most else "down",
        )
        for number in range(most, -1, -1)
    ]
    _bar_rows(chart, rows, _wide(max(count / total for count in churn.stay)))
    heads = {
        "zh": ("来去最多的特征", "失去（行）", "新增（行）"),
        "en": ("features that come and go most", "rows that lose it", "rows that gain it"),
    }
    chart.behind = Behind(
        heads[lang], tuple((feature_name(one.feature, lang), f"{one.lost:,}", f"{one.gained:,}") for one in churn.features)
    )
    return chart
