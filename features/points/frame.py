"""Points of many firms at once: the same integers as `score_points`, by columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from features.errors import SchemeError
from features.points.reference import Reference, check_pair
from features.points.scheme import Branch, Item, Scheme
from features.points.shares import Floats, Integers, points_for_array
from features.points.stages import stages_of

__all__ = ["UNSCORED", "Firms", "branch_points", "firms_of", "points_frame"]

UNSCORED = -1
"""Stands for the points of a branch that cannot be scored while branches are compared."""


@dataclass(frozen=True)
class Firms:
    """The columns scoring reads: float64 values with NaN for unknown, field texts, stage indices."""

    values: dict[str, Floats]
    fields: npt.NDArray[np.object_]
    stages: Integers

    @cached_property
    def cells(self) -> list[tuple[str, int, Integers]]:
        """The rows of each (field, stage) that occurs."""
        if not len(self.stages):
            return []
        names, codes = np.unique(self.fields.astype(str), return_inverse=True)
        width = int(self.stages.max()) + 1
        keys = codes.astype(np.int64) * width + self.stages
        order = np.argsort(keys, kind="stable")
        found, starts = np.unique(keys[order], return_index=True)
        rows = np.split(order, starts[1:])
        return [(str(names[key // width]), int(key % width), part) for key, part in zip(found.tolist(), rows, strict=True)]


def firms_of(scheme: Scheme, frame: pl.DataFrame) -> Firms:
    """Take the scheme's columns out of a frame; a `SchemeError` names those that are not there."""
    absent = [name for name in (*scheme.indicators, "field") if name not in frame.columns]
    if absent:
        raise SchemeError(f"scheme {scheme.label} reads {', '.join(absent)}: not columns of the frame; build them, null where unknown")
    values = {name: _floats(frame[name]) for name in scheme.indicators}
    fields = frame["field"].cast(pl.String).fill_null("").to_numpy().astype(object)
    return Firms(values, fields, stages_of(scheme, values, frame.height))


def _floats(column: pl.Series) -> Floats:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)


def points_frame(scheme: Scheme, reference: Reference | None, frame: pl.DataFrame) -> pl.DataFrame:
    """Score every row of `frame` (indicator columns and `field`), in its order.

    Returns `stage` (text), `total`, `coverage` (hundredths of the whole), a column for each group and each item; points are
    Int64 hundredths, 0 where the item is unknown. Raises `SchemeError` as `score_points` does.
    """
    check_pair(scheme, reference)
    firms = firms_of(scheme, frame)
    items: dict[str, Integers] = {}
    known = np.zeros(frame.height, dtype=np.int64)
    for item in scheme.items:
        weights = np.asarray(item.weights, dtype=np.int64)[firms.stages]
        earned = _item(scheme, item, weights, firms, reference)
        known += np.where(earned == UNSCORED, 0, weights)
        items[item.id] = np.maximum(earned, 0) * (-1 if item.deducts else 1)
    return pl.DataFrame(
        {
            "stage": np.asarray([stage.id for stage in scheme.stages], dtype=object)[firms.stages].tolist(),
            "total": _sum(list(items.values()), frame.height),
            "coverage": 100 * known // _whole(scheme)[firms.stages],
            **{group.id: _sum([items[i.id] for i in scheme.items if i.group == group.id], frame.height) for group in scheme.groups},
            **items,
        },
        schema_overrides={"stage": pl.String},
    )


def _whole(scheme: Scheme) -> Integers:
    """Sum all weights of each stage; 1 where a stage has none, so that its coverage is 0."""
    whole: Integers = np.maximum(np.asarray([item.weights for item in scheme.items], dtype=np.int64).sum(axis=0), 1)
    return whole


def _sum(columns: Sequence[Integers], rows: int) -> Integers:
    total: Integers = np.sum([np.zeros(rows, dtype=np.int64), *columns], axis=0, dtype=np.int64)
    return total


def _item(scheme: Scheme, item: Item, weights: Integers, firms: Firms, reference: Reference | None) -> Integers:
    """Give the best branch's points of each row, `UNSCORED` where no branch can be scored."""
    best = np.full(len(weights), UNSCORED, dtype=np.int64)
    for branch in item.branches:
        np.maximum(best, branch_points(scheme, branch, weights, firms, reference), out=best)
    return best


def branch_points(scheme: Scheme, branch: Branch, weights: Integers, firms: Firms, reference: Reference | None) -> Integers:
    """Give the points of each row by one branch of an item, `UNSCORED` where it cannot be scored."""
    values = firms.values[branch.indicator]
    earned = np.full(len(values), UNSCORED, dtype=np.int64)
    if branch.share is not None:
        rows = np.flatnonzero(~np.isnan(values))
        earned[rows] = points_for_array(weights[rows], branch.share.of_array(values[rows]), branch.share.denominator)
        return earned
    assert reference is not None  # check_pair has refused its absence
    for field, stage, members in firms.cells:
        rows = members[~np.isnan(values[members])]
        earned[rows] = _ranked(branch, values[rows], weights[rows], (field, scheme.stages[stage].id), reference)
    return earned


def _ranked(branch: Branch, values: Floats, weights: Integers, key: tuple[str, str], reference: Reference) -> Integers:
    """Score the values of one field and stage by rank among their peers."""
    cell, _, _ = reference.indicators[branch.indicator].find(*key)
    if cell is None:
        return np.full(len(values), UNSCORED, dtype=np.int64)
    ranks = cell.rank_array(values)
    ranks = 2 * cell.peers - ranks if branch.direction == -1 else ranks
    points = points_for_array(weights, ranks, 2 * cell.peers)
    return np.where(values <= 0, 0, points) if branch.zero_earns_nothing else points
