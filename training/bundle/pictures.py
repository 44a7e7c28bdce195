"""What the pictures of a validation are drawn from: counts of held-out rows, never a row."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["FEWEST", "CaughtPoint", "ChangedReason", "GradeCount", "Pictures", "ReasonChurn", "ScoreBins", "Side", "SwapSet"]

FEWEST: Final = 5
"""Rows between two points of a curve: fewer would tell of single firms."""
Side = Literal["both", "out", "in", "neither"]


class Drawn(BaseModel):
    """Frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CaughtPoint(Drawn):
    """Among the `rows` riskiest rows, so many defaulted."""

    rows: int
    defaults: int


class GradeCount(Drawn):
    """A grade of the master scale: rows, defaults, and the mean PD in parts of one; a grade without rows has 0."""

    grade: int
    n: int
    defaults: int
    mean_pd: float


class ScoreBins(Drawn):
    """Rows by the bins of the bundle's reference profile: one more bin than `edges`, `trained` are the shares in training."""

    edges: tuple[float, ...]
    trained: tuple[float, ...]
    counts: tuple[int, ...]


class SwapSet(Drawn):
    """Rows that both models, the champion only (`out`), the challenger only (`in`) or neither pass; money in yuan, None where unknown."""

    side: Side
    n: int
    defaults: int
    asked: int | None
    defaulted: int | None


class ChangedReason(Drawn):
    """How many rows lose a feature from their strongest reasons, and how many gain it."""

    feature: str
    lost: int
    gained: int


class ReasonChurn(Drawn):
    """Rows by how many of their strongest reasons stay, from none to all, and the features that come and go most."""

    stay: tuple[int, ...]
    features: tuple[ChangedReason, ...]


class Pictures(Drawn):
    """Everything that is drawn of a validation."""

    format: Literal["pictures/1"] = "pictures/1"
    caught: tuple[CaughtPoint, ...]
    """From (0, 0) to all rows, riskiest first: ROC and KS are drawn from it."""
    champion_caught: tuple[CaughtPoint, ...] = ()
    """The same rows as the champion ranks them."""
    champion: str | None = None
    """Hash of the champion's bundle, None where there was none."""
    grades: tuple[GradeCount, ...]
    score: ScoreBins | None
    """None where the bundle has no reference profile."""
    inputs: dict[str, tuple[int, ...]]
    """Rows by the bins of each numeric input of the profile, known values only."""
    swap: tuple[SwapSet, ...] = ()
    reasons: ReasonChurn | None = None
