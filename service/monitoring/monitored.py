"""What monitoring finds about one model: findings, vintages, and the verdict."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from service.monitoring.finding import MOVED, Finding, Verdict

__all__ = ["Monitored", "Vintage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vintage:
    """The decisions of a quarter: how many, how they ended, what was predicted, and what has been seen of it."""

    quarter: str
    n: int
    offered: int
    mean_pd: float
    mean_score: float
    ripe: int
    """Loans whose twelve months are over."""
    defaults: int
    predicted: float
    """Expected defaults among the ripe."""
    low: float | None
    high: float | None
    """Jeffreys 95 % bounds of the default rate of the ripe."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form."""
        return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitored:
    """One model in use."""

    model: str
    version: str
    segment: str
    bundle: str
    simulated: bool
    decisions: int
    firms: int
    rate: float
    """Chance that unchanged applicants make a run say `moved`."""
    findings: tuple[Finding, ...]
    vintages: tuple[Vintage, ...]
    verdict: Verdict

    @property
    def moved(self) -> list[Finding]:
        """What moved, the largest first."""
        found = [one for one in self.findings if one.verdict == MOVED]
        return sorted(found, key=lambda one: -abs(one.value or 0.0))

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form."""
        named = ("model", "version", "segment", "bundle", "simulated", "decisions", "firms", "rate", "verdict")
        return {name: getattr(self, name) for name in named} | {
            "findings": [one.to_dict() for one in self.findings],
            "vintages": [one.to_dict() for one in self.vintages],
        }
