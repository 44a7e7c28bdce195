"""The last pennies: a solver may stop within its gap, so what still fits is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.domain.allocation.options import Option
from service.domain.allocation.problem import Bid, Problem

__all__ = ["improved"]


def improved(problem: Problem, chosen: Mapping[int, Option]) -> dict[int, Option]:
    """Give each firm in turn the best offer that still fits, until no single change earns more; never less than before.

    So a firm that gets nothing is always one that a cap has no room for.
    """
    better, used = dict(chosen), problem.used(chosen)
    changes = 1
    while changes:
        changes = sum(_improve(problem, place, better, used) for place in range(len(problem.bids)))
    return better


def _improve(problem: Problem, place: int, chosen: dict[int, Option], used: list[int]) -> bool:
    bid, now = problem.bids[place], chosen.get(place)
    held, earned = (now.amount, now.profit) if now else (0, 0)
    room = _room(problem, bid, used) + held
    fitting = [option for option in bid.options if option.amount <= room and option.profit > earned]
    if not fitting:
        return False
    chosen[place] = max(fitting, key=lambda option: option.profit)
    for cap in bid.caps:
        used[cap] += chosen[place].amount - held
    return True


def _room(problem: Problem, bid: Bid, used: Sequence[int]) -> int:
    return min(problem.caps[cap].most - used[cap] for cap in bid.caps)
