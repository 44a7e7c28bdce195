"""Rights of the common-growth plan: what the bank gets besides interest. Recorded and priced, never part of a score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.domain.finance.exact import WHOLE, half_up, refuse
from service.domain.finance.schedule import add_months

__all__ = ["Right", "RightRule", "right_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRule:
    """A right the agreement grants: it ends `expires_after_months` after signing; its configured price is a share of the loan."""

    id: str
    expires_after_months: int
    price_bp: int

    def __post_init__(self) -> None:
        """Refuse a right without an end or with a negative price."""
        months = self.expires_after_months
        refuse(months <= 0, "expires_after_months", months, "must be positive", "give each right an end")
        refuse(self.price_bp < 0, "price_bp", self.price_bp, "is negative", "give basis points of the loan of at least 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A right as signed: valid until the end of `expires_on`; `price` is its configured option value in whole yuan."""

    id: str
    expires_on: date
    price: int


def right_of(rule: RightRule, *, amount: int, signed_on: date) -> Right:
    """Price a right for a loan of `amount` yuan, rounded half up to the yuan."""
    price = half_up(amount * rule.price_bp, WHOLE)
    return Right(id=rule.id, expires_on=add_months(signed_on, rule.expires_after_months), price=price)
