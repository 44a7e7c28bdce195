"""Array types and the few vector operations every part of the simulation shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = ["NEVER", "Flags", "Floats", "Generator", "Ints", "dates", "expanded", "logistic", "money", "picked", "whole", "within"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Generator = np.random.Generator

NEVER = 2**31 - 1
"""The day number of what does not happen: later than any date, so one comparison hides it."""


def logistic(values: Floats) -> Floats:
    """Map the real line to (0, 1)."""
    return 1.0 / (1.0 + np.exp(-values))


def within(values: Floats, low: float, high: float) -> Floats:
    """Clip to `[low, high]`."""
    return np.minimum(np.maximum(values, low), high)


def expanded(counts: Ints) -> Ints:
    """Repeat each position of `counts` as often as it says: the owner of each event."""
    return np.repeat(np.arange(counts.size, dtype=np.int64), counts.ravel())


def money(values: Floats) -> Ints:
    """Round to whole yuan."""
    return np.rint(values).astype(np.int64)


def whole(values: Ints, known: Flags | None = None) -> pl.Series:
    """Make an integer column; null where `known` is false."""
    column = pl.Series(values.astype(np.int64), dtype=pl.Int64)
    return column if known is None else column.zip_with(pl.Series(known), pl.Series([None], dtype=pl.Int64).new_from_index(0, len(column)))


def dates(days: Ints, until: int = NEVER - 1) -> pl.Series:
    """Make a date column of day numbers; null where the day lies after `until`."""
    return whole(days, days <= until).cast(pl.Int32).cast(pl.Date)


def picked(words: Sequence[str], positions: Ints) -> pl.Series:
    """Make a text column by position in `words`."""
    return pl.Series(words, dtype=pl.Utf8).gather(pl.Series(positions, dtype=pl.UInt32))
