"""What only one product has: the loan a relay pays off, investors, dated rate paths, rights."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from features.vocabulary import Product
from service.domain.policy.kinds import Months, Products
from service.domain.policy.quantities import Part

__all__ = ["InvestorRule", "RelayRule"]


class RelayRule(Part):
    """Products that pay off a running loan of another product; `clean_months` without a day past due make it performing."""

    products: Annotated[Products, Field(min_length=1)]
    takes_over: Annotated[Product, Field(strict=False)]
    clean_months: Months


class InvestorRule(Part):
    """Products that must pass without investors: points, risk and price are worked out as if no round had been closed.

    Only a capacity on `venture_capital` may then raise the limit.
    """

    products: Annotated[Products, Field(min_length=1)]
