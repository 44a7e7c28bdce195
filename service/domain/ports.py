"""What the decision needs of a model bundle; `training.bundle.Bundle` fits, and so does a fake of ten lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["BundleLike", "PredictionsLike", "ScoresLike"]


class PredictionsLike(Protocol):
    """Scores of n rows without their explanation."""

    @property
    def score(self) -> NDArray[np.int64]:
        """Credit scores, higher = safer, shape (n,): those that `score` would give."""


class ScoresLike(Protocol):
    """Scores of n rows and k features; `base_score + contributions.sum(axis=1) == score`, all integers."""

    @property
    def margin(self) -> NDArray[np.float64]:
        """Raw margins of the booster, shape (n,)."""

    @property
    def log_odds(self) -> NDArray[np.float64]:
        """Calibrated log odds of default, shape (n,)."""

    @property
    def pd(self) -> NDArray[np.float64]:
        """Calibrated one-year probabilities of default, shape (n,)."""

    @property
    def score(self) -> NDArray[np.int64]:
        """Credit scores, higher = safer, shape (n,)."""

    @property
    def contributions(self) -> NDArray[np.int64]:
        """Signed score points per feature, shape (n, k)."""

    @property
    def residual(self) -> NDArray[np.float64]:
        """Score minus what the contributions explain before rounding, in score points, shape (n,)."""

    @property
    def unexplained(self) -> NDArray[np.bool_]:
        """Rows whose residual is over the bundle's tolerance, shape (n,)."""

    @property
    def pd_interval(self) -> NDArray[np.float64] | None:
        """Lower and upper PD of each row, shape (n, 2), around `pd`; None where the bundle does not tell."""


class BundleLike(Protocol):
    """A trained, calibrated model that explains itself."""

    @property
    def name(self) -> str:
        """Registered name, as in `jifen-startup`."""

    @property
    def version(self) -> str:
        """Version under that name."""

    @property
    def hash(self) -> str:
        """`sha256:` of the bundle's content."""

    @property
    def features(self) -> tuple[str, ...]:
        """Indicator ids in the order of the columns."""

    @property
    def segment(self) -> str:
        """Part of the book it serves, `startup` or `growth`."""

    @property
    def base_score(self) -> int:
        """Score of the average applicant."""

    @property
    def simulated(self) -> bool:
        """Was it trained on simulated firms?"""

    @property
    def reference_profile(self) -> Mapping[str, Any]:
        """Distribution of each feature in the training set."""

    @property
    def interval_stated(self) -> tuple[float, str] | None:
        """Level of `pd_interval` and the method behind it; None for a bundle that gives none."""

    def hazards_bp(self, log_odds: float, /) -> tuple[int, ...] | None:
        """Hazard of year 1, 2, ... of a case against its first year, basis points from 10,000; None where the bundle does not tell."""

    def row(self, values: Mapping[str, float | None]) -> NDArray[np.float64]:
        """Arrange indicator values as one row in schema order, unknown = nan."""

    def score(self, matrix: NDArray[np.float64]) -> ScoresLike:
        """Score the rows of a matrix."""

    def predict(self, matrix: NDArray[np.float64]) -> PredictionsLike:
        """Score the rows of a matrix without explaining them."""

    @property
    def thresholds(self) -> Mapping[str, tuple[float, ...]]:
        """By feature, the sorted values at which the model splits; `value <= threshold` is one side."""
