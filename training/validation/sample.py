"""The rows a model is validated on: held out from its training, scored and explained once, labelled by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from training.book import Book, Floats, Targets
from training.bundle import Bundle, Scores
from training.errors import BookError

__all__ = ["Labels", "Sample", "sample_of"]

Labels = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """n held-out rows of a model; every array has n entries in the same order."""

    bundle: Bundle
    matrix: Floats
    target: Targets
    """1 = default within the horizon."""
    firm: Labels | None = None
    groups: Mapping[str, Labels] = field(default_factory=dict)
    """Labels by dimension: stage, field, region, size, ownership, age, or a table's own segment."""
    days: Floats | None = None
    """Day number of each application, where known."""
    amounts: Floats | None = None
    """Yuan asked for, where known."""
    train_matrix: Floats | None = None
    """The rows the model was trained on; None when this is other data."""
    train_target: Targets | None = None
    train_firm: Labels | None = None
    data_hash: str = ""
    simulated: bool = False
    said: Mapping[str, Any] = field(default_factory=dict)
    """Where the rows come from and what was left out."""

    @cached_property
    def scores(self) -> Scores:
        """The bundle's own answer to every row: the one scorer."""
        return self.bundle.score(self.matrix)

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.target)

    @property
    def defaults(self) -> int:
        """Rows that defaulted."""
        return int(self.target.sum())

    @property
    def pd(self) -> Floats:
        """Predicted probability of default."""
        return self.scores.pd

    @property
    def log_odds(self) -> Floats:
        """Calibrated log odds of default."""
        return self.scores.log_odds


def sample_of(book: Book, bundle: Bundle, **more: Any) -> Sample:
    """Take the test rows of a book; its training rows too where they are the very rows the bundle was trained on.

    Raises `BookError` when the book's columns are not the bundle's, or when no row is held out.
    """
    names = tuple(feature.name for feature in book.features)
    if names != bundle.features:
        raise BookError(
            f"{bundle.name} reads {len(bundle.features)} features, the book has {len(names)}, and they differ; "
            "validate it on its own kind of book"
        )
    held, seen = book.held_out, book.train
    if not len(held):
        raise BookError(f"{bundle.name}: no row is held out from training; give data of a later time")
    same = book.hashes.get("data") == bundle.manifest.hashes.data
    usual: dict[str, Any] = {
        "bundle": bundle,
        "matrix": book.matrix[held],
        "target": book.target[held],
        "firm": None if book.firm is None else book.firm[held],
        "groups": {by: labels[held] for by, labels in book.groups.items()},
        "train_matrix": book.matrix[seen] if same else None,
        "train_target": book.target[seen] if same else None,
        "train_firm": book.firm[seen] if same and book.firm is not None else None,
        "data_hash": book.hashes.get("data", ""),
        "simulated": book.simulated,
        "said": {"same_data_as_training": same, **book.counts},
    }
    found = Sample(**(usual | more))
    if min(found.defaults, found.n - found.defaults) < 1:
        raise BookError(f"{bundle.name}: {found.defaults} defaults in {found.n} held-out rows; a validation needs both outcomes")
    assert np.isfinite(found.target).all()
    return found
