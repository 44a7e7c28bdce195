"""The search by SciPy's HiGHS: a mixed-integer programme, and its linear relaxation for the prices of the caps.

Floats live here and nowhere else in an allocation: what comes out is which offers to make, and prices rounded to integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from service.domain.allocation.errors import AllocationError
from service.domain.allocation.options import Option
from service.domain.allocation.plan import Search
from service.domain.allocation.problem import Problem

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    Rows: TypeAlias = csr_array[np.float64, tuple[int, int]]

__all__ = ["PRICE_UNIT", "Found", "search"]

PRICE_UNIT = 1000
"""Prices are counted in thousandths of a fen a step of amount."""
STOPPED = 1
"""SciPy's status of a search that reached its node limit."""


@dataclass(frozen=True, slots=True)
class Found:
    """The offers the solver chose, by the place of the firm; its own bound in fen; and a price of each cap."""

    chosen: Mapping[int, Option]
    bound: float
    prices: tuple[int, ...]
    nodes: int
    is_finished: bool


def search(problem: Problem, limits: Search) -> Found:
    """Solve it. The same problem gives the same answer: the search is bounded by gap and nodes, never by the clock.

    `AllocationError` when the solver gives no answer.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 a sixth of a worker's start, for the few who allocate
    from scipy.sparse import vstack  # noqa: PLC0415 as above

    profits = np.array([option.profit for _, option in problem.offers], dtype=np.float64)
    caps, firms = _cap_rows(problem), _firm_rows(problem)
    rows = vstack([caps, firms], format="csr")
    most = np.concatenate([np.array([cap.most // problem.step for cap in problem.caps]), np.ones(len(problem.bids))])
    answer = milp(
        -profits,
        integrality=np.ones(len(profits), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows, -np.inf, most),
        options={"mip_rel_gap": limits.gap / 10_000, "node_limit": limits.nodes},
    )
    if answer.x is None:
        raise AllocationError(f"the solver gave no answer: {answer.message}; widen the plan's search or loosen its caps")
    return Found(
        chosen={place: option for (place, option), share in zip(problem.offers, answer.x, strict=True) if share > 0.5},
        bound=-float(answer.mip_dual_bound),
        prices=_prices(profits, rows, most, len(problem.caps)),
        nodes=int(answer.mip_node_count or 0),
        is_finished=answer.status != STOPPED,
    )


def _cap_rows(problem: Problem) -> Rows:
    rows, columns, steps = [], [], []
    for column, (place, option) in enumerate(problem.offers):
        for cap in problem.bids[place].caps:
            rows.append(cap)
            columns.append(column)
            steps.append(option.amount // problem.step)
    shape = (len(problem.caps), len(problem.offers))
    from scipy.sparse import csr_array  # noqa: PLC0415 as in `search`

    return csr_array((np.array(steps, dtype=np.float64), (np.array(rows), np.array(columns))), shape=shape)


def _firm_rows(problem: Problem) -> Rows:
    places = np.array([place for place, _ in problem.offers])
    columns = np.arange(len(places))
    from scipy.sparse import csr_array  # noqa: PLC0415 as in `search`

    return csr_array((np.ones(len(places)), (places, columns)), shape=(len(problem.bids), len(places)))


def _prices(profits: NDArray[np.float64], rows: Rows, most: NDArray[np.float64], caps: int) -> tuple[int, ...]:
    """Read the caps' prices off the linear relaxation; none is below zero."""
    from scipy.optimize import linprog  # noqa: PLC0415 as in `search`

    relaxed = linprog(-profits, A_ub=rows, b_ub=most, bounds=(0, 1), method="highs")  # type: ignore[call-overload]  # sparse rows are accepted
    if relaxed.status != 0:
        raise AllocationError(f"the linear relaxation was not solved: {relaxed.message}; check the plan's numbers")
    return tuple(max(0, round(-float(price) * PRICE_UNIT)) for price in relaxed.ineqlin.marginals[:caps])
