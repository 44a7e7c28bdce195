"""Exact TreeSHAP from tables: what LightGBM says of every way through each small tree, looked up instead of computed anew.

A tree sees nothing of a row but the answers to its splits, so its contributions are a function of those few bits. For a tree of
m <= 8 splits over d features there are at most 2^m patterns of answers; when a model is loaded LightGBM explains one row of each
pattern, by that tree alone, and its answers fill d tables of 2^m values. To explain a row is then to compare, to look up and to add:

    phi_i(x) = sum over trees t of table[t, i][bits of t at x]

added in the order of the trees, for a row alone as among others. Sums of whole trees differ from LightGBM's own, which adds leaf by
leaf, in the last bits (1e-15 of a margin), so a bundle says which of the two it was written with. TreeSHAP: S. Lundberg et al. (2020),
Nature Machine Intelligence 2:56-67.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from training.bundle.native import Booster, Floats
from training.bundle.splits import MISSING_AS_ZERO, MISSING_KNOWN, Split, splits_of_trees

__all__ = ["MOST_SPLITS", "Tables", "can_tabulate"]

MOST_SPLITS: Final = 8
"""Of one tree, so that its answers fit into a byte."""
BLOCK: Final = 512
"""Rows that are looked up together: what they need stays in the processor's cache."""

Bits = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


def can_tabulate(text: str) -> bool:
    """Are all trees of the model small enough, with missing values that are known or read as zero?"""
    return all(
        len(tree) <= MOST_SPLITS and all(split.missing in (MISSING_AS_ZERO, MISSING_KNOWN) for split in tree)
        for tree in splits_of_trees(text)
    )


def goes_left(split: Split, values: Floats) -> Bits:
    """Answer a split for values of its feature, as LightGBM does."""
    missing = np.isnan(values)
    if split.categories is not None:
        known = np.isin(np.where(missing, -1, np.trunc(values)), list(split.categories))
        return known & ~missing
    if split.missing == MISSING_AS_ZERO:
        return np.where(missing, 0.0, values) <= split.threshold
    return np.where(missing, split.is_left_by_default, values <= split.threshold)


@dataclass(frozen=True, slots=True)
class _Table:
    """Contributions of one feature through one tree, by the pattern of the tree's answers; NaN for a pattern no row can have."""

    tree: int
    feature: int
    values: Floats


def _choices(feature: int, tree: Sequence[Split]) -> list[tuple[int, float]]:
    """Give each set of answers that some value of a feature has in a tree, as bits, with such a value."""
    own = [(place, split) for place, split in enumerate(tree) if split.feature == feature]
    seen: dict[int, float] = {}
    for value in _values([split for _, split in own]):
        bits = sum(int(goes_left(split, np.array([value]))[0]) << place for place, split in own)
        seen.setdefault(bits, value)
    return list(seen.items())


def _values(splits: Sequence[Split]) -> Iterator[float]:
    """Values on every side of every split: the thresholds and one above, each category and one more, and a missing one."""
    at = sorted(split.threshold for split in splits if split.categories is None)
    members = sorted({float(one) for split in splits for one in split.categories or ()})
    yield from at
    yield from members
    yield max([float(np.nextafter(at[-1], np.inf))] if at else [members[-1] + 1.0])
    yield np.nan


def _tables_of(booster: Booster, number: int, tree: Sequence[Split]) -> Iterator[_Table]:
    """Have LightGBM explain one row of each pattern by one tree."""
    features = sorted({split.feature for split in tree})
    ways = list(product(*(_choices(feature, tree) for feature in features)))
    rows = np.zeros((len(ways), booster.width))
    rows[:, features] = [[value for _, value in way] for way in ways]
    patterns = [sum(bits for bits, _ in way) for way in ways]
    explained = booster.contributions(rows, tree=number)
    for feature in features:
        values = np.full(2 ** len(tree), np.nan)
        values[patterns] = explained[:, feature]
        yield _Table(number, feature, values)


