"""The rate of an offer, in named basis points that sum to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from service.domain.finance.exact import WHOLE, half_up, refuse
from service.domain.finance.schedule import Repayment, balances_of, principals_of
from service.domain.finance.term_structure import TermStructure, term_structure

__all__ = ["Curve", "PriceTerms", "RatePart", "RateParts", "Relending", "TenorRate", "expected_loss_bp", "price"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenorRate:
    """A yearly rate for terms up to and including `up_to_months`; None, the last of a curve, takes every longer term."""

    up_to_months: int | None
    rate_bp: int


@dataclass(frozen=True, slots=True)
class Curve:
    """Rates by tenor bucket, shortest first: the bank's cost of funds, or the loan prime rate (LPR)."""

    buckets: tuple[TenorRate, ...]

    def __post_init__(self) -> None:
        """Refuse a curve with a gap or an unreachable bucket."""
        ends = [bucket.up_to_months for bucket in self.buckets]
        refuse(ends[-1:] != [None], "curve", ends, "leaves longer terms without a rate", "give the last bucket no up_to_months")
        rises = all(below is not None and (above is None or below < above) for below, above in pairwise([0, *ends]))
        refuse(not rises, "curve", ends, "has a bucket that cannot be reached", "let up_to_months rise; only the last has none")

    def rate_bp(self, term_months: int) -> int:
        """The rate of the first bucket that takes the term, basis points a year."""
        return next(b.rate_bp for b in self.buckets if b.up_to_months is None or term_months <= b.up_to_months)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relending:
    """Central-bank relending (再贷款): `share_bp` of the loan is refinanced at `rate_bp` instead of the funding curve."""

    rate_bp: int
    share_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTerms:
    """What every price is built on. Spreads over LPR may be negative; `capital_ratio_bp` includes the risk weight.

    `hazard_multipliers_bp` scales the default hazard of year 1, 2, ... (see `term_structure`).
    """

    funding: Curve
    operating_bp: int
    capital_ratio_bp: int
    hurdle_bp: int
    lpr: Curve
    floor_spread_bp: int
    cap_spread_bp: int
    hazard_multipliers_bp: tuple[int, ...] = (WHOLE,)

    def __post_init__(self) -> None:
        """Refuse terms that would turn the capital charge or the bounds around."""
        dearest = max(bucket.rate_bp for bucket in self.funding.buckets)
        refuse(
            self.hurdle_bp < dearest,
            "hurdle_bp",
            self.hurdle_bp,
            f"is below the funding rate {dearest}",
            "ask more of capital than of debt",
        )
        wrong = self.floor_spread_bp > self.cap_spread_bp
        refuse(wrong, "floor_spread_bp", self.floor_spread_bp, f"is above cap_spread_bp {self.cap_spread_bp}", "lower it")


@dataclass(frozen=True, slots=True)
class RatePart:
    """A named part of the rate, signed basis points a year."""

    name: str
    bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateParts:
    """The rate and its parts, which sum to it exactly.

    Always there: `funding`, `operating`, `expected_loss`, `capital`, `margin`, `technology_benefit`. Only where they count:
    `relending` and, where the bounds bind, `floor` (positive) or `cap` (negative). A capped rate does not earn what the risk costs.
    """

    parts: tuple[RatePart, ...]
    floor_bp: int
    cap_bp: int

    @property
    def rate_bp(self) -> int:
        """The yearly rate, basis points."""
        return sum(part.bp for part in self.parts)

    @property
    def is_capped(self) -> bool:
        """Is the rate below what its parts cost, because of the cap?"""
        return self.parts[-1].name == "cap"


def price(
    terms: PriceTerms,
    *,
    pd: Decimal,
    lgd_bp: int,
    amount: int,
    term_months: int,
    repayment: Repayment,
    margin_bp: int,
    benefit_bp: int,
    bank_share_bp: int = WHOLE,
    relending: Relending | None = None,
    structure: TermStructure | None = None,
) -> RateParts:
    """Build the risk-based rate; each part is rounded half up to a whole basis point on its own, so the sum needs no rounding.

    expected_loss: see `expected_loss_bp`, on `bank_share_bp` of the loss (what risk sharing leaves to the bank); an annuity's
    balances are taken at the LPR, for its own rate is not known yet. capital: capital ratio x (hurdle - funding).
    relending: share x (relending rate - funding). `benefit_bp` is given positive and counts negative. Floor and cap are
    LPR of the term plus a spread. `structure` says how the PD spreads over the term; without one the terms' multipliers do.
    `DecisionError` for a one-year PD of 1: a certain default has no price.
    """
    _check(margin_bp=margin_bp, benefit_bp=benefit_bp, lgd_bp=lgd_bp, bank_share_bp=bank_share_bp)
    funding, lpr = terms.funding.rate_bp(term_months), terms.lpr.rate_bp(term_months)
    structure = structure or term_structure(pd, term_months, multipliers_bp=terms.hazard_multipliers_bp)
    balances = balances_of(principals_of(repayment, amount=amount, rate_bp=lpr, term_months=term_months))
    parts = [
        RatePart("funding", funding),
        *_relending(relending, funding),
        RatePart("operating", terms.operating_bp),
        RatePart("expected_loss", expected_loss_bp(structure, balances, lgd_bp=lgd_bp, bank_share_bp=bank_share_bp)),
        RatePart("capital", half_up(terms.capital_ratio_bp * (terms.hurdle_bp - funding), WHOLE)),
        RatePart("margin", margin_bp),
        RatePart("technology_benefit", -benefit_bp),
    ]
    floor, cap = lpr + terms.floor_spread_bp, lpr + terms.cap_spread_bp
    bound = _bound(sum(part.bp for part in parts), floor, cap)
    return RateParts(parts=(*parts, *bound), floor_bp=floor, cap_bp=cap)


def expected_loss_bp(structure: TermStructure, balances: Sequence[int], *, lgd_bp: int, bank_share_bp: int = WHOLE) -> int:
    """The yearly charge on the balance that, paid monthly by firms that have not defaulted, pays for those that have.

    12 x sum(balance x marginal PD) / sum(balance x survival) x LGD x bank share, rounded half up to a basis point; not discounted.
    With a constant hazard neither term nor repayment changes it: it is 12 x h / (1 - h) x LGD, h the default rate of a month.
    """
    alive = structure.units
    refuse(alive[1] == 0, "pd", 1, "is a certain default, which has no price", "decline or refer the case")
    lost = sum(owed * (before - after) for owed, (before, after) in zip(balances, pairwise(alive), strict=True))
    paying = sum(owed * after for owed, after in zip(balances, alive[1:], strict=True))
    return half_up(12 * lost * lgd_bp * bank_share_bp, paying * WHOLE)


def _check(**given: int) -> None:
    for name, value in given.items():
        refuse(value < 0, name, value, "is negative", "give basis points of at least 0")


def _relending(relending: Relending | None, funding: int) -> Iterator[RatePart]:
    if relending is not None:
        yield RatePart("relending", half_up(relending.share_bp * (relending.rate_bp - funding), WHOLE))


def _bound(rate: int, floor: int, cap: int) -> Iterator[RatePart]:
    if rate < floor:
        yield RatePart("floor", floor - rate)
    elif rate > cap:
        yield RatePart("cap", cap - rate)
