"""Sizes of firms by their yearly revenue."""

from __future__ import annotations

__all__ = ["AGES", "SIZES", "age_band", "size_of"]

SIZES: tuple[tuple[str, int | None], ...] = (("micro", 3_000_000), ("small", 20_000_000), ("medium", 400_000_000), ("large", None))
"""Revenue a year in yuan below which a firm is of a size: the bounds for industry in 国统字〔2017〕213号, revenue alone."""
AGES: tuple[tuple[str, int | None], ...] = (("under 3", 3), ("3 to 5", 5), ("5 to 10", 10), ("10 and over", None))
"""Years since founding below which a firm belongs to a band, for reports by age."""


def size_of(revenue: float | None) -> str:
    """Give a firm's size by its newest yearly revenue, yuan."""
    if revenue is None:
        return "unknown"
    return next(name for name, below in SIZES if below is None or revenue < below)


def age_band(years: float | None) -> str:
    """Give a firm's band of age."""
    if years is None:
        return "unknown"
    return next(name for name, below in AGES if below is None or years < below)
