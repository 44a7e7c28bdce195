"""A case while it is being decided, and the findings that weigh on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.firm_row import FirmRow
from features.points import Points
from features.stages import stage_of
from service.domain.application import Application
from service.domain.policy import Outcome, Policy
from service.domain.policy.rules import ProductRow
from service.domain.prior import Prior, TakenOver
from service.domain.risk import Risk

__all__ = ["Case", "Finding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A row of the policy that weighs on the case, with the reason it gives in both languages."""

    effect: Outcome
    table: str
    row: int | None
    rule: str
    when: Mapping[str, str | int]
    zh: str
    en: str
    indicator: str | None = None
    mark: str | None = None
    """A code the record carries besides the reason, as in `restructuring`."""

    @property
    def code(self) -> str:
        """The reason's stable code."""
        return self.rule.upper().replace("-", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything the policy looks at; `risk` is None when no model could answer, `product` when the policy does not offer it."""

    application: Application
    firm: FirmRow
    values: Mapping[str, float | None]
    points: Points
    risk: Risk | None
    policy: Policy
    product: ProductRow | None
    product_row: int | None
    investors: Mapping[str, float | None]
    """What is known of investors, by indicator: gates and capacities read it; `values` may leave it out."""
    prior: Prior | None
    """What was looked up about earlier days; None when nothing was."""

    @property
    def relay(self) -> TakenOver | None:
        """The loan that this one would pay off; other products pay none off."""
        rule = self.policy.relay
        asks = rule is not None and self.application.product in rule.products
        return self.prior.relay if asks and self.prior is not None else None

    @property
    def stage(self) -> str | None:
        """The firm's growth stage, None when its evidence does not tell."""
        return stage_of(self.values["growth_stage"])

    @property
    def tier(self) -> str:
        """The innovation tier, one of the policy's."""
        assert self.points.tier is not None  # a scheme whose tiers are not the policy's is refused at the start
        return self.points.tier
