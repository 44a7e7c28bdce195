"""A scheme file as it stands on disk: the pydantic models of its sections. What the sections mean together: `checks`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from features.points.quantities import Bound, Hundredths, Part, fault
from features.points.rules import Rule
from features.stages import STAGES, STAGES_ZH

__all__ = ["Condition", "GatePart", "GroupPart", "ItemPart", "SchemePart", "StagePart", "Status", "TierPart"]

Status = Literal["illustrative", "official", "local"]
"""`official` only where every number stands in a published rule; `illustrative` where weights are our own choice."""

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Condition(Part):
    """A range of one indicator: `at_least` is inclusive, `below` is exclusive; at least one of them."""

    indicator: str
    at_least: Bound | None = None
    below: Bound | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.at_least is None and self.below is None:
            raise fault("a condition needs at_least or below", "add one of them")
        return self


class StagePart(Part):
    """A growth stage; a firm is in the first stage whose conditions all hold, and the last stage has none."""

    id: Id
    zh: Name
    en: Name
    when: tuple[Condition, ...] = ()


class GroupPart(Part):
    """A group of items that is summed and shown on its own."""

    id: Id
    zh: Name
    en: Name


class ItemPart(Part):
    """One item: what it measures, what it is worth in each stage, and how a value earns points.

    `indicator` defaults to the item's id; names default to the indicator's. Give `weight` for all stages or `weights`
    by stage. For a deduction the weight is the most it can take away.
    """

    id: Id
    group: str
    indicator: str | None = None
    zh: Name | None = None
    en: Name | None = None
    weight: Hundredths | None = None
    weights: dict[str, Hundredths] | None = None
    rule: Rule

    @model_validator(mode="after")
    def _weighed_once(self) -> Self:
        if (self.weight is None) == (self.weights is None):
            raise fault("an item has either weight or weights", "write weight = 20 for all stages or weights = { stage = 20, ... }")
        if self.rule.kind == "best-of" and self.indicator is not None:
            raise fault("a best-of item takes its indicators from its alternatives", "remove indicator")
        return self


class GatePart(Part):
    """A condition of eligibility on an indicator, on points (`points_of` an item or "total"), or `declared` by the firm.

    Exactly one of `at_least`, `at_most`, `above` and `below` unless declared; on points the bound is in points. A gate that
    is `waivable` need not hold for a firm with a direct pass.
    """

    id: Id
    zh: Name
    en: Name
    indicator: str | None = None
    points_of: str | None = None
    declared: bool = False
    at_least: Bound | None = None
    at_most: Bound | None = None
    above: Bound | None = None
    below: Bound | None = None
    waivable: bool = False

    @property
    def bounds(self) -> dict[str, float]:
        """The bounds that are set, by name."""
        named = {"at_least": self.at_least, "at_most": self.at_most, "above": self.above, "below": self.below}
        return {name: bound for name, bound in named.items() if bound is not None}

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if [self.indicator is not None, self.points_of is not None, self.declared].count(True) != 1:
            raise fault("a gate asks for one of indicator, points_of, declared", "keep exactly one of the three")
        if len(self.bounds) != (0 if self.declared else 1):
            raise fault("a gate has one bound, a declared gate has none", "keep exactly one of at_least, at_most, above, below")
        return self


class TierPart(Part):
    """An innovation tier and the total that reaches it; tiers run from the best down and the last has no bound."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,15}$")]
    at_least: Hundredths | None = None


def _stages(value: Any) -> Any:
    """Put the three national stages, by the indicator `growth_stage` (0, 1, 2), where the file says "growth-stages"."""
    if value != "growth-stages":
        return value
    stages: list[dict[str, Any]] = [{"id": stage, "zh": STAGES_ZH[stage], "en": stage} for stage in STAGES]
    for index, stage in enumerate(stages[:-1]):
        stage["when"] = [{"indicator": "growth_stage", "below": index + 1}]
    return stages


class SchemePart(Part):
    """The whole file."""

    name: Id
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$")]
    status: Status
    title_zh: Name
    title_en: Name
    source: Annotated[str, Field(min_length=1)]
    out_of: Hundredths = Field(gt=0)
    weights_sum: Literal["out-of", "any"] = "out-of"
    stages: Annotated[tuple[StagePart, ...], Field(min_length=1), BeforeValidator(_stages)]
    stage_if_unknown: str
    groups: tuple[GroupPart, ...] = Field(min_length=1)
    items: tuple[ItemPart, ...] = Field(min_length=1)
    gates: tuple[GatePart, ...] = ()
    direct: tuple[GatePart, ...] = ()
    tiers: tuple[TierPart, ...] = ()
