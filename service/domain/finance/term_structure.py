"""The term structure of default: how a one-year PD spreads over the months of a loan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import pairwise

from service.domain.finance.exact import WHOLE, refuse

__all__ = ["PLACES", "TermStructure", "term_structure"]

CONTEXT = Context(prec=28, rounding=ROUND_HALF_EVEN)
"""Fixed here, so that no caller's setting changes a price; `exp` and `ln` are correctly rounded on every platform."""
PLACES = 15
"""Survival is kept to so many decimals, so that products with balances in yuan stay exact."""
YEAR = 12
"""Months."""
YEARLY_STEP = Decimal(1).scaleb(-7)
STEP = Decimal(1).scaleb(-PLACES)


@dataclass(frozen=True, slots=True)
class TermStructure:
    """`survival[k]`: probability of no default by the end of month k; the first is 1, and none is above the one before."""

    survival: tuple[Decimal, ...]

    @property
    def marginal(self) -> tuple[Decimal, ...]:
        """Probability of a default in month 1, 2, ...; with the last survival they sum to 1, exactly."""
        return tuple(CONTEXT.subtract(before, after) for before, after in pairwise(self.survival))

    @property
    def cumulative(self) -> Decimal:
        """Probability of a default within the whole term."""
        return CONTEXT.subtract(Decimal(1), self.survival[-1])

    @property
    def by_year(self) -> tuple[Decimal, ...]:
        """Probability of a default in year 1, 2, ... of the loan, the last year as far as the term goes; their sum is `cumulative`."""
        last = len(self.survival) - 1
        ends = [self.survival[month] for month in (*range(0, last, YEAR), last)]
        return tuple(CONTEXT.subtract(before, after) for before, after in pairwise(ends))

    @property
    def yearly(self) -> Decimal:
        """The constant one-year PD that leaves as many alive at the end of the term, ten-millionths: 1 - survival^(12 / months)."""
        months, alive = len(self.survival) - 1, self.survival[-1]
        if alive == 0:
            return Decimal(1)
        power = CONTEXT.divide(CONTEXT.multiply(CONTEXT.ln(alive), Decimal(YEAR)), Decimal(months))
        return CONTEXT.subtract(Decimal(1), CONTEXT.exp(power)).quantize(YEARLY_STEP, context=CONTEXT)

    @property
    def units(self) -> tuple[int, ...]:
        """Survival as whole numbers of 10^-15."""
        return tuple(int(CONTEXT.scaleb(chance, PLACES)) for chance in self.survival)


def term_structure(pd: Decimal, months: int, *, multipliers_bp: Sequence[int] = (WHOLE,)) -> TermStructure:
    """Spread a one-year PD (0 to 1) over `months`: the hazard is constant within a year, -ln(1 - pd) / 12 a month.

    `multipliers_bp` scales the hazard of year 1, 2, ... in basis points (10,000 leaves it as it is), and the last one holds
    for all later years. The first must be 10,000: the PD of the first year is what the model said.
    """
    refuse(not 0 <= pd <= 1, "pd", pd, "is not a probability", "give one from 0 to 1")
    refuse(months <= 0, "months", months, "must be positive", "ask for at least one month")
    refuse(tuple(multipliers_bp[:1]) != (WHOLE,), "multipliers_bp", multipliers_bp, "must begin with 10000", "keep the PD of year 1")
    refuse(min(multipliers_bp) < 0, "multipliers_bp", multipliers_bp, "has a negative one", "give basis points of at least 0")
    return TermStructure((Decimal(1), *_survival(pd, months, multipliers_bp)))


def _survival(pd: Decimal, months: int, multipliers_bp: Sequence[int]) -> Iterator[Decimal]:
    if pd == 1:
        yield from [Decimal(0)] * months
        return
    monthly, alive = CONTEXT.divide(CONTEXT.ln(CONTEXT.subtract(Decimal(1), pd)), Decimal(YEAR * WHOLE)), Decimal(1)
    for month in range(months):
        if month % YEAR == 0:
            scale = multipliers_bp[min(month // YEAR, len(multipliers_bp) - 1)]
            kept = CONTEXT.exp(CONTEXT.multiply(monthly, Decimal(scale)))
        alive = CONTEXT.multiply(alive, kept)
        yield alive.quantize(STEP, context=CONTEXT)
