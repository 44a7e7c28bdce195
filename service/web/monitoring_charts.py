"""Pictures of a watched quantity: its bins against the reference, and its value over the runs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service.clock import day_in_china
from service.monitoring import MOVED
from service.monitoring.run import BinKept, FindingKept
from service.web.charts import ROW, TOP, Behind, Chart, Mark, Text, axis, sideways
from service.web.words import Words
from service.web.words_risk import VERDICTS

__all__ = ["bins_chart", "figure", "runs_chart"]

NAME_END, BEGIN, SAID = 128, 140, 452
SHARES = frozenset({"missing", "known share", "realised", "override outcomes"})


def figure(finding: FindingKept, value: float | None) -> str:
    """Write a value in the unit of its measure: rates in per cent, others with three digits."""
    if value is None:
        return "–"
    is_share = finding.measure in SHARES or finding.subject == "default rate"
    return f"{value:.2%}" if is_share else f"{value:.3f}"


def bins_chart(finding: FindingKept, name: str, lang: str) -> Chart | None:
    """Shares of the reference beside those of now, bin by bin; None where nothing was binned."""
    n = sum(one.n for one in finding.bins)
    if not n:
        return None
    chart = Chart(
        Words(f"{name}：训练时（灰）与现在（蓝）", f"{name}: training (grey) and now (blue)")[lang],
        Words(f"共 {n:,} 个已知值；PSI 由各箱之差加总。", f"{n:,} known values; PSI adds up the differences of the bins.")[lang],
        TOP + ROW * len(finding.bins) + 8,
    )
    top = max(max(one.share, one.n / n) for one in finding.bins)
    scale = sideways(0.0, top)
    axis(chart, scale, [top * share / 4 for share in range(5)], "{:.0%}")
    for place, one in enumerate(finding.bins):
        y = TOP + ROW * place + ROW / 2
        chart.texts += [Text(NAME_END, y + 4, _bounds(one), "", "end"), Text(SAID, y + 4, f"{one.share:.1%} · {one.n / n:.1%}", "q")]
        chart.bars += [
            Mark(BEGIN, y - 9, scale(one.share) - BEGIN, 8, "rail"),
            Mark(BEGIN, y, scale(one.n / n) - BEGIN, 8, "up"),
        ]
    heads = {"zh": ("区间", "训练占比", "现在占比", "现在样本"), "en": ("bin", "share in training", "share now", "n now")}
    chart.behind = Behind(heads[lang], tuple((_bounds(one), f"{one.share:.2%}", f"{one.n / n:.2%}", f"{one.n:,}") for one in finding.bins))
    return chart


def runs_chart(runs: Sequence[tuple[datetime, FindingKept]], name: str, lang: str) -> Chart | None:
    """The value of every run with its interval, what it was compared with, and the verdict; None where no run has a value."""
    known = [(at, one, one.value) for at, one in runs if one.value is not None]
    if not known:
        return None
    ends = [end for _, one, value in known for end in (value, one.low, one.high, one.expected, _mark(one)) if end is not None]
    low, high = min(0.0, *ends), max(*ends, 1e-9)
    scale = sideways(low, high)
    chart = Chart(
        Words(f"{name}：历次监测", f"{name}: run by run")[lang],
        Words(
            "圆：所得，红为已变动；横线：95% 区间；竖线：对照值，PSI 为阈值。",
            "Dot: what was found, red where it moved; line: 95 % interval; mark: what it is compared with, for PSI its threshold.",
        )[lang],
        TOP + ROW * len(known) + 8,
    )
    axis(chart, scale, [low + (high - low) * share / 4 for share in range(5)], "{:.3g}")
    for place, (at, one, value) in enumerate(known):
        y = TOP + ROW * place + ROW / 2
        chart.texts += [Text(NAME_END, y + 4, day_in_china(at).isoformat(), "", "end"), Text(SAID, y + 4, figure(one, value), "q")]
        if one.low is not None and one.high is not None:
            chart.lines.append(Mark(scale(one.low), y, scale(one.high) - scale(one.low), 0, "range"))
        compared = one.expected if one.expected is not None else _mark(one)
        if compared is not None:
            chart.lines.append(Mark(scale(compared), y - 8, 0, 16, "mark"))
        chart.dots.append(Mark(scale(value), y, 5, 5, "down" if one.verdict == MOVED else "up"))
    heads = {"zh": ("日期", "样本", "所得", "对照", "结论"), "en": ("day", "n", "found", "compared with", "verdict")}
    chart.behind = Behind(
        heads[lang],
        tuple(
            (day_in_china(at).isoformat(), f"{one.n:,}", figure(one, value), figure(one, one.expected), VERDICTS[one.verdict][lang])
            for at, one, value in known
        ),
    )
    return chart


def _mark(one: FindingKept) -> float | None:
    """A threshold that is in the unit of the value."""
    return one.threshold if one.measure == "PSI" else None


def _bounds(one: BinKept) -> str:
    if one.above is None:
        return "–" if one.up_to is None else f"≤ {one.up_to:.4g}"
    return f"> {one.above:.4g}" if one.up_to is None else f"{one.above:.4g} – {one.up_to:.4g}"
