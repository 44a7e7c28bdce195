"""What limit and price are built from, and who shares the loss."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from service.domain.finance.exact import WHOLE
from service.domain.finance.schedule import Repayment
from service.domain.policy.kinds import Identifier, Months, Products, Purposes, Rows, Said
from service.domain.policy.quantities import Factor, Part, Rate, Share, percent_text, wrong

__all__ = ["LEASE", "LOAN", "Combination", "HazardBounds", "PriceRules", "RepaymentRow", "Tenor"]


LOAN, LEASE = "loan", "lease"


class Tenor(Part):
    """A yearly rate for terms up to and including `up_to_months`; the last row of a curve has none and takes the rest."""

    up_to_months: Months | None = None
    rate: Rate


class HazardBounds(Part):
    """How far the model may scale the hazard of a later year against the first; what lies outside is set to the bound."""

    at_least: Factor
    at_most: Factor

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.at_least <= WHOLE <= self.at_most:
            raise wrong("must hold 100 % between at_least and at_most", "write at_least = '50 %', at_most = '300 %'")
        return self


class PriceRules(Part):
    """What every rate holds beside funding, expected loss, margin and benefit; all a year.

    `relending_share` of a loan whose levers allot relending funds is refinanced at `relending`. `hazards` scale the hazard of default
    of year 1, 2, ...; the last holds for all later years. With `model_hazards`, a model that carries a term structure scales it
    instead, case by case, within these bounds.
    """

    operating: Rate
    capital_ratio: Share
    hurdle: Rate
    relending: Rate
    relending_share: Share
    floor_below_lpr: Rate
    cap_above_lpr: Rate
    hazards: Annotated[tuple[Factor, ...], Rows, Field(min_length=1)]
    model_hazards: HazardBounds | None = None


class RepaymentRow(Part):
    """How a product's loans are repaid, by term; the first row that takes product and term counts."""

    products: Products = ()
    up_to_months: Months | None = None
    repayment: Annotated[Repayment, Field(strict=False)]


class Combination(Said):
    """Loan, guarantee, insurance and lease together, for these purposes; it brings the security `collateral` with it.

    `split` shares the new money between the bank's loan and the lessor; a combination without a lease is all loan.
    """

    id: Identifier
    products: Annotated[Products, Field(min_length=1)]
    purposes: Annotated[Purposes, Field(min_length=1)]
    instruments: Annotated[tuple[Literal["guarantee", "insurance", "lease"], ...], Rows, Field(min_length=1)]
    split: dict[Literal["loan", "lease"], Share] = Field(default={"loan": WHOLE})
    collateral: Identifier

    @model_validator(mode="after")
    def _divided(self) -> Self:
        if (LEASE in self.split) != (LEASE in self.instruments):
            raise wrong(
                "must split the amount between loan and lease exactly where there is a lease",
                "write split = { loan = '70 %', lease = '30 %' }",
            )
        if sum(self.split.values()) != WHOLE:
            raise wrong(f"has a split of {percent_text(sum(self.split.values()))}", "let loan and lease make 100 %")
        if not all(self.split.values()) or LOAN not in self.split:
            raise wrong("has a split with nothing for the loan or the lease", "give each a share above 0 %, or leave the lease out")
        return self
