"""Spreading a lending envelope over approved firms: a pure function from candidates, plan and envelope to offers with a proof."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from service.domain.allocation.candidate import Candidate
from service.domain.allocation.errors import AllocationError
from service.domain.allocation.improvement import improved
from service.domain.allocation.options import Option, Refusal, expected_loss, options_of
from service.domain.allocation.plan import Plan
from service.domain.allocation.problem import Problem, problem_of
from service.domain.allocation.proof import Proof, proved_bound
from service.domain.allocation.result import Allocation, CapUse, Placed, Unplaced
from service.domain.allocation.solver import PRICE_UNIT, Found, search

__all__ = ["allocate"]

MILLION = 10**6
NOTHING = Found(chosen={}, bound=0.0, prices=(), nodes=0, is_finished=True)


def allocate(candidates: Sequence[Candidate], plan: Plan, envelope: int) -> Allocation:
    """Choose at most one amount and rate a firm so that the expected profit is as large as the caps allow.

    The order of the candidates does not matter and the same input gives the same bytes. Every sum is computed again in integers:
    an answer above the envelope (in yuan) or a cap is an `AllocationError`, never a result. So is a firm that is named twice.
    """
    ordered = sorted(candidates, key=lambda one: one.firm_id)
    _refuse(ordered, envelope)
    judged = [(one, options_of(one, plan)) for one in ordered]
    problem = problem_of([(one, options) for one, options in judged if not isinstance(options, Refusal)], plan, envelope)
    found = search(problem, plan.search) if problem.bids else NOTHING
    chosen = improved(problem, found.chosen)
    used = problem.used(chosen)
    _hold_to_caps(problem, used)
    without = [Unplaced(one.firm_id, options) for one, options in judged if isinstance(options, Refusal)]
    without += [Unplaced(problem.bids[n].candidate.firm_id, _crowded_out(problem, n, used)) for n in _left_out(problem, chosen)]
    return Allocation(
        plan=f"{plan.name} {plan.hash}",
        plan_status=plan.status,
        envelope=envelope,
        placed=tuple(_placed(problem, chosen)),
        unplaced=tuple(sorted(without, key=lambda one: one.firm_id)),
        caps=tuple(_cap_uses(problem, used, found)),
        proof=_proof(problem, chosen, found),
    )


def _refuse(ordered: Sequence[Candidate], envelope: int) -> None:
    if envelope < 0:
        raise AllocationError(f"the envelope is {envelope} yuan; it cannot be below zero")
    twice = [firm for firm, times in Counter(one.firm_id for one in ordered).items() if times > 1]
    if twice:
        raise AllocationError(f"firm {twice[0]} is a candidate more than once; name each firm once")


def _hold_to_caps(problem: Problem, used: Sequence[int]) -> None:
    over = [f"{cap.kind} {cap.name}: {sum_:,} of {cap.most:,}" for cap, sum_ in zip(problem.caps, used, strict=True) if sum_ > cap.most]
    if over:
        raise AllocationError(f"the solver's answer breaks {'; '.join(over)} yuan when it is summed exactly; nothing was allocated")


def _left_out(problem: Problem, chosen: Mapping[int, Option]) -> list[int]:
    return [place for place in range(len(problem.bids)) if place not in chosen]


def _crowded_out(problem: Problem, place: int, used: Sequence[int]) -> Refusal:
    """Name the caps that leave no room for the firm's smallest offer; `improved` made sure that there is one."""
    bid = problem.bids[place]
    full = [problem.caps[cap] for cap in bid.caps if used[cap] + bid.options[0].amount > problem.caps[cap].most]
    zh = "、".join({"envelope": "总额度", "field": f"领域{cap.name}上限", "region": f"地区{cap.name}上限"}[cap.kind] for cap in full)
    en = ", ".join("the envelope" if cap.kind == "envelope" else f"the cap of {cap.kind} {cap.name}" for cap in full)
    return Refusal(
        code=f"{full[0].kind}-used-up",
        zh=f"{zh}已由预期收益更高的企业用满",
        en=f"There is no room left in {en}: firms with a higher expected profit took it",
    )


def _placed(problem: Problem, chosen: Mapping[int, Option]) -> Iterator[Placed]:
    for place, option in sorted(chosen.items()):
        one = problem.bids[place].candidate
        loss = expected_loss(one, amount=option.amount, accepts_bp=option.accepts_bp)
        yield Placed(one.firm_id, one.grade, option.amount, option.rate_bp, option.accepts_bp, option.profit, loss)


def _cap_uses(problem: Problem, used: Sequence[int], found: Found) -> Iterator[CapUse]:
    """Say what each cap holds and what one more yuan under it would earn, in hundredths of a basis point."""
    for cap, sum_, price in zip(problem.caps, used, found.prices or [0] * len(problem.caps), strict=True):
        yield CapUse(cap.kind, cap.name, cap.most, sum_, price * MILLION // (100 * PRICE_UNIT * problem.step))


def _proof(problem: Problem, chosen: Mapping[int, Option], found: Found) -> Proof:
    objective = sum(option.profit for option in chosen.values())
    bound = proved_bound(problem, found.prices) if found.prices else 0
    claimed = max(objective, math.floor(found.bound))
    return Proof(
        objective=objective,
        bound=bound,
        gap_ppm=_gap(objective, bound),
        solver_bound=claimed,
        solver_gap_ppm=_gap(objective, claimed),
        nodes=found.nodes,
        is_finished=found.is_finished,
    )


def _gap(objective: int, bound: int) -> int:
    """Round up, so that a gap of zero means none."""
    return -(-(bound - objective) * MILLION // bound) if bound else 0
