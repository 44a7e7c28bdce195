"""What only one product has: the loan a relay pays off, investors, dated rate paths, rights."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from features.vocabulary import Product
from service.domain.policy.kinds import Identifier, Months, Products, Rows, Said
from service.domain.policy.quantities import Part, Rate, Share, wrong

__all__ = ["InvestorRule", "PathRow", "RelayRule", "RightRow", "StepRow", "TriggerRow"]


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


class StepRow(Part):
    """An early step of a rate path: for so many months the rate lies `discount` below the risk-based one."""

    months: Months
    discount: Rate


class TriggerRow(Said):
    """An event of the agreement that raises or lowers the rate of all months still to come, within floor and cap."""

    trigger: Identifier
    raises: Rate = 0
    lowers: Rate = 0

    @model_validator(mode="after")
    def _moves(self) -> Self:
        if (self.raises > 0) == (self.lowers > 0):
            raise wrong("must raise or lower the rate", "write raises or lowers, one of them above 0 %")
        return self


class PathRow(Part):
    """A dated rate path, low first: its last step makes its present value that of the risk-based rate, to the yuan."""

    products: Annotated[Products, Field(min_length=1)]
    steps: Annotated[tuple[StepRow, ...], Rows, Field(min_length=1)]
    discount_rate: Rate
    triggers: Annotated[tuple[TriggerRow, ...], Rows] = ()


class RightRow(Said):
    """A right that the agreement grants the bank, with its end and its price as a share of the loan; it never enters a score."""

    right: Identifier
    products: Annotated[Products, Field(min_length=1)]
    expires_after_months: Months
    price: Share
