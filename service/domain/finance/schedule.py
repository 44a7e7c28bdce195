"""Repayment schedules: every instalment of an offer, exact to the fen."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from features.vocabulary import Word
from service.domain.finance.exact import WHOLE, half_up, refuse, yuan_of_fen

__all__ = [
    "YEAR",
    "Instalment",
    "Repayment",
    "Schedule",
    "add_months",
    "balances_of",
    "interest_fen",
    "principals_of",
    "schedule_of",
    "stepped_schedule",
]

YEAR = 12 * WHOLE
"""A yearly rate in basis points over this is the rate of one month: every month is a twelfth of a year (30/360)."""


class Repayment(Word):
    """How principal comes back; interest is due monthly in all three."""

    BULLET = "bullet", "按月付息、到期还本"
    EQUAL_PRINCIPAL = "equal-principal", "等额本金"
    ANNUITY = "annuity", "等额本息"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One payment: `principal` in whole yuan, `interest` in yuan with two decimals, `balance` still owed after it."""

    number: int
    due_on: date
    principal: int
    interest: Decimal
    balance: int

    @property
    def payment(self) -> Decimal:
        """What the firm pays that day, yuan."""
        return self.principal + self.interest


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The payments of a loan in order; principals sum to `amount`, and the last balance is zero."""

    repayment: Repayment
    amount: int
    instalments: tuple[Instalment, ...]

    @property
    def interest(self) -> Decimal:
        """All interest, yuan."""
        return sum((line.interest for line in self.instalments), start=Decimal())


def schedule_of(repayment: Repayment, *, amount: int, rate_bp: int, term_months: int, drawn_on: date) -> Schedule:
    """Write the schedule of a loan at one yearly rate.

    Interest of a month is balance x rate / 12, rounded half up to the fen. See `principals_of` for the principal.
    """
    principals = principals_of(repayment, amount=amount, rate_bp=rate_bp, term_months=term_months)
    return stepped_schedule(repayment, principals, [rate_bp] * term_months, drawn_on=drawn_on)


def stepped_schedule(repayment: Repayment, principals: Sequence[int], rates_bp: Sequence[int], *, drawn_on: date) -> Schedule:
    """Write the schedule of a loan whose principal plan is fixed and whose yearly rate is given month by month."""
    balances = balances_of(principals)
    lines = zip(principals, balances, rates_bp, strict=True)
    return Schedule(
        repayment=repayment,
        amount=balances[0],
        instalments=tuple(
            Instalment(
                number=number,
                due_on=add_months(drawn_on, number),
                principal=principal,
                interest=yuan_of_fen(interest_fen(balance, rate)),
                balance=balance - principal,
            )
            for number, (principal, balance, rate) in enumerate(lines, start=1)
        ),
    )


def principals_of(repayment: Repayment, *, amount: int, rate_bp: int, term_months: int) -> tuple[int, ...]:
    """Give the principal of each month in whole yuan; they sum to `amount`, and the last one absorbs the rounding.

    `bullet` pays it all at the end. `equal-principal` pays amount / months, rounded down. `annuity` pays what the level
    payment, amount x i / (1 - (1 + i)^-n) rounded half up to the fen, leaves after interest, rounded down: each payment but the
    last is less than one yuan below the level.
    """
    refuse(amount <= 0, "amount", amount, "must be positive", "lend at least one yuan")
    refuse(term_months <= 0, "term_months", term_months, "must be positive", "lend for at least one month")
    refuse(rate_bp < 0, "rate_bp", rate_bp, "is negative", "give basis points a year of at least 0")
    if repayment is Repayment.BULLET:
        return (0,) * (term_months - 1) + (amount,)
    if repayment is Repayment.EQUAL_PRINCIPAL:
        return _closed([amount // term_months] * (term_months - 1), amount)
    return _annuity(amount, rate_bp, term_months)


def balances_of(principals: Sequence[int]) -> tuple[int, ...]:
    """Give what is owed during each month, yuan: the first is the amount lent."""
    total = sum(principals)
    return tuple(total - paid for paid in accumulate(principals[:-1], initial=0))


def interest_fen(balance: int, rate_bp: int) -> int:
    """Interest of one month in fen: balance x rate / 12, rounded half up."""
    return half_up(balance * rate_bp * 100, YEAR)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _closed(principals: list[int], amount: int) -> tuple[int, ...]:
    return (*principals, amount - sum(principals))


def _annuity(amount: int, rate_bp: int, months: int) -> tuple[int, ...]:
    level, owed, principals = _level_fen(amount, rate_bp, months), amount, []
    for _ in range(months - 1):
        interest = interest_fen(owed, rate_bp)
        principals.append(min(max(level - interest, 0) // 100, owed))
        owed -= principals[-1]
    return _closed(principals, amount)


def _level_fen(amount: int, rate_bp: int, months: int) -> int:
    """The level payment in fen, from whole numbers only: (1 + i)^n is (YEAR + rate)^n / YEAR^n."""
    if rate_bp == 0:
        return half_up(amount * 100, months)
    grown, one = (YEAR + rate_bp) ** months, YEAR**months
    return half_up(amount * 100 * rate_bp * grown, YEAR * (grown - one))
