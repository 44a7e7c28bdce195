"""Which texts of a column become categories: those common enough in training; the rest are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from training.bundle import Feature
from training.bundle.encoding import texts

__all__ = ["LEAST_ROWS", "MOST_CATEGORIES", "frozen_categories"]

LEAST_ROWS: Final = 20
"""Training rows a text needs; a rarer one says more about its rows than about its kind."""
MOST_CATEGORIES: Final = 100
"""The most frequent kept; a column with thousands of texts (a city, a bank) should be derived into fewer or left out."""


def frozen_categories(feature: Feature, values: Sequence[Any]) -> Feature:
    """Freeze the categories of training values (no outcome is looked at), most frequent first, ties by text; numbers pass."""
    if not feature.is_category:
        return feature
    counts = Counter(text for text in texts(feature, values) if text is not None)
    common = sorted((text for text, rows in counts.items() if rows >= LEAST_ROWS), key=lambda text: (-counts[text], text))
    return feature.model_copy(update={"categories": tuple(common[:MOST_CATEGORIES])})
