"""Amounts in words."""

from __future__ import annotations

__all__ = ["yuan_en", "yuan_zh"]


def yuan_zh(amount: int) -> str:
    """Write yuan in 万元, exactly: 3,200,000 is 320万元 and 125,500 is 12.55万元."""
    whole, rest = divmod(amount, 10_000)
    return f"{whole:,}" + (f".{rest:04d}".rstrip("0") if rest else "") + "万元"


def yuan_en(amount: int) -> str:
    """Write yuan with the currency in front."""
    return f"CNY {amount:,}"
