"""The indicator catalogue: every number jifen may know about a firm, each defined once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from features.algebra import text_of
from features.errors import EvidenceError
from features.indicators.billing import INVOICE_INDICATORS
from features.indicators.conduct import CONDUCT_INDICATORS
from features.indicators.core import CORE_INDICATORS
from features.indicators.finance import FINANCE_INDICATORS
from features.indicators.invention import PATENT_INDICATORS
from features.indicators.recognition import RECOGNITION_INDICATORS
from features.indicators.request import PROFILE_INDICATORS, REQUEST_INDICATORS
from features.indicators.research import RESEARCH_INDICATORS, TALENT_INDICATORS
from features.indicators.spec import Action, Indicator
from features.indicators.wording import format_value, reason_text, standing
from features.measures import READINGS

__all__ = [
    "CATALOGUE",
    "CORE",
    "FIRM",
    "REQUEST",
    "Action",
    "Indicator",
    "catalogue_hash",
    "chosen",
    "format_value",
    "reason_text",
    "standing",
]

CATALOGUE: Mapping[str, Indicator] = MappingProxyType(
    {
        indicator.id: indicator
        for group in (
            CORE_INDICATORS,
            PATENT_INDICATORS,
            RESEARCH_INDICATORS,
            TALENT_INDICATORS,
            FINANCE_INDICATORS,
            INVOICE_INDICATORS,
            RECOGNITION_INDICATORS,
            CONDUCT_INDICATORS,
            PROFILE_INDICATORS,
            REQUEST_INDICATORS,
        )
        for indicator in group
    }
)
"""Every indicator by id, in the order in which frames, documents and models list them."""

CORE: tuple[str, ...] = tuple(i.id for i in CATALOGUE.values() if i.core)
FIRM: tuple[str, ...] = tuple(i.id for i in CATALOGUE.values() if not i.is_request)
REQUEST: tuple[str, ...] = tuple(i.id for i in CATALOGUE.values() if i.is_request)


def chosen(indicators: tuple[str, ...] | None) -> tuple[Indicator, ...]:
    """Give these indicators, or all; an unknown id is an `EvidenceError`."""
    unknown = [name for name in indicators or () if name not in CATALOGUE]
    if unknown:
        raise EvidenceError(f"there is no indicator {', '.join(map(repr, unknown))}; `CATALOGUE` lists the {len(CATALOGUE)}")
    return tuple(CATALOGUE.values()) if indicators is None else tuple(CATALOGUE[name] for name in indicators)


def catalogue_hash() -> str:
    """Hash every definition down to the rows it reads; it changes when any of them does."""
    lines = [_definition(indicator) for indicator in CATALOGUE.values()]
    for reading in READINGS.values():
        lines.append(f"{reading.table}|{reading.known}|{text_of(reading.visible)}|{reading.period}|{reading.register}")
        lines += [f"{m.name}|{text_of(m.value)}" for m in reading.marks]
        lines += [f"{a.name}|{text_of(a.value)}|{a.how}" for a in reading.anchors]
        lines += [f"{m.name}|{text_of(m.value)}|{m.how}" for m in reading.measures]
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _definition(indicator: Indicator) -> str:
    fields = (getattr(indicator, name) for name in Indicator.__dataclass_fields__ if name != "formula")
    return "|".join([*map(repr, fields), text_of(indicator.formula)])
