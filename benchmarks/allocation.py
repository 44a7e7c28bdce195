"""Spreading an envelope over approved firms: time, proved gap, and what the optimum earns above the plain ways.

The firms are drawn from a seed: lognormal PDs and limits, rates by grade, a quarter of them in one region. The envelope is a fifth of all
limits. The plain ways are what a desk does without a solver: lend the whole limit at the decision's own rate, in the order of the lowest PD
or of the most profit a yuan, while envelope and caps last. The whole model is the same problem handed to HiGHS with a column for
every rate, as it is usually written; jifen leaves out the columns that cannot be part of a best spread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median

import numpy as np
from numpy.random import Generator, default_rng

from benchmarks.report import Result, write_result
from features.codes import check_digit
from features.vocabulary import TechnologyField
from service.domain.allocation import Allocation, Candidate, Plan, allocate, shipped_plan
from service.domain.allocation.options import Option, expected_profit
from service.domain.allocation.problem import Bid, Problem, problem_of
from service.domain.allocation.solver import search

SEED, ROUNDS = 20_261_123, 3
SIZES = (300, 5_000)
SCALE = (0.001, 0.002, 0.004, 0.0075, 0.013, 0.022, 0.038, 0.065)
FIELDS = tuple(TechnologyField)
ABOVE = 10  # basis points between a decision's lowest rate and its own
Order = Callable[[Bid], float]


def drawn(count: int, rng: Generator) -> list[Candidate]:
    """Draw approved firms."""
    return [_one(number, rng) for number in range(count)]


def _one(number: int, rng: Generator) -> Candidate:
    pd = float(np.clip(rng.lognormal(-4.7, 0.9), 0.0005, 0.08))
    grade = 1 + sum(pd > bound for bound in SCALE)
    rate = 340 + 25 * grade
    code = f"91340100MA3{number:06}"
    return Candidate.of(
        firm_id=code + check_digit(code),
        field=FIELDS[rng.integers(len(FIELDS))],
        region="340100" if rng.random() < 0.25 else f"34{rng.integers(2, 19):02}00",
        grade=grade,
        pd=f"{pd:.5f}",
        lgd_bp=int(rng.choice([2500, 3500, 4500])),
        limit=int(min(30_000_000, rng.lognormal(14.8, 0.8))) // 10_000 * 10_000,
        min_rate_bp=rate - ABOVE,
        max_rate_bp=rate + 50,
    )


def plain(firms: Sequence[Candidate], plan: Plan, envelope: int, order: Order) -> int:
    """Give the profit in fen of lending whole limits at the decisions' rates in an order, while envelope and caps last."""
    offers = [(firm, offer) for firm in firms if (offer := _whole_limit(firm, plan))]
    problem = problem_of([(firm, (offer,)) for firm, offer in offers], plan, envelope)
    used, profit = [0] * len(problem.caps), 0
    for bid in sorted(problem.bids, key=order):
        (offer,) = bid.options
        if all(used[cap] + offer.amount <= problem.caps[cap].most for cap in bid.caps):
            profit += offer.profit
            for cap in bid.caps:
                used[cap] += offer.amount
    return profit


def _whole_limit(firm: Candidate, plan: Plan) -> Option | None:
    amount, rate, curve = min(firm.limit, plan.caps.firm), firm.min_rate_bp + ABOVE, plan.curve_of(firm.grade)
    if amount < plan.min_amount or curve is None:
        return None
    accepts = curve.accepts(rate)
    return Option(amount, rate, accepts, expected_profit(firm, plan, amount=amount, rate_bp=rate, accepts_bp=accepts))


def lowest_pd(bid: Bid) -> float:
    """Order by PD."""
    return bid.candidate.pd_units


def most_profit_a_yuan(bid: Bid) -> float:
    """Order by expected profit a yuan."""
    return -bid.options[0].profit / bid.options[0].amount


def whole_model(firms: Sequence[Candidate], plan: Plan, envelope: int) -> Problem:
    """Set up the problem with a column for every firm, rate and level of the limit."""
    return problem_of([(firm, tuple(_every(firm, plan))) for firm in firms], plan, envelope)


def _every(firm: Candidate, plan: Plan) -> list[Option]:
    curve, most = plan.curve_of(firm.grade), min(firm.limit, plan.caps.firm)
    assert curve is not None
    amounts = {most * level // 10_000 // plan.round_down_to * plan.round_down_to for level in plan.levels}
    rates = list(plan.rates(firm.min_rate_bp, firm.max_rate_bp))
    return [
        Option(amount, rate, curve.accepts(rate), expected_profit(firm, plan, amount=amount, rate_bp=rate, accepts_bp=curve.accepts(rate)))
        for amount in sorted(amounts)
        if amount >= plan.min_amount
        for rate in rates
    ]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _measured(count: int, plan: Plan) -> tuple[Result, dict[str, float]]:
    firms = drawn(count, default_rng(SEED))
    envelope = sum(firm.limit for firm in firms) // 5
    found = allocate(firms, plan, envelope)
    seconds, whole_seconds = [], []
    for _ in range(ROUNDS):
        seconds.append(_timed(lambda: allocate(firms, plan, envelope)))
        whole_seconds.append(_timed(lambda: search(whole_model(firms, plan, envelope), plan.search)))
    return Result(f"{count:,} firms", _figures(found, seconds, whole_seconds)), {
        f"whole model / jifen, seconds, {count:,} firms": median(whole_seconds) / median(seconds),
        f"jifen / lowest PD first, profit, {count:,} firms": found.proof.objective / plain(firms, plan, envelope, lowest_pd),
        f"jifen / most profit a yuan first, profit, {count:,} firms": found.proof.objective
        / plain(firms, plan, envelope, most_profit_a_yuan),
        f"proved gap in percent, {count:,} firms": found.proof.gap_ppm / 10_000,
        f"solver's gap in percent, {count:,} firms": found.proof.solver_gap_ppm / 10_000,
    }


def _figures(found: Allocation, seconds: Sequence[float], whole_seconds: Sequence[float]) -> dict[str, float]:
    return {
        "median_s": median(seconds),
        "min_s": min(seconds),
        "max_s": max(seconds),
        "whole_model_median_s": median(whole_seconds),
        "placed": len(found.placed),
        "envelope_m_yuan": found.envelope / 1e6,
        "offered_m_yuan": found.offered / 1e6,
        "profit_yuan": found.proof.objective / 100,
        "proved_bound_yuan": found.proof.bound / 100,
        "nodes": found.proof.nodes,
    }


def main() -> None:
    """Measure and write `benchmarks/results/allocation.json`."""
    plan = shipped_plan()
    measured = [_measured(count, plan) for count in SIZES]
    ratios = {name: value for _, found in measured for name, value in found.items()}
    aims = {name: (0.5, "at most") for name in ratios if name.startswith("proved gap")}
    write_result("allocation", "Spreading an envelope", __doc__ or "", [result for result, _ in measured], ratios, aims)


if __name__ == "__main__":
    main()
