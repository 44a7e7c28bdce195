"""A measured number with its 95 % interval and how the interval was made."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Interval"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A value, its 95 % bounds and the method behind them."""

    value: float
    low: float
    high: float
    method: str

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form, rounded to six digits."""
        return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items()}

    def __str__(self) -> str:
        """`0.713 (0.690-0.736)`."""
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"
