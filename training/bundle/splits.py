"""Where a model changes its mind: the questions its trees ask of each feature, read from the model's text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from training.errors import BundleError

__all__ = ["MISSING_AS_ZERO", "MISSING_KNOWN", "Split", "splits_of_trees", "thresholds"]

CATEGORICAL: Final = 1
LEFT_BY_DEFAULT: Final = 2
"""Bits of a split's decision type; the two bits above them say what a missing value means."""
MISSING_AS_ZERO: Final = 0
MISSING_KNOWN: Final = 2
"""Training saw no missing value, and one is read as 0; training saw some, and one takes the split's default side."""
WORD: Final = 32
"""Bits of each number that LightGBM writes a set of categories in."""


@dataclass(frozen=True, slots=True)
class Split:
    """One question of a tree: a value goes left where it is at most `threshold`, or one of `categories`."""

    feature: int
    """Its number in schema order."""
    threshold: float
    decision: int
    """LightGBM's decision type."""
    categories: frozenset[int] | None = None
    """Those that go left; None for a split at a threshold."""

    @property
    def missing(self) -> int:
        """What a missing value means: `MISSING_AS_ZERO`, 1 for zero as missing, which jifen never trains, or `MISSING_KNOWN`."""
        return self.decision >> 2 & 3

    @property
    def is_left_by_default(self) -> bool:
        """Does a missing value that training knew go left?"""
        return bool(self.decision & LEFT_BY_DEFAULT)


def thresholds(text: str, names: Sequence[str]) -> Mapping[str, tuple[float, ...]]:
    """Give, for each feature in schema order, the sorted values at which some tree splits; none for an unused or categorical one.

    Between two neighbours the margin does not depend on the feature: `value <= threshold` is one side, above it the other.
    """
    found: dict[str, set[float]] = {name: set() for name in names}
    for splits in splits_of_trees(text):
        for split in splits:
            if split.categories is None:
                found[names[split.feature]].add(split.threshold)
    return {name: tuple(sorted(values)) for name, values in found.items()}


def splits_of_trees(text: str) -> Iterator[tuple[Split, ...]]:
    """Give the splits of each tree in order; none for a tree that is one leaf."""
    for tree in text.split("\nTree=")[1:]:
        lines = dict(line.partition("=")[::2] for line in tree.splitlines() if "=" in line)
        yield tuple(_splits(lines)) if int(lines.get("num_leaves", "1")) > 1 else ()


def _splits(lines: Mapping[str, str]) -> Iterator[Split]:
    try:
        columns = [lines[key].split() for key in ("split_feature", "threshold", "decision_type")]
        for feature, threshold, decision in zip(*columns, strict=True):
            kind = int(decision)
            categories = _categories(lines, int(threshold)) if kind & CATEGORICAL else None
            yield Split(int(feature), float(threshold), kind, categories)
    except KeyError as error:
        raise BundleError(f"model.txt has a tree without {error}; write the bundle again with LightGBM's own text format") from error


def _categories(lines: Mapping[str, str], number: int) -> frozenset[int]:
    begin, end = (int(word) for word in lines["cat_boundaries"].split()[number : number + 2])
    words = [int(word) for word in lines["cat_threshold"].split()[begin:end]]
    return frozenset(WORD * place + bit for place, word in enumerate(words) for bit in range(WORD) if word >> bit & 1)
