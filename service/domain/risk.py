"""What the model says about one applicant, at the precision the record keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from features.points.quantities import decimal_text
from service.domain.errors import DecisionError
from service.domain.policy import Policy
from service.domain.policy.verdicts import grade_of
from service.domain.ports import BundleLike, ScoresLike
from service.domain.record.parts import IntervalRecord

__all__ = ["Risk", "assess", "risk_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A score with its explanation; `base_score + sum(points)` is `score`, exactly."""

    bundle: BundleLike
    margin: float
    pd: str
    """One-year probability of default with five decimals: the grade is read off this text, so anyone can check it."""
    score: int
    grade: int
    residual: float
    is_unexplained: bool
    """Do the points explain the score worse than the bundle's tolerance?"""
    interval: IntervalRecord | None
    """How far the PD may be off; None where the bundle does not tell."""
    hazards_bp: tuple[int, ...] | None
    """Hazard of year 1, 2, ... against the first by the bundle's term structure, basis points; None where it has none."""
    points: Mapping[str, int]
    """Signed score points by indicator, those of zero left out."""


def assess(bundle: BundleLike, values: Mapping[str, float | None], policy: Policy) -> Risk | None:
    """Score one applicant; None when the model has no finite answer.

    `DecisionError` when the model reads something that is no indicator, or when its points do not sum to its score.
    """
    names = bundle.features
    unknown = [name for name in names if name not in values]
    if unknown:
        raise DecisionError(f"model {bundle.name} reads {', '.join(unknown)}: not indicators of the catalogue; train it on indicators")
    return risk_at(bundle, bundle.score(bundle.row(values)), 0, policy)


def risk_at(bundle: BundleLike, scores: ScoresLike, position: int, policy: Policy) -> Risk | None:
    """Read one row of a bundle's scores; None when the model has no finite answer. Raises `DecisionError` as `assess` does."""
    margin, pd = float(scores.margin[position]), float(scores.pd[position])
    if not (math.isfinite(margin) and 0 <= pd <= 1):
        return None
    score, points = int(scores.score[position]), scores.contributions[position].tolist()
    if bundle.base_score + sum(points) != score:
        raise DecisionError(
            f"bundle {bundle.name}@{bundle.version}: base {bundle.base_score} and contributions {sum(points)} do not make "
            f"the score {score}; take the bundle out of service and train it again"
        )
    text = f"{pd:.5f}"
    return Risk(
        bundle=bundle,
        margin=margin,
        pd=text,
        score=score,
        grade=_grade(policy, text),
        interval=_interval(bundle, scores, position, policy),
        hazards_bp=bundle.hazards_bp(float(scores.log_odds[position])),
        residual=float(scores.residual[position]),
        is_unexplained=bool(scores.unexplained[position]),
        points={name: point for name, point in zip(bundle.features, points, strict=True) if point},
    )


def _grade(policy: Policy, text: str) -> int:
    return grade_of(policy, int(text.replace(".", "")))


def _interval(bundle: BundleLike, scores: ScoresLike, position: int, policy: Policy) -> IntervalRecord | None:
    """Write the interval at the record's precision; rounding keeps the PD inside."""
    stated = bundle.interval_stated
    if stated is None or scores.pd_interval is None:
        return None
    low, high = (f"{end:.5f}" for end in scores.pd_interval[position].tolist())
    level, method = stated
    grades = {"low_grade": _grade(policy, low), "high_grade": _grade(policy, high)}
    return IntervalRecord(low=low, high=high, level=decimal_text(level), method=method, **grades)
