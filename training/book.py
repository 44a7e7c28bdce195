"""A labelled loan book as the trainer takes it, whatever it was read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from training.bundle import Decided, Feature
from training.errors import TrainingRefused

__all__ = ["MIN_DEFAULTS", "Book", "Floats", "Mask", "Rows", "Spells", "Targets", "refuse_thin"]

Floats: TypeAlias = npt.NDArray[np.float64]
Targets: TypeAlias = npt.NDArray[np.int64]
Rows: TypeAlias = npt.NDArray[np.intp]
Mask: TypeAlias = npt.NDArray[np.bool_]

MIN_DEFAULTS = 50
"""Fewer defaults (or fewer payers) in training are refused: an interval of the default rate is then wider than +-28 % of it."""


@dataclass(frozen=True, slots=True)
class Spells:
    """How long each loan was followed, and whether it ended in default; an entry a row of the book."""

    days: Floats
    """From drawing to default, repayment or the last look, whichever came first."""
    failed: Mask

    def of(self, rows: Rows) -> Spells:
        """The same for some rows."""
        return Spells(self.days[rows], self.failed[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """n labelled rows; every array has n entries in the same order."""

    name: str
    """Of the model to be made, such as `jifen-startup`."""
    segment: str
    features: tuple[Feature, ...]
    matrix: Floats
    """(n, k), NaN is missing."""
    target: Targets
    """1 = default within the horizon."""
    test: Mask
    """Rows kept for the test; the others train."""
    firm: npt.NDArray[Any] | None = None
    """Who the row is about; rows of one firm stay in one fold."""
    weight: Floats | None = None
    days: Floats | None = None
    """Day number of each decision; None where the book is undated."""
    groups: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    """Labels to report metrics by, such as stage and field."""
    spells: Spells | None = None
    """How long each loan was followed; None where the book does not tell."""
    decided: Decided | None = None
    example: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """A few test rows as a caller would send them: column -> raw values."""
    simulated: bool = False
    counts: Mapping[str, Any] = field(default_factory=dict)
    """What was left out and why, dates, split: for manifest and card."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """`data`, `config` and, for our own tables, `catalogue`."""
    findings: Mapping[str, Any] = field(default_factory=dict)
    """What the reading found, such as suspicious columns."""

    @property
    def train(self) -> Rows:
        """Positions of the training rows."""
        return np.flatnonzero(~self.test)

    @property
    def held_out(self) -> Rows:
        """Positions of the test rows."""
        return np.flatnonzero(self.test)


def refuse_thin(book: Book, *, force: bool = False, least: int = MIN_DEFAULTS) -> None:
    """Raise `TrainingRefused` with the counts when training holds fewer than `least` defaults or payers, unless forced."""
    target = book.target[book.train]
    defaults = int(target.sum())
    payers = len(target) - defaults
    if min(defaults, payers) >= (2 if force else least):
        return
    raise TrainingRefused(
        f"{book.name}: {defaults} defaults and {payers} payers in {len(target)} training rows; at least {least} of each are needed"
        f"{' (2 even when forced)' if force else '. Add loans, widen the segment, or force it for an experiment'}"
    )