class Tables:
    """The tables of all trees of a model; immutable, and safe to explain from several threads at once."""

    def __init__(self, booster: Booster, text: str) -> None:
        numbered = [(number, tree) for number, tree in enumerate(splits_of_trees(text)) if tree]
        self._width = booster.width
        self._used: Places = np.array(sorted({split.feature for _, tree in numbered for split in tree}), dtype=np.intp)
        self._ask(numbered)
        self._fill(booster, numbered)

    def _ask(self, numbered: Sequence[tuple[int, Sequence[Split]]]) -> None:
        """Lay the splits out as `answers <= threshold` over rows of `_answers`, eight to a tree; what fills up a tree is never met."""
        used = len(self._used)
        place_of = {int(feature): place for place, feature in enumerate(self._used)}
        self._by_category: list[tuple[int, Split]] = []
        source = np.zeros((len(numbered), MOST_SPLITS), dtype=np.intp)
        threshold = np.full((len(numbered), MOST_SPLITS), np.nan)
        for row, (_, tree) in enumerate(numbered):
            for column, split in enumerate(tree):
                place = place_of[split.feature]
                source[row, column] = place + used * _reading(split)
                threshold[row, column] = split.threshold
                if split.categories is not None:
                    source[row, column] = 3 * used + len(self._by_category)
                    threshold[row, column] = 0.0
                    self._by_category.append((place, split))
        self._source, self._threshold = source.ravel(), threshold.reshape(-1, 1)

    def _fill(self, booster: Booster, numbered: Sequence[tuple[int, Sequence[Split]]]) -> None:
        tables = [(row, table) for row, (number, tree) in enumerate(numbered) for table in _tables_of(booster, number, tree)]
        sizes = [len(table.values) for _, table in tables]
        self._tree: Places = np.array([row for row, _ in tables], dtype=np.intp)
        self._start: Places = np.array([0, *np.cumsum(sizes)[:-1]], dtype=np.intp)[: len(tables), None]
        self._place: Places = np.searchsorted(self._used, [table.feature for _, table in tables])[:, None]
        self._values: Floats = np.concatenate([table.values for _, table in tables]) if tables else np.empty(0)

    def contributions(self, rows: Floats) -> Floats:
        """Exact TreeSHAP of the margin, shape (n, k); a row alone gives the same bits as the row inside any batch."""
        out = np.zeros((len(rows), self._width))
        if len(self._tree):
            for begin in range(0, len(rows), BLOCK):
                block = rows[begin : begin + BLOCK]
                out[begin : begin + BLOCK, self._used] = self._look_up(self._answers(block), len(block)).T
        return out

    def _answers(self, rows: Floats) -> Floats:
        """Used columns as rows, once for each way a missing value is read, then one row for each split by category: 0 left, NaN right."""
        columns = np.ascontiguousarray(rows[:, self._used].T)
        missing = np.isnan(columns)
        sets = [np.where(goes_left(split, columns[place]), 0.0, np.nan)[None] for place, split in self._by_category]
        return np.concatenate([columns, np.where(missing, -np.inf, columns), np.where(missing, 0.0, columns), *sets])

    def _look_up(self, answers: Floats, n: int) -> Floats:
        """Look every table up and add by feature, shape (used, n); `bincount` adds one by one, in the order of the trees."""
        bits = answers.take(self._source, axis=0) <= self._threshold
        patterns = np.packbits(bits.reshape(-1, MOST_SPLITS, n), axis=1, bitorder="little")[:, 0]
        found = self._values.take(patterns.take(self._tree, axis=0) + self._start)
        cells = self._place * n + np.arange(n)
        sums = np.bincount(cells.ravel(), weights=found.ravel(), minlength=len(self._used) * n)
        return np.asarray(sums, dtype=np.float64).reshape(-1, n)


def _reading(split: Split) -> int:
    """Which of the three readings of a missing value a split asks: never met, always met, or zero."""
    return 2 if split.missing == MISSING_AS_ZERO else int(split.is_left_by_default)
