"""How numbers, days and words of the code read on a page: with their unit, in the page's language. Templates use them as filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context

from features.vocabulary import Word
from service.domain.record.parts import IntervalRecord
from service.domain.wording import yuan_en, yuan_zh

__all__ = ["about", "ago", "interval", "moment", "money", "percent", "points", "serve_figures", "typeset", "word"]

CHINA = ZoneInfo("Asia/Shanghai")
FULL_WIDTH = str.maketrans(",:;", "，：；")
CJK = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”"
MARK = re.compile(rf"(?<=[{CJK}%\d]) ?[,:;] ?(?=[{CJK}])|(?<=[{CJK}]) ?[,:;] ?")
PAIR = re.compile(rf"(?<=[{CJK}])\(([^()]*)\)|\(([^()]*[{CJK}][^()]*)\)")
ENGLISH = {
    "pct": "PCT",
    "a": "A",
    "b": "B",
    "c": "C",
    "srdi": "SRDI",
    "startup-credit": "Start-up credit",
    "growth-relay": "Growth relay loan",
    "loan-investment": "Loan with investment",
    "acquisition": "Acquisition loan",
    "information-not-in-model": "Information the model does not have",
    "model-misjudges-industry": "The model misjudges the industry",
    "policy-exception": "Exception to the policy",
}
"""Words of closed lists whose English is not the word itself."""


def money(amount: int | str | Decimal, lang: str) -> str:
    """Write yuan: 320万元 in Chinese, CNY 3,200,000 in English; amounts with fen are written out in yuan."""
    if isinstance(amount, int):
        return yuan_zh(amount) if lang == "zh" and abs(amount) >= 10_000 else f"{amount:,} 元" if lang == "zh" else yuan_en(amount)
    return f"{Decimal(amount):,.2f} 元" if lang == "zh" else f"CNY {Decimal(amount):,.2f}"


def about(amount: int | str | Decimal, lang: str) -> str:
    """Write an estimate in yuan, rounded so that nobody takes it for a sum: 万元 with two decimals in Chinese, hundreds in English."""
    value = Decimal(amount)
    if lang == "zh":
        return f"{value / 10_000:,.2f}万元"
    return f"CNY {round(value, -2):,.0f}"


def percent(basis_points: int, lang: str = "", *, sign: bool = False) -> str:
    """Write basis points as percent: 385 is 3.85%."""
    del lang
    return f"{basis_points / 100:{'+' if sign else ''}.2f}%".replace("-", "−")


def interval(around: IntervalRecord) -> str:
    """Write how far a PD may be off, with its level: 90%: 0.51–1.04%."""
    low, high, level = (float(text) * 100 for text in (around.low, around.high, around.level))
    return f"{level:g}%: {low:.2f}–{high:.2f}%"


def points(hundredths: int) -> str:
    """Write hundredths of a point: 7125 is 71.25."""
    return f"{hundredths / 100:.2f}".replace("-", "−")


def moment(at: datetime) -> str:
    """Write a moment on the clock in China, with its zone."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S} (UTC+8)"


def ago(at: datetime, now: datetime, lang: str) -> str:
    """Say how long ago something was, in its largest whole unit."""
    seconds = max(0, int((now - at) / timedelta(seconds=1)))
    for size, zh, en in ((86_400, "天", "d"), (3_600, "小时", "h"), (60, "分钟", "min")):
        if seconds >= size:
            return f"{seconds // size} {zh if lang == 'zh' else en}"
    return "刚刚" if lang == "zh" else "just now"


def word(value: Word | str, lang: str) -> str:
    """Name a member of a closed list."""
    if lang == "zh":
        return getattr(value, "zh", str(value))
    text = str(value)
    return ENGLISH.get(text) or text.replace("-", " ").capitalize()


def typeset(text: str, lang: str) -> str:
    """Set a text of a record for reading: Chinese marks in Chinese, as they are written in print; the record keeps its own."""
    if lang != "zh":
        return text
    return PAIR.sub(lambda found: f"（{found[1] or found[2] or ''}）", MARK.sub(lambda found: found[0].strip().translate(FULL_WIDTH), text))


def _said(value: Any, lang: str) -> str:
    """Name whatever carries `zh` and `en`."""
    return typeset(value.zh, "zh") if lang == "zh" else str(value.en)


def _in_language(write: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def written(context: Context, value: Any, *more: Any) -> str:
        return write(value, *more, context["page"].frame.lang)

    return written


def _day(value: date | str | None) -> str:
    return "—" if value is None else str(value)


def serve_figures(app: Flask) -> None:
    """Let templates write figures: `{{ amount | money }}`, `{{ rate_bp | percent }}`, `{{ product | word }}`, `{{ row | said }}`."""
    app.jinja_env.filters |= {
        "money": _in_language(money),
        "about": _in_language(about),
        "percent": percent,
        "interval": interval,
        "points": points,
        "moment": moment,
        "day": _day,
        "word": _in_language(word),
        "said": _in_language(_said),
        "typeset": _in_language(typeset),
    }
