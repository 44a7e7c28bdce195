"""How indicator values and reasons read, in Chinese (`zh`) and English (`en`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from features.indicators.spec import Indicator
from features.stages import STAGES, STAGES_ZH

__all__ = ["Standing", "format_value", "reason_text", "standing"]

Standing = Literal["above", "below", "at"]
"""Where a value stands to the median of comparable firms."""

UNKNOWN: Mapping[str, str] = {"zh": "未知", "en": "unknown"}


def _money_en(value: float) -> str:
    return f"CNY {value / 100:,.2f} m" if abs(value) >= 100 else f"CNY {value * 10:,.0f} k"


def _percent(value: float) -> str:
    return f"{value * 100:.1f}%"


def _stage(value: float) -> str:
    return STAGES[int(value)]


def _persons_en(value: float) -> str:
    return f"{value:,.0f} {'person' if value == 1 else 'people'}"


WORDS: Mapping[str, Mapping[str, Callable[[float], str]]] = MappingProxyType(
    {
        "10k yuan": {"zh": lambda v: f"{v:,.1f}万元", "en": _money_en},
        "ratio": {"zh": _percent, "en": _percent},
        "times": {"zh": lambda v: f"{v:,.2f}倍", "en": lambda v: f"{v:,.2f} times"},
        "average": {"zh": lambda v: f"{v:,.1f}", "en": lambda v: f"{v:,.1f}"},
        "count": {"zh": lambda v: f"{v:,.4g}项", "en": lambda v: f"{v:,.4g}"},
        "persons": {"zh": lambda v: f"{v:,.0f}人", "en": _persons_en},
        "months": {"zh": lambda v: f"{v:,.1f}个月", "en": lambda v: f"{v:,.1f} months"},
        "years": {"zh": lambda v: f"{v:,.1f}年", "en": lambda v: f"{v:,.1f} years"},
        "flag": {"zh": lambda v: "是" if v else "否", "en": lambda v: "yes" if v else "no"},
        "stage": {"zh": lambda v: STAGES_ZH[_stage(v)], "en": _stage},
    }
)


def format_value(indicator: Indicator, value: float | None, lang: str) -> str:
    """Write a value with its unit for a reader of `lang` (`zh` or `en`); None reads as unknown."""
    return UNKNOWN[lang] if value is None else WORDS[indicator.unit][lang](value)


NAMED = frozenset({"flag", "stage"})
"""Units whose values are words: they are not above or below each other."""
PEERS: Mapping[tuple[str, Standing], str] = MappingProxyType(
    {
        ("zh", "above"): ",高于同类企业中位数{peer}",
        ("zh", "below"): ",低于同类企业中位数{peer}",
        ("zh", "at"): ",与同类企业中位数{peer}相当",
        ("en", "above"): "; above {peer}, the median of comparable firms",
        ("en", "below"): "; below {peer}, the median of comparable firms",
        ("en", "at"): "; about {peer}, the median of comparable firms",
    }
)
NAMED_PEERS: Mapping[str, str] = MappingProxyType({"zh": ",同类企业多为{peer}", "en": "; most comparable firms: {peer}"})


def standing(value: float, peer: float) -> Standing:
    """Compare a value with its peers' median."""
    return "at" if value == peer else "above" if value > peer else "below"


def reason_text(indicator: Indicator, value: float | None, peer: float | None, lang: str) -> str:
    """Write the indicator's reason: its value and, where the peers' median is known, on which side of it the value stands.

    Values that read alike are said to be about the same, whatever the digits that are not shown.
    """
    template = indicator.reason_zh if lang == "zh" else indicator.reason_en
    shown = format_value(indicator, value, lang)
    return template.format(value=shown) + _peers(indicator, value, peer, lang)


def _peers(indicator: Indicator, value: float | None, peer: float | None, lang: str) -> str:
    if value is None or peer is None:
        return ""
    shown = format_value(indicator, peer, lang)
    if indicator.unit in NAMED:
        return NAMED_PEERS[lang].format(peer=shown)
    side = "at" if shown == format_value(indicator, value, lang) else standing(value, peer)
    return PEERS[lang, side].format(peer=shown)
