"""What scoring gives, row by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.bundle.native import Booster, Floats
from training.bundle.scale import RESIDUAL_TOLERANCE, Integers, Scale, default_probability, round_half_up, split_points

__all__ = ["Predictions", "Scores", "predict_rows", "score_rows"]


@dataclass(frozen=True, slots=True)
class Predictions:
    """What n rows imply, without saying why."""

    margin: Floats
    """Raw output of the booster, shape (n,)."""
    log_odds: Floats
    """Calibrated log odds of default, shape (n,)."""
    pd: Floats
    """Probability of default within the label's horizon, shape (n,)."""
    score: Integers
    """Credit score, higher is safer, shape (n,)."""


@dataclass(frozen=True, slots=True)
class Scores(Predictions):
    """Predictions and their explanation by k features; `base_score + contributions.sum(axis=1) == score`, exactly."""

    contributions: Integers
    """Score points of each feature, positive for the applicant, shape (n, k)."""
    unrounded: Floats
    """The same before rounding, shape (n, k)."""
    residual: Floats
    """Score before rounding minus (base + unrounded points), shape (n,): zero but for float error."""
    pd_interval: Floats | None = None
    """Lower and upper PD of each row at the bundle's level, shape (n, 2); None for a bundle without a table of doubt."""

    @property
    def unexplained(self) -> npt.NDArray[np.bool_]:
        """Rows whose residual is over tolerance: such a case is referred, not decided."""
        return np.abs(self.residual) > RESIDUAL_TOLERANCE


def predict_rows(booster: Booster, scale: Scale, rows: Floats) -> Predictions:
    """Predict a matrix; one row alone gives the same bits as the row inside any batch."""
    margin = booster.margins(rows)
    log_odds = scale.log_odds(margin)
    pd = np.array([default_probability(value) for value in log_odds.tolist()])
    return Predictions(margin, log_odds, pd, round_half_up(scale.exact_score(margin)))


def score_rows(booster: Booster, scale: Scale, rows: Floats, contributions: Floats) -> Scores:
    """Predict a matrix and tell in score points what its contributions, exact TreeSHAP of the margin, shape (n, k), say."""
    said = predict_rows(booster, scale, rows)
    unrounded = scale.exact_points(contributions)
    return Scores(
        margin=said.margin,
        log_odds=said.log_odds,
        pd=said.pd,
        score=said.score,
        contributions=split_points(unrounded, said.score - scale.base),
        unrounded=unrounded,
        residual=scale.exact_score(said.margin) - (scale.base + unrounded.sum(axis=1)),
    )
