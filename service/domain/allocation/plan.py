"""The plan of an allocation: costs, caps, the chance that a rate is accepted. Data, read from TOML and pinned by hash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from service.domain.policy.quantities import Part, Rate, Share, percent_text, wrong
from service.domain.record.canonical import content_hash

__all__ = ["Caps", "Costs", "Curve", "Knot", "Plan"]


def _tuple(said: Any) -> Any:
    """TOML has lists where a frozen value has tuples."""
    return tuple(said) if isinstance(said, list) else said


def _rising(levels: tuple[int, ...]) -> tuple[int, ...]:
    if list(levels) != sorted(set(levels)) or levels[0] == 0:
        raise wrong("must rise from above 0 %", "write each level once, the smallest first")
    return levels


Yuan = Annotated[int, Field(ge=1, le=1_000_000_000)]
Levels = Annotated[tuple[Share, ...], BeforeValidator(_tuple), Field(min_length=1, max_length=20), AfterValidator(_rising)]
Grades = Annotated[tuple[Annotated[int, Field(ge=1, le=99)], ...], BeforeValidator(_tuple), Field(min_length=1)]


class Costs(Part):
    """What a loan costs in a year: rates in basis points of the amount, `handling` in yuan a loan."""

    funding: Rate
    operating: Rate
    capital: Rate
    handling: Annotated[int, Field(ge=0, le=10_000_000)]

    @property
    def rate_bp(self) -> int:
        """All that grows with the amount, in basis points."""
        return self.funding + self.operating + self.capital


class FromDecisions(Part):
    """How a recorded decision becomes a candidate: how far its rate may move, and the loss given default by its collateral."""

    rate_below: Rate
    rate_above: Rate
    lowest_rate: Rate
    highest_rate: Rate
    lgd: dict[str, Share]
    other_lgd: Share

    def rates_around(self, rate_bp: int) -> tuple[int, int]:
        """Give the lowest and highest rate for a decision's rate, in basis points; the decision's own is always among them."""
        lowest, highest = max(self.lowest_rate, rate_bp - self.rate_below), min(self.highest_rate, rate_bp + self.rate_above)
        return min(lowest, rate_bp), max(highest, rate_bp)

    def lgd_of(self, collateral: str) -> int:
        """Give the loss given default of a collateral in basis points."""
        return self.lgd.get(collateral, self.other_lgd)


class Caps(Part):
    """Most in yuan for a firm, and as shares of the envelope for a technology field and a region; `only` overrides by name."""

    firm: Yuan
    field: Share
    region: Share
    only: dict[str, Share]

    def share_of(self, kind: Literal["field", "region"], name: str) -> int:
        """Give the share of the envelope, in basis points, that a field or region may take."""
        return self.only.get(name, self.field if kind == "field" else self.region)


class Knot(Part):
    """A point of a curve: at this rate a client accepts with this chance (both basis points)."""

    rate: Rate
    accepts: Share


class Curve(Part):
    """The chance that a client of these grades accepts a rate; it never rises with the rate."""

    grades: Grades
    curve: Annotated[tuple[Knot, ...], BeforeValidator(_tuple), Field(min_length=1)]

    @model_validator(mode="after")
    def _never_rises(self) -> Self:
        for before, after in zip(self.curve, self.curve[1:], strict=False):
            if after.rate <= before.rate or after.accepts > before.accepts:
                place = f"the point at {percent_text(after.rate)}"
                raise wrong(f"{place} must have a higher rate and no higher chance than the one before", "order the points by rate")
        return self

    def accepts(self, rate_bp: int) -> int:
        """Give the chance in basis points at a rate: linear between two points (rounded down), flat outside them."""
        if rate_bp <= self.curve[0].rate:
            return self.curve[0].accepts
        for before, after in zip(self.curve, self.curve[1:], strict=False):
            if rate_bp < after.rate:
                fall = (before.accepts - after.accepts) * (rate_bp - before.rate)
                return before.accepts - -(-fall // (after.rate - before.rate))
        return self.curve[-1].accepts


class Search(Part):
    """When the search may stop: at a proved relative gap (basis points) or after so many nodes; never after so many seconds."""

    gap: Share
    nodes: Annotated[int, Field(ge=1, le=100_000_000)]


class Plan(Part):
    """All that an allocation follows beside its candidates and its envelope."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    status: Literal["illustrative", "in-force"]
    min_amount: Yuan
    round_down_to: Yuan
    levels: Levels
    rate_step: Rate
    costs: Costs
    decisions: FromDecisions
    caps: Caps
    take_up: Annotated[tuple[Curve, ...], BeforeValidator(_tuple), Field(min_length=1)]
    search: Search

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.rate_step == 0:
            raise wrong("rate_step must be above 0 %", "write the distance between two rates, as in '0.05 %'")
        graded = [grade for curve in self.take_up for grade in curve.grades]
        twice = sorted({grade for grade in graded if graded.count(grade) > 1})
        if twice:
            raise wrong(f"take_up has more than one curve for grade {twice[0]}", "name each grade in one curve")
        return self

    @property
    def hash(self) -> str:
        """`sha256:` of what the plan says; comments and spelling do not matter."""
        return content_hash(orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS))

    def curve_of(self, grade: int) -> Curve | None:
        """Give the curve of a grade, None when the plan lends nothing in it."""
        return next((curve for curve in self.take_up if grade in curve.grades), None)

    def rates(self, lowest: int, highest: int) -> Iterator[int]:
        """Give the rates to try, in basis points: both bounds and every whole multiple of the step between them."""
        first = -(-lowest // self.rate_step) * self.rate_step
        yield from sorted({lowest, highest, *range(first, highest + 1, self.rate_step)} if lowest <= highest else ())
