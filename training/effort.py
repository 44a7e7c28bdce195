"""How much a training run tries besides the plain model: challengers on the same rows, and a search for better settings."""

from __future__ import annotations

from dataclasses import dataclass

from training.tuning import Budget

__all__ = ["Effort"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a run tries; nothing by default, so that a demo or a test trains in seconds."""

    challengers: bool = False
    """Train the scorecard, logistic regression, EBM and unconstrained LightGBM on the same rows and compare."""
    tuning: Budget | None = None
    """Search settings within a budget; None keeps the untuned compact defaults."""
