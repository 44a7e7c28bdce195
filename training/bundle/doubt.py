"""How far a PD may be off, case by case: a small table read with a margin and the weight of what is missing.

Two sources, each held at half of what the level leaves: how well the book knows the default rate near this margin, and how far the
margin of complete cases moved when as much evidence was hidden from them. Both are shifts of the log odds, so the interval follows the PD.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from training.bundle.native import Floats
from training.bundle.scale import default_probability

__all__ = ["METHOD", "Band", "Doubt"]

METHOD: Final = "binomial-by-margin,conformal-by-missing"
"""How the table was made, as a decision records it."""


class Band(BaseModel):
    """One row of the table: shifts of the log odds, and the rows behind them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    below: float | None
    """The band holds values up to this one; None: all above the band before."""
    low: float = Field(le=0)
    high: float = Field(ge=0)
    n: int
    defaults: int | None = None


class Doubt(BaseModel):
    """The table of a bundle."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: float = Field(gt=0, lt=1)
    """Share of cases the interval is to hold at least."""
    weights: tuple[float, ...]
    """Of each feature in the model's contributions, in schema order; they sum to 1."""
    by_missing: tuple[Band, ...] = Field(min_length=1)
    """By the summed weight of the features that are missing."""
    by_margin: tuple[tuple[Band, ...], ...] = Field(min_length=1)
    """By margin, within each band of missing weight."""

    def missing_weight(self, matrix: Floats) -> Floats:
        """Weight of what is missing in each row, 0 to 1; `matrix` before anything is filled in.

        Summed exactly and rounded once, so that a row on the edge of a band is in the same band alone and in any batch.
        """
        missing, weights = np.isnan(matrix), np.array(self.weights)
        sums: dict[bytes, float] = {}  # many rows miss the same
        keys = [row.tobytes() for row in np.packbits(missing, axis=1)]
        for row, key in enumerate(keys):
            if key not in sums:
                sums[key] = fsum(weights[missing[row]].tolist())
        return np.array([sums[key] for key in keys], dtype=np.float64)

    def interval(self, matrix: Floats, margin: Floats, log_odds: Floats) -> Floats:
        """Lower and upper PD of each row, shape (n, 2); the PD lies between them."""
        low, high = np.empty(len(margin)), np.empty(len(margin))
        classes = _position(self.by_missing, self.missing_weight(matrix))
        for number in set(classes.tolist()):
            mine, gap = classes == number, self.by_missing[number]
            bands = self.by_margin[number]
            at = _position(bands, margin[mine])
            low[mine] = log_odds[mine] + np.array([band.low for band in bands])[at] + gap.low
            high[mine] = log_odds[mine] + np.array([band.high for band in bands])[at] + gap.high
        pairs = zip(low.tolist(), high.tolist(), strict=True)
        return np.array([[default_probability(one), default_probability(other)] for one, other in pairs], dtype=np.float64).reshape(-1, 2)


def _position(bands: Sequence[Band], values: Floats) -> npt.NDArray[np.intp]:
    """Which band holds each value; an edge belongs to the band below it."""
    edges = np.array([band.below for band in bands[:-1]], dtype=np.float64)
    return np.searchsorted(edges, values, side="left")
