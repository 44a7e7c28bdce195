"""The allocation as a multiple-choice knapsack: at most one offer a firm, and caps on sums of amounts. Integers only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from service.domain.allocation.candidate import Candidate
from service.domain.allocation.options import Option
from service.domain.allocation.plan import Plan

__all__ = ["Bid", "Cap", "Problem", "problem_of"]

CapKind = Literal["envelope", "field", "region"]
WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Cap:
    """A bound on a sum of amounts, in yuan; `name` is the field or region, empty for the envelope."""

    kind: CapKind
    name: str
    most: int


@dataclass(frozen=True, slots=True)
class Bid:
    """A firm with the offers it may get, and the places of the caps it counts towards."""

    candidate: Candidate
    options: tuple[Option, ...]
    caps: tuple[int, ...]


@dataclass(frozen=True)
class Problem:
    """What the solver is given; amounts and caps are whole multiples of `step` yuan."""

    bids: tuple[Bid, ...]
    caps: tuple[Cap, ...]
    step: int

    @cached_property
    def offers(self) -> tuple[tuple[int, Option], ...]:
        """Every offer with the place of its firm: the columns of the problem."""
        return tuple((place, option) for place, bid in enumerate(self.bids) for option in bid.options)

    def used(self, chosen: Mapping[int, Option]) -> list[int]:
        """Give the sum of amounts under each cap, in yuan, for one option at most a firm."""
        sums = [0] * len(self.caps)
        for place, option in chosen.items():
            for cap in self.bids[place].caps:
                sums[cap] += option.amount
        return sums


def problem_of(bids: Sequence[tuple[Candidate, tuple[Option, ...]]], plan: Plan, envelope: int) -> Problem:
    """Set the problem up; caps are rounded down to whole steps, which changes nothing because amounts are multiples of it."""
    caps = tuple(_caps([candidate for candidate, _ in bids], plan, envelope))
    place = {(cap.kind, cap.name): number for number, cap in enumerate(caps)}
    made = (
        Bid(candidate, options, (place["envelope", ""], place["field", candidate.field.value], place["region", candidate.region]))
        for candidate, options in bids
    )
    return Problem(tuple(made), caps, plan.round_down_to)


def _caps(candidates: Sequence[Candidate], plan: Plan, envelope: int) -> Iterator[Cap]:
    yield Cap("envelope", "", envelope // plan.round_down_to * plan.round_down_to)
    for name in sorted({one.field.value for one in candidates}):
        yield Cap("field", name, _share(envelope, plan.caps.share_of("field", name), plan))
    for name in sorted({one.region for one in candidates}):
        yield Cap("region", name, _share(envelope, plan.caps.share_of("region", name), plan))


def _share(envelope: int, share: int, plan: Plan) -> int:
    return envelope * share // WHOLE // plan.round_down_to * plan.round_down_to
