"""The seven levers: access, limit, approval speed, price, collateral, resource allocation, control after the loan."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from service.domain.policy.kinds import Identifier, Months, Number, Operator, Said
from service.domain.policy.quantities import Factor, Part, Rate, Share, wrong
from service.domain.policy.table import Outcome, Tiers

__all__ = ["Allocation", "Collateral", "Control", "InnovationRow", "LeverRow", "Speed"]

SetName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]


class LeverRow(Part):
    """A set of levers; one that refers or declines sets no other. `margin` a year, `limit` of the sized amount."""

    set: SetName
    access: Literal["approve", "refer", "decline"]
    limit: Share | None = None
    speed: Identifier | None = None
    margin: Rate | None = None
    collateral: Identifier | None = None
    allocation: Identifier | None = None
    control: Identifier | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        named = {name: getattr(self, name) for name in ("limit", "speed", "margin", "collateral", "allocation", "control")}
        lacking = [name for name, value in named.items() if value is None]
        if self.access == "approve" and (lacking or not self.limit):
            raise wrong(f"lends, so it must set every lever; {', '.join(lacking) or 'limit'} is missing or zero", "set all seven")
        if self.access != "approve" and len(lacking) < len(named):
            raise wrong(f"does not lend, so {', '.join(named.keys() - set(lacking))} has no effect", "leave it out")
        return self

    @property
    def outcome(self) -> Outcome:
        """How access ends a case when nothing else stands against it."""
        return Outcome(self.access)


class Speed(Said):
    """How fast an offer is handled, in working days."""

    speed: Identifier
    days: Annotated[int, Field(ge=0, le=365)]


class Collateral(Said):
    """A form of security, the loss given default under it, and what the firm must have to give it."""

    collateral: Identifier
    lgd: Share
    indicator: str | None = None
    operator: Operator | None = None
    value: Number | None = None

    @model_validator(mode="after")
    def _condition_whole(self) -> Self:
        if len({part is None for part in (self.indicator, self.operator, self.value)}) > 1:
            raise wrong("has half a condition", "write indicator, operator and value, or none of them")
        return self


class Allocation(Said):
    """Which of the bank's resources stand behind a loan: its general funds, or relending funds of the central bank."""

    allocation: Identifier
    funds: Literal["curve", "relending"]


class Control(Said):
    """How closely a loan is watched after it is paid out."""

    control: Identifier
    every_months: Months


class InnovationRow(Part):
    """What a tier of innovation points earns: a multiple of the sized amount, and a benefit on the rate, a year."""

    tiers: Tiers
    multiplier: Factor
    benefit: Rate
