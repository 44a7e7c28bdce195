"""Points with everything that explains them: groups, items, peers, dates, eligibility. Frozen, exact, JSON-safe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from features.points.quantities import decimal_text

__all__ = ["NOTES", "Eligibility", "GatePoints", "GroupPoints", "ItemPoints", "Points"]

NOTES = {
    "missing": ("缺少数据,不计分", "unknown: scores nothing"),
    "winsorised": ("按同类企业第1或第99百分位截尾", "clamped to the peers' 1st or 99th percentile"),
    "fallback-stage": ("同领域同阶段企业不足30家,与同阶段全部企业比较", "fewer than 30 peers in the field: compared with the whole stage"),
    "fallback-all": ("同阶段企业不足30家,与全部企业比较", "fewer than 30 peers in the stage: compared with the whole base"),
    "no-peers": ("对照库中无可比企业,不计分", "no peer has this value: scores nothing"),
    "zero": ("数值为零,计零分", "a zero earns nothing"),
    "alternative-missing": ("另有可选指标缺少数据", "an alternative that might earn more is unknown"),
    "stage-unknown": ("无法判断阶段,按默认阶段计分", "the stage is unknown: scored in the scheme's default stage"),
}
"""Codes that items and points carry, with their Chinese and English meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPoints:
    """What one item earned. `points` and `out_of` in hundredths; a deduction has `out_of` 0 and `lowest` below 0.

    `percentile` is in hundredths of a percent rounded half up (9950 is 99.50), None where no peers are asked. `cell` is the
    (field, stage) that answered, "*" for all. `known_on` is since when the newest fact behind the value is known.
    """

    id: str
    group: str
    indicator: str
    zh: str
    en: str
    points: int
    out_of: int
    lowest: int
    value: float | None
    unit: str
    percentile: int | None
    peers: int | None
    cell: tuple[str, str] | None
    source_table: str | None
    known_on: date | None
    missing: bool
    note: tuple[str, ...]
    """Codes of `NOTES`."""

    def to_dict(self) -> dict[str, Any]:
        """Give JSON-safe values without floats: the value is its shortest decimal text."""
        said = {name: getattr(self, name) for name in self.__slots__}
        said["value"] = None if self.value is None else decimal_text(self.value)
        said["cell"] = None if self.cell is None else list(self.cell)
        said["known_on"] = None if self.known_on is None else self.known_on.isoformat()
        said["note"] = list(self.note)
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPoints:
    """The sum of a group's items in hundredths; `percentile` (hundredths of a percent) of that sum among the peers."""

    id: str
    zh: str
    en: str
    points: int
    out_of: int
    percentile: int | None

    def to_dict(self) -> dict[str, Any]:
        """Give JSON-safe values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePoints:
    """One condition of eligibility: `pass`, `fail`, `unknown`, or `declared` where only the firm's word can tell."""

    id: str
    zh: str
    en: str
    outcome: str
    waivable: bool

    def to_dict(self) -> dict[str, Any]:
        """Give JSON-safe values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """The verdict of the scheme's gates: `pass`, `fail` or `unknown`; `direct` lists the direct passes asked for.

    Pass: every gate passes, where a direct pass replaces the waivable ones. Declared conditions are listed, not judged.
    """

    outcome: str
    gates: tuple[GatePoints, ...]
    direct: tuple[GatePoints, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give JSON-safe values."""
        return {"outcome": self.outcome, "gates": [g.to_dict() for g in self.gates], "direct": [g.to_dict() for g in self.direct]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A firm's points under one scheme. Items sum exactly to their groups and groups to `total` (hundredths).

    A total may fall below 0 where a scheme deducts. `coverage` is the share of weight (deductions included) whose item is
    known, cut (not rounded) to two decimals, so "1.00" means all of it. `missing` lists the items that are unknown.
    """

    scheme: str
    scheme_hash: str
    scheme_status: str
    reference: str | None
    reference_hash: str | None
    stage: str
    field: str
    total: int
    out_of: int
    percentile: int | None
    tier: str | None
    coverage: str
    groups: tuple[GroupPoints, ...]
    items: tuple[ItemPoints, ...]
    missing: tuple[str, ...]
    note: tuple[str, ...]
    eligibility: Eligibility | None

    def to_dict(self) -> dict[str, Any]:
        """Give JSON-safe values without floats; points carry `unit` "hundredths"."""
        said: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return said | {
            "unit": "hundredths",
            "groups": [group.to_dict() for group in self.groups],
            "items": [item.to_dict() for item in self.items],
            "missing": list(self.missing),
            "note": list(self.note),
            "eligibility": None if self.eligibility is None else self.eligibility.to_dict(),
        }
