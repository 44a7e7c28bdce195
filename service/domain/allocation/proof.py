"""How good an allocation is, proved in integers: weak duality needs no trust in a solver.

Put any price of zero or more on each cap. Let each firm take its best offer after paying the prices for its amount. What the firms
then earn, and what the caps are worth at these prices, is together at least the profit of *every* allocation within the caps:

    bound(prices) = sum over caps (price x cap) + sum over firms max(0, best offer's profit - prices x amount)

Prices from the linear relaxation make this bound tight (Lagrangian relaxation of a multiple-choice knapsack; Geoffrion 1974).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.allocation.problem import Bid, Problem
from service.domain.allocation.solver import PRICE_UNIT

__all__ = ["Proof", "proved_bound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An allocation's profit against what is at most possible; money in fen a year, gaps in millionths of the bound.

    `bound` is proved here, in integers. `solver_bound` is what HiGHS claims: it looks at whole loans only, so it may be tighter.
    """

    objective: int
    bound: int
    gap_ppm: int
    solver_bound: int
    solver_gap_ppm: int
    nodes: int
    is_finished: bool


def proved_bound(problem: Problem, prices: Sequence[int]) -> int:
    """Give a profit in fen that no allocation within the caps exceeds, whatever the prices (thousandths of a fen a step)."""
    if min(prices, default=0) < 0:
        raise ValueError(f"prices {list(prices)} must not be below zero; below zero they prove nothing")
    worth = sum(price * (cap.most // problem.step) for price, cap in zip(prices, problem.caps, strict=True))
    return (worth + sum(_surplus(bid, prices, problem.step) for bid in problem.bids)) // PRICE_UNIT


def _surplus(bid: Bid, prices: Sequence[int], step: int) -> int:
    price = sum(prices[cap] for cap in bid.caps)
    return max(0, *(option.profit * PRICE_UNIT - price * (option.amount // step) for option in bid.options))
