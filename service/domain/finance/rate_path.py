"""The rate path of the common-growth plan: dated steps, low first, worth as much as the risk-based rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from service.domain.finance.exact import WHOLE, half_up, refuse, yuan_of_fen
from service.domain.finance.schedule import (
    YEAR,
    Repayment,
    Schedule,
    add_months,
    balances_of,
    interest_fen,
    principals_of,
    stepped_schedule,
)
from service.domain.finance.term_structure import PLACES, TermStructure

__all__ = ["PathStep", "PathTerms", "RatePath", "StepRule", "Trigger", "TriggeredPath", "rate_path"]

UNIT = 10**PLACES
"""Weights of the present value are kept to fifteen decimals; from there on everything is whole numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """An early step: for so many months the rate is `discount_bp` below the risk-based rate."""

    months: int
    discount_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """An event named in the agreement that shifts the rate of all months still to come by `shift_bp`, within floor and cap."""

    id: str
    shift_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PathTerms:
    """The early steps in order, the bounds of every step, and the yearly rate that money is discounted at, basis points."""

    steps: tuple[StepRule, ...]
    floor_bp: int
    cap_bp: int
    discount_rate_bp: int
    triggers: tuple[Trigger, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a path that does not begin low and rise."""
        discounts = [step.discount_bp for step in self.steps]
        refuse(not discounts, "steps", discounts, "are missing", "give at least one early step")
        refuse(min(step.months for step in self.steps) <= 0, "months", self.steps, "must be positive", "let each step last a month")
        falls = all(earlier >= later for earlier, later in pairwise([*discounts, 0]))
        refuse(not falls, "discount_bp", discounts, "must fall from step to step and stay at 0 or above", "give the largest discount first")
        refuse(self.floor_bp > self.cap_bp, "floor_bp", self.floor_bp, f"is above cap_bp {self.cap_bp}", "lower it")


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """From the month `from_month` (1 is the first), which begins on `from_on`, the yearly rate is `rate_bp`."""

    from_month: int
    from_on: date
    rate_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggeredPath:
    """What each step's rate becomes if the trigger has happened before it, basis points in the order of the steps."""

    id: str
    rates_bp: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePath:
    """The disclosed path. `settlement` is interest in whole yuan due with the last instalment, on top of the schedule.

    Present values are those of interest, in yuan: `present_value` includes the settlement and is within half a yuan of
    `risk_present_value`. `kept_bp` is the share of the early discounts that the cap leaves room for.
    """

    steps: tuple[PathStep, ...]
    settlement: int
    kept_bp: int
    present_value: Decimal
    risk_present_value: Decimal
    schedule: Schedule
    triggered: tuple[TriggeredPath, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """The principal plan and the weight of each month's interest in the present value."""

    balances: tuple[int, ...]
    weights: tuple[int, ...]

    def worth(self, rates_bp: Sequence[int]) -> int:
        """Present value of the interest at these rates, in fen x UNIT."""
        months = zip(self.balances, rates_bp, self.weights, strict=True)
        return sum(interest_fen(balance, rate) * weight for balance, rate, weight in months)


def rate_path(
    terms: PathTerms,
    *,
    risk_rate_bp: int,
    amount: int,
    term_months: int,
    repayment: Repayment,
    drawn_on: date,
    structure: TermStructure | None = None,
) -> RatePath | None:
    """Turn a risk-based rate into a path of the same present value; None where the bounds or the term leave no room for one.

    The principal plan is that of the risk-based rate and does not change with the steps. Interest is weighted by
    (1 + discount rate / 12)^-month and, where `structure` is given, by the chance that the firm still pays: what comes late is
    less sure. Early steps lie `discount_bp` below the risk-based rate, not below the floor; the last step, for the months that
    remain, is the largest whole basis point that is not worth too much, and the settlement closes the gap. Where that step would
    break the cap, all discounts shrink in proportion, as little as need be.
    """
    early = sum(step.months for step in terms.steps)
    if not terms.floor_bp <= risk_rate_bp <= terms.cap_bp or early >= term_months:
        return None
    if structure is not None:
        known = len(structure.survival) - 1
        refuse(known < term_months, "structure", known, f"is shorter than the term of {term_months} months", "spread the PD over the term")
        refuse(structure.survival[term_months] == 0, "structure", 0, "leaves nobody to pay the last step", "refer the case")
    principals = principals_of(repayment, amount=amount, rate_bp=risk_rate_bp, term_months=term_months)
    plan = _Plan(balances_of(principals), tuple(_weights(terms.discount_rate_bp, term_months, structure)))
    target = plan.worth([risk_rate_bp] * term_months)
    rates_of = _rates(terms, risk_rate_bp, term_months)
    kept = _largest(WHOLE, lambda share: plan.worth(rates_of(share, terms.cap_bp)) >= target)
    last = risk_rate_bp + _largest(terms.cap_bp - risk_rate_bp, lambda rise: plan.worth(rates_of(kept, risk_rate_bp + rise)) <= target)
    rates = rates_of(kept, last)
    settlement = half_up(target - plan.worth(rates), plan.weights[-1] * 100)
    steps = tuple(_steps(terms, rates, drawn_on))
    return RatePath(
        steps=steps,
        settlement=settlement,
        kept_bp=kept,
        present_value=_yuan(plan.worth(rates) + settlement * 100 * plan.weights[-1]),
        risk_present_value=_yuan(target),
        schedule=stepped_schedule(repayment, principals, rates, drawn_on=drawn_on),
        triggered=tuple(_triggered(terms, steps)),
    )


def _weights(discount_rate_bp: int, months: int, structure: TermStructure | None) -> Iterator[int]:
    paying = [UNIT] * (months + 1) if structure is None else structure.units
    now = later = 1
    for month in range(1, months + 1):
        now, later = now * YEAR, later * (YEAR + discount_rate_bp)
        yield half_up(paying[month] * now, later)


def _rates(terms: PathTerms, risk_rate_bp: int, term_months: int) -> Callable[[int, int], list[int]]:
    def rates_of(kept_bp: int, last_bp: int) -> list[int]:
        """Give the rate of each month when so much of the discounts is kept and the last step is so high."""
        rates: list[int] = []
        for step in terms.steps:
            rates += [max(risk_rate_bp - step.discount_bp * kept_bp // WHOLE, terms.floor_bp)] * step.months
        return rates + [last_bp] * (term_months - len(rates))

    return rates_of


def _largest(most: int, holds: Callable[[int], bool]) -> int:
    """The largest number from 0 to `most` for which a condition holds that holds at 0 and, once lost, stays lost (bisection)."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _steps(terms: PathTerms, rates: Sequence[int], drawn_on: date) -> Iterator[PathStep]:
    done = 0
    for months in (*(step.months for step in terms.steps), 0):
        yield PathStep(from_month=done + 1, from_on=add_months(drawn_on, done), rate_bp=rates[done])
        done += months


def _triggered(terms: PathTerms, steps: Sequence[PathStep]) -> Iterator[TriggeredPath]:
    for trigger in terms.triggers:
        shifted = (min(max(step.rate_bp + trigger.shift_bp, terms.floor_bp), terms.cap_bp) for step in steps)
        yield TriggeredPath(id=trigger.id, rates_bp=tuple(shifted))


def _yuan(worth: int) -> Decimal:
    return yuan_of_fen(half_up(worth, UNIT))
