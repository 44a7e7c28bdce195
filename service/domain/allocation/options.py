"""What can be offered to a firm, and what each offer is expected to earn. Integers only: profit is in fen (0.01 yuan) a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service.domain.allocation.candidate import PD_UNIT, Candidate
from service.domain.allocation.plan import Plan

__all__ = ["Bears", "Option", "Refusal", "expected_loss", "expected_profit", "options_of"]

WHOLE = 10_000
"""Basis points of one."""
FEN = 100


class Bears(Protocol):
    """What an expectation reads of a borrower; a `Candidate` has it."""

    @property
    def pd_units(self) -> int:
        """PD of a year, ten-millionths."""

    @property
    def lgd_bp(self) -> int:
        """Loss given default that the bank carries, basis points."""


@dataclass(frozen=True, slots=True)
class Option:
    """One offer: `amount` in yuan, `rate_bp`, the chance that it is accepted, the expected profit in fen a year."""

    amount: int
    rate_bp: int
    accepts_bp: int
    profit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a firm gets nothing: a stable code, and the reason in both languages."""

    code: str
    zh: str
    en: str


def expected_profit(one: Bears, plan: Plan, *, amount: int, rate_bp: int, accepts_bp: int) -> int:
    """Give the expected profit of an offer in fen a year, rounded half up.

    accepts x (amount x ((1 - PD) x rate - funding - operating - capital - PD x LGD) - handling): a loan in default pays no interest.
    """
    pd = one.pd_units
    margin = rate_bp * (PD_UNIT - pd) - plan.costs.rate_bp * PD_UNIT - pd * one.lgd_bp
    unit = WHOLE * PD_UNIT
    return _rounded(accepts_bp * (amount * margin - plan.costs.handling * unit) * FEN, WHOLE * unit)


def expected_loss(one: Candidate, *, amount: int, accepts_bp: int) -> int:
    """Give accepts x amount x PD x LGD in fen a year, rounded half up."""
    return _rounded(accepts_bp * amount * one.pd_units * one.lgd_bp * FEN, WHOLE * WHOLE * PD_UNIT)


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def options_of(one: Candidate, plan: Plan) -> tuple[Option, ...] | Refusal:
    """Give the offers worth considering, smallest amount first, or why there is none.

    The caps bind amounts, not rates. So of all rates at an amount only the one with the largest profit can be part of a best
    allocation (the lowest of equals, in the client's favour). Leaving the others out loses nothing, and the problem is as many
    times smaller as there are rates.
    """
    curve = plan.curve_of(one.grade)
    if curve is None:
        return Refusal(
            code="grade-outside-plan",
            zh=f"方案未设等级{one.grade}的接受率曲线,不参与分配",
            en=f"The plan has no take-up curve for grade {one.grade}",
        )
    amounts = _amounts(one, plan)
    if not amounts:
        return _too_small(one, plan)
    rates = [(rate, curve.accepts(rate)) for rate in plan.rates(one.min_rate_bp, one.max_rate_bp)]
    best = [_best(one, plan, rates, amount) for amount in amounts]
    kept = tuple(option for option in best if option.profit > 0)
    return kept or _unprofitable(max(best, key=lambda option: option.profit), one)


def _amounts(one: Candidate, plan: Plan) -> list[int]:
    most, step = min(one.limit, plan.caps.firm), plan.round_down_to
    sizes = {most * level // WHOLE // step * step for level in plan.levels}
    return sorted(size for size in sizes if size >= max(plan.min_amount, 1))


def _best(one: Candidate, plan: Plan, rates: Sequence[tuple[int, int]], amount: int) -> Option:
    options = (
        Option(amount, rate, chance, expected_profit(one, plan, amount=amount, rate_bp=rate, accepts_bp=chance)) for rate, chance in rates
    )
    return max(options, key=lambda option: (option.profit, -option.rate_bp))


def _too_small(one: Candidate, plan: Plan) -> Refusal:
    most = min(one.limit, plan.caps.firm)
    return Refusal(
        code="limit-below-minimum",
        zh=f"可贷上限{most:,}元,取整后低于最低单笔金额{plan.min_amount:,}元",
        en=f"The most it may get, {most:,} yuan, rounds down to less than the smallest loan of {plan.min_amount:,} yuan",
    )


def _unprofitable(best: Option, one: Candidate) -> Refusal:
    yuan, percent = f"{best.profit / FEN:,.2f}", f"{best.rate_bp / 100:.2f}"
    return Refusal(
        code="no-positive-profit",
        zh=f"在利率区间{one.min_rate_bp / 100:.2f}%至{one.max_rate_bp / 100:.2f}%内预期收益均不为正(最好为{percent}%时每年{yuan}元)",
        en=f"No rate from {one.min_rate_bp / 100:.2f} % to {one.max_rate_bp / 100:.2f} % earns its costs and expected loss: "
        f"the best, {percent} %, is expected to bring {yuan} yuan a year",
    )
