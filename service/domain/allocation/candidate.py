"""A firm that may get a part of the envelope: all that an allocation knows of a decision."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from features.tables import FirmId
from features.vocabulary import TechnologyField

__all__ = ["PD_UNIT", "Candidate"]

PD_UNIT = 10**7
"""A PD is counted in ten-millionths: every text of up to seven decimals is a whole number of them."""


def _is_exact(text: str) -> str:
    if Decimal(text) > 1:
        raise ValueError("must be at most 1; write a probability as in 0.00720")
    return text


PdText = Annotated[str, Field(pattern=r"^[01](\.[0-9]{1,7})?$"), AfterValidator(_is_exact)]
BasisPoints = Annotated[int, Field(ge=0, le=10_000)]


class Candidate(BaseModel):
    """An approved firm: PD of a year as text, loss given default and rates in basis points, the most it may get in yuan."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    firm_id: FirmId
    field: TechnologyField = Field(description="Technology field, for the caps")
    region: str = Field(pattern=r"^[0-9]{6}$", description="Region (GB/T 2260 code), for the caps")
    grade: int = Field(ge=1, le=99, description="Grade of the default risk; picks the take-up curve")
    pd: PdText = Field(description="Probability of default in a year, over the loan's term where later years are told, as in 0.00720")
    lgd_bp: BasisPoints = Field(description="Loss given default in basis points, as in 4500 for 45 %")
    limit: int = Field(ge=0, le=1_000_000_000, description="The most the firm may get, in whole yuan")
    min_rate_bp: BasisPoints = Field(description="Lowest rate in basis points")
    max_rate_bp: BasisPoints = Field(description="Highest rate in basis points")

    @field_validator("max_rate_bp")
    @classmethod
    def _bounds_in_order(cls, highest: int, info: ValidationInfo) -> int:
        lowest = info.data.get("min_rate_bp")
        if lowest is not None and highest < lowest:
            raise ValueError(f"must be at least min_rate_bp, {lowest}; correct one of the two")
        return highest

    @cached_property
    def pd_units(self) -> int:
        """The PD as a whole number of ten-millionths."""
        return int(Decimal(self.pd) * PD_UNIT)

    @classmethod
    def of(cls, **said: Any) -> Self:
        """Make a candidate from values."""
        return cls.model_validate(said)
