"""How indicator values and reasons read, in Chinese (`zh`) and English (`en`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from features.indicators.spec import Indicator
from features.stages import STAGES, STAGES_ZH

__all__ = ["format_value", "reason_text"]

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


def reason_text(indicator: Indicator, value: float | None, peer: float | None, lang: str) -> str:
    """Write the indicator's reason with its value and the median of comparable firms."""
    template = indicator.reason_zh if lang == "zh" else indicator.reason_en
    return template.format(value=format_value(indicator, value, lang), peer=format_value(indicator, peer, lang))
