"""The scoring rules a scheme file may name, as pydantic models; each compiles to a `Share` or asks for peers."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, model_validator

from features.points.quantities import Bound, Hundredths, Part, fault
from features.points.shares import LinearShare, PerUnitShare, Share, StepShare

__all__ = ["Alternative", "BestOf", "Deduction", "Linear", "PeerPercentile", "PerUnit", "Rule", "SimpleRule", "Steps"]

Direction = Literal[1, -1]


class PeerPercentile(Part):
    """The winsorised mid-rank percentile among peers of the same field and stage; `direction` -1 rewards small values.

    Points are round-half-up of ``weight * (2 * below + equal) / (2 * peers)``. A zero in a zero-inflated count earns
    nothing. Mid-rank percentile: (below + equal / 2) / n, also called the ridit (Bross 1958, Biometrics 14(1), 18-38).
    """

    kind: Literal["peer-percentile"]
    direction: Direction = 1

    def share(self) -> None:
        """There is no share without peers."""


class Steps(Part):
    """Points by steps, written from the best step down: `[bound, points]` with inclusive bounds.

    Bounds are lower bounds; with `direction` -1 they are upper bounds. A value outside every step earns nothing. Points
    are stated out of `out_of` (default: the best step) and scaled to the weight of the stage.
    """

    kind: Literal["steps"]
    steps: tuple[tuple[Bound, Hundredths], ...] = Field(min_length=1)
    out_of: Hundredths | None = None
    direction: Direction = 1

    @model_validator(mode="after")
    def _falls(self) -> Self:
        bounds = [self.direction * bound for bound, _ in self.steps]
        points = [earned for _, earned in self.steps]
        if sorted(set(bounds), reverse=True) != bounds or sorted(set(points), reverse=True) != points:
            raise fault("steps must run from the best down, each bound and each figure passed", "sort the steps, drop repeated ones")
        if points[-1] == 0 or (self.out_of is not None and self.out_of < points[0]):
            raise fault("each step must earn more than 0 and at most out_of", "drop the step that earns 0, or raise out_of")
        return self

    def share(self) -> Share:
        """Compile to a lookup over rising bounds."""
        rising = self.steps[::-1] if self.direction == 1 else self.steps
        points = tuple(earned for _, earned in rising)
        earned = (0, *points) if self.direction == 1 else (*points, 0)
        return StepShare(tuple(bound for bound, _ in rising), earned, self.out_of or self.steps[0][1], self.direction == -1)


class Linear(Part):
    """A straight line from nothing at `zero_at` to the whole weight at `full_at`, the cap; flat outside."""

    kind: Literal["linear"]
    zero_at: Bound
    full_at: Bound

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.zero_at == self.full_at:
            raise fault("zero_at and full_at must differ", "write two different values, or use steps")
        return self

    def share(self) -> Share:
        """Compile to the line."""
        return LinearShare(self.zero_at, self.full_at)


class PerUnit(Part):
    """`each` points for every whole `unit` of the value up to `cap`, scaled to the weight of the stage.

    `unit` is a whole number: with a fraction such as 0.1 the value 0.3 would hold only two units in doubles.
    """

    kind: Literal["per-unit"]
    unit: int = Field(ge=1, strict=True)
    each: Hundredths = Field(gt=0)
    cap: Hundredths = Field(gt=0)

    def share(self) -> Share:
        """Compile to the counting of units."""
        return PerUnitShare(self.unit, self.each, self.cap)


NAMED_ALONE = BeforeValidator(lambda value: {"kind": value} if isinstance(value, str) else value)
"""Lets a rule without settings stand as its bare name."""

SimpleRule = Annotated[PeerPercentile | Steps | Linear | PerUnit, Discriminator("kind"), NAMED_ALONE]


class Deduction(Part):
    """Points taken away, by steps or per unit; the item's weight is the most that can be taken."""

    kind: Literal["deduction"]
    by: Annotated[Steps | PerUnit, Discriminator("kind")]


class Alternative(Part):
    """One of several ways to earn an item: an indicator of its own with a rule of its own."""

    indicator: str
    rule: SimpleRule


class BestOf(Part):
    """The best of several alternatives counts; those that are unknown are passed over, and the breakdown says so."""

    kind: Literal["best-of"]
    alternatives: tuple[Alternative, ...] = Field(min_length=2)


Rule = Annotated[PeerPercentile | Steps | Linear | PerUnit | Deduction | BestOf, Discriminator("kind"), NAMED_ALONE]
