"""What a limit is sized on, and who carries a loss."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from service.domain.finance.exact import WHOLE
from service.domain.finance.risk_sharing import BANK
from service.domain.policy.kinds import Identifier, Products, Rows, Said, Yuan
from service.domain.policy.quantities import Factor, Part, Rate, Share, percent_text, wrong
from service.domain.policy.rules import Condition

__all__ = ["CapacityRow", "Measure", "PoolRule", "ProgrammeRow", "ShareClassRow"]

Measure = Literal["revenue", "rd_expense", "cash", "operating_cash_flow", "invoiced", "total_assets", "venture_capital"]
"""Amounts in yuan that a limit may be sized on: the newest year's statement, twelve months of invoices, two years of rounds."""


class CapacityRow(Said):
    """An amount: `share` of a measure, times the term in years where `per_year`, at most `at_most` yuan.

    The largest `base` of a product carries the loan; every `bound` limits it.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
    products: Annotated[Products, Field(min_length=1)]
    measure: Measure
    share: Factor
    role: Literal["base", "bound"]
    per_year: bool = False
    at_most: Yuan | None = None


class ShareClassRow(Part):
    """Shares of the loss by party, for firms that satisfy one of `any`; without conditions for all."""

    ways: Annotated[tuple[Condition, ...], Rows, Field(alias="any")] = ()
    shares: dict[Identifier, Share]

    @field_validator("shares")
    @classmethod
    def _whole(cls, shares: dict[str, int]) -> dict[str, int]:
        if sum(shares.values()) != WHOLE:
            raise wrong(f"sums to {percent_text(sum(shares.values()))}", "let the parties' shares make 100 %")
        if BANK not in shares:
            raise wrong("leaves the bank out", f"write what the {BANK} carries, 0 % included")
        return shares


class ProgrammeRow(Said):
    """A guarantee programme for loans secured by `collateral`; the first that takes the loan counts, and so does its first class.

    `firm_cap` in yuan, `fee` a year. At or above `compensation_ceiling` a programme takes nothing new; `compensation` is its rate so far.
    """

    programme: Identifier
    products: Products = ()
    collateral: Identifier
    classes: Annotated[tuple[ShareClassRow, ...], Rows, Field(min_length=1)]
    firm_cap: Yuan
    fee: Rate
    covers_part: bool = True
    compensation_ceiling: Share | None = None
    compensation: Share | None = None


class PoolRule(Said):
    """The fiscal compensation pool: what it pays of the bank's own loss, and the most that all public money may pay of it.

    `extra` is added once for a first loan, pure credit, or the security `ip_collateral`.
    """

    pool: Identifier
    products: Products = ()
    direct: Share
    guaranteed: Share
    extra: Share
    public_cap: Share
    ip_collateral: Identifier
