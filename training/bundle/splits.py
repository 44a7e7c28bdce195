"""Where a model changes its mind: the thresholds its trees split each feature at, read from the model's text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from training.errors import BundleError

__all__ = ["thresholds"]

CATEGORICAL = 1
"""The lowest bit of a node's decision type; other nodes go left where value <= threshold."""


def thresholds(text: str, names: Sequence[str]) -> Mapping[str, tuple[float, ...]]:
    """Give, for each feature in schema order, the sorted values at which some tree splits; none for an unused or categorical one.

    Between two neighbours the margin does not depend on the feature: `value <= threshold` is one side, above it the other.
    """
    found: dict[str, set[float]] = {name: set() for name in names}
    for feature, threshold, decision in _nodes(text):
        if not decision & CATEGORICAL:
            found[names[feature]].add(threshold)
    return {name: tuple(sorted(values)) for name, values in found.items()}


def _nodes(text: str) -> Iterator[tuple[int, float, int]]:
    """Walk over the inner nodes of all trees: feature number, threshold, decision type."""
    for tree in text.split("\nTree=")[1:]:
        lines = dict(line.partition("=")[::2] for line in tree.splitlines() if "=" in line)
        if int(lines.get("num_leaves", "1")) < 2:
            continue  # a tree that is one leaf splits nothing
        try:
            columns = [lines[key].split() for key in ("split_feature", "threshold", "decision_type")]
        except KeyError as error:
            raise BundleError(f"model.txt has a tree without {error}; write the bundle again with LightGBM's own text format") from error
        for feature, threshold, decision in zip(*columns, strict=True):
            yield int(feature), float(threshold), int(decision)
