"""What scoring gives, row by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.bundle.native import Booster, Floats
from training.bundle.scale import RESIDUAL_TOLERANCE, Integers, Scale, default_probability, round_half_up, split_points

__all__ = ["Scores", "score_rows"]


@dataclass(frozen=True, slots=True)
class Scores:
    """Answers for n rows and k features; `base_score + contributions.sum(axis=1) == score`, exactly."""

    margin: Floats
    """Raw output of the booster, shape (n,)."""
    log_odds: Floats
    """Calibrated log odds of default, shape (n,)."""
    pd: Floats
    """Probability of default within the label's horizon, shape (n,)."""
    score: Integers
    """Credit score, higher is safer, shape (n,)."""
    contributions: Integers
    """Score points of each feature, positive for the applicant, shape (n, k)."""
    unrounded: Floats
    """The same before rounding, shape (n, k)."""
    residual: Floats
    """Score before rounding minus (base + unrounded points), shape (n,): zero but for float error."""

    @property
    def unexplained(self) -> npt.NDArray[np.bool_]:
        """Rows whose residual is over tolerance: such a case is referred, not decided."""
        return np.abs(self.residual) > RESIDUAL_TOLERANCE


def score_rows(booster: Booster, scale: Scale, rows: Floats) -> Scores:
    """Score a matrix; one row alone gives the same bits as the row inside any batch."""
    margin = booster.margins(rows)
    shap = booster.contributions(rows)
    log_odds = scale.log_odds(margin)
    exact = scale.exact_score(margin)
    unrounded = scale.exact_points(shap[:, :-1])
    score = round_half_up(exact)
    return Scores(
        margin=margin,
        log_odds=log_odds,
        pd=np.array([default_probability(value) for value in log_odds.tolist()]),
        score=score,
        contributions=split_points(unrounded, score - scale.base),
        unrounded=unrounded,
        residual=exact - (scale.base + unrounded.sum(axis=1)),
    )
