"""A finding and its verdict: stable, moved, or not enough data. There is no fourth, and silence is none of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

__all__ = ["MOVED", "SHORT", "STABLE", "Bin", "Finding", "Verdict", "overall"]

Verdict = Literal["stable", "moved", "not enough data"]
STABLE: Final = "stable"
MOVED: Final = "moved"
SHORT: Final = "not enough data"


@dataclass(frozen=True, slots=True)
class Bin:
    """Values above `above` up to `up_to` (None: no bound): their share in the reference, and how many there are now."""

    above: float | None
    up_to: float | None
    share: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    """Such as `score`, or the name of an indicator."""
    measure: str
    n: int
    value: float | None
    threshold: float | None
    """What `value` would have to reach to count as moved."""
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    """What it is compared with, where that is a number."""
    verdict: Verdict
    bins: tuple[Bin, ...] = ()
    """What a PSI was added up from, before small bins were joined; empty for other measures."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form, rounded to six digits."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


def overall(findings: Iterable[Finding]) -> Verdict:
    """Moved where anything moved; else stable where anything could be told; else not enough data."""
    said = {finding.verdict for finding in findings}
    return MOVED if MOVED in said else STABLE if STABLE in said else SHORT
