"""Exact arithmetic under money: whole numbers until a number is written, then one stated rounding."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from service.domain.errors import DecisionError

__all__ = ["WHOLE", "apportion", "half_up", "refuse", "yuan_of_fen"]

WHOLE = 10_000
"""Basis points of the whole."""


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round to the nearest integer, halves away from zero (`ROUND_HALF_UP`); the denominator is positive."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def yuan_of_fen(fen: int) -> Decimal:
    """Write fen (at least 0) as yuan with two decimals, exactly and whatever the decimal context."""
    return Decimal(f"{fen // 100}.{fen % 100:02d}")


def apportion(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Split a whole `total` in proportion to `weights` so that the parts sum to it: the largest-remainder method.

    Equal remainders go to the one named first. A negative total, a negative weight or no positive weight raises `DecisionError`.
    """
    sum_of_weights = sum(weights.values())
    refuse(total < 0, "total", total, "is negative", "split an amount of at least 0")
    refuse(any(w < 0 for w in weights.values()) or not sum_of_weights, "weights", dict(weights), "must be positive", "name who takes part")
    parts = {name: total * weight // sum_of_weights for name, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda name: -(total * weights[name] % sum_of_weights))
    for name in by_remainder[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


def refuse(is_wrong: bool, field: str, value: object, rule: str, remedy: str) -> None:  # noqa: FBT001 the question is asked in place
    """Raise `DecisionError` when a parameter is impossible: its name, value, the rule and what to do."""
    if is_wrong:
        raise DecisionError(f"{field} = {value}: {rule}; {remedy}")
