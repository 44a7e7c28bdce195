"""What every firm of a portfolio is asked: one amount and term, as of one day, under the orders in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from service.domain import ManualOrder, Purpose

__all__ = ["Standing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The request that each product is tried with: `amount` yuan over `term_months`, on what was known by the end of `as_of`.

    `orders` are the stops in force, `reviews` the open requests for a person by firm: as for a decision, they turn answers into referrals.
    """

    as_of: date
    amount: int
    term_months: int
    purpose: Purpose | None = None
    orders: tuple[ManualOrder, ...] = ()
    reviews: Mapping[str, tuple[ManualOrder, ...]] = field(default_factory=dict)
