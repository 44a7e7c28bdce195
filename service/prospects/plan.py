"""What a list of leads is asked to be, and what came of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from features.vocabulary import Product
from service.days import Day
from service.domain.application import MAX_AMOUNT, MAX_TERM

__all__ = ["LeadsFound", "LeadsPlan", "ProductLeads"]

MOST = 10_000


class LeadsPlan(BaseModel):
    """A list as it is asked for; the same on the same evidence under the same rules gives the same list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: Day | None = Field(default=None, description="Use only facts known by this day; today where it is not said")
    products: tuple[Product, ...] = Field(default=(), description="Which products to list for; none named: all of the policy")
    top: StrictInt = Field(default=1_000, ge=1, le=MOST, description="Most firms of each product")
    amount: StrictInt = Field(default=5_000_000, ge=1, le=MAX_AMOUNT, description="Amount each product is asked for, in yuan")
    term_months: StrictInt = Field(default=36, ge=1, le=MAX_TERM, description="Term asked for, in months")

    @model_validator(mode="after")
    def _once(self) -> LeadsPlan:
        if len(set(self.products)) != len(self.products):
            raise ValueError("products name one twice; name each once")
        return self


class ProductLeads(BaseModel):
    """How many leads a product has on the list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    product: str
    leads: Annotated[int, Field(ge=0)]


class LeadsFound(BaseModel):
    """What came of it: the size of the list, the hash of its file, and what it rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    firms: int = Field(description="Firms on file that were looked at")
    products: tuple[ProductLeads, ...]
    warnings: tuple[str, ...] = Field(description="As in a decision: illustrative_weights, illustrative_policy, simulated_data")
    sha256: str = Field(description="Hash of the list's Parquet file")
    evidence: str = Field(description="Hash of the evidence it was made from")
    models: dict[str, str] = Field(description="Hash of the model of each segment")
    scheme: str
    reference: str | None
    policy: str
    plan: str = Field(description="Hash of the costs and the take-up that income is reckoned with")
    program: str
