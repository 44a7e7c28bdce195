"""What limit and price are built from, and who shares the loss."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from service.domain.finance.schedule import Repayment
from service.domain.policy.kinds import Identifier, Months, Products, Purposes, Rows, Said
from service.domain.policy.quantities import Factor, Part, Rate, Share

__all__ = ["Combination", "PriceRules", "RepaymentRow", "Tenor"]


class Tenor(Part):
    """A yearly rate for terms up to and including `up_to_months`; the last row of a curve has none and takes the rest."""

    up_to_months: Months | None = None
    rate: Rate


class PriceRules(Part):
    """What every rate holds beside funding, expected loss, margin and benefit; all a year.

    `relending_share` of a loan whose levers allot relending funds is refinanced at `relending`. `hazards` scale the hazard of default
    of year 1, 2, ...; the last holds for all later years.
    """

    operating: Rate
    capital_ratio: Share
    hurdle: Rate
    relending: Rate
    relending_share: Share
    floor_below_lpr: Rate
    cap_above_lpr: Rate
    hazards: Annotated[tuple[Factor, ...], Rows, Field(min_length=1)]


class RepaymentRow(Part):
    """How a product's loans are repaid, by term; the first row that takes product and term counts."""

    products: Products = ()
    up_to_months: Months | None = None
    repayment: Annotated[Repayment, Field(strict=False)]


class Combination(Said):
    """Loan, guarantee, insurance and lease together, for these purposes; it brings the security `collateral` with it."""

    id: Identifier
    products: Annotated[Products, Field(min_length=1)]
    purposes: Annotated[Purposes, Field(min_length=1)]
    instruments: Annotated[tuple[Literal["guarantee", "insurance", "lease"], ...], Rows, Field(min_length=1)]
    collateral: Identifier
