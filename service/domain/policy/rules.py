"""Who may enter and what stops a case: products, gates, knock-outs, referrals, evidence, disagreements, authority."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from features.vocabulary import Product
from service.domain.policy.kinds import Identifier, Number, Operator, Products, Rows, Said, Stage, Text, Yuan
from service.domain.policy.quantities import Part, Probability, Share, wrong
from service.domain.policy.table import Tiers

__all__ = [
    "Authority",
    "CertaintyRow",
    "Condition",
    "CoverageFloor",
    "Disagreement",
    "EvidenceRule",
    "Fact",
    "GateRule",
    "GradeRow",
    "IndicatorRule",
    "ProductRow",
]

Fact = Literal["tech-sme-rubric", "first-loan", "relay-loan", "relay-clean", "relay-stage-moved", "relay-points-kept"]
"""Named facts that no single indicator tells; `service.domain.facts` works them out."""


class ProductRow(Part):
    """A product: who may ask for it, how much it can be, and which security it takes. Amounts in yuan."""

    product: Annotated[Product, Field(strict=False)]
    stages: Annotated[tuple[Stage, ...], Rows, Field(min_length=1)]
    min_amount: Yuan
    max_amount: Yuan
    max_term_months: Annotated[int, Field(ge=1, le=60)]
    collateral: Annotated[tuple[Identifier, ...], Rows, Field(min_length=1)]


class Condition(Part):
    """One way to satisfy a gate: an indicator beyond a bound, or a named fact that is true."""

    indicator: str | None = None
    operator: Operator | None = None
    value: Number | None = None
    fact: Fact | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        halves = [part is None for part in (self.indicator, self.operator, self.value)]
        if len(set(halves)) > 1 or (self.fact is None) == halves[0]:
            raise wrong("must be a fact, or an indicator with operator and value", "write { fact = '...' } or all three")
        return self


class GateRule(Part):
    """A condition of entry: one of `any` must hold, else the case is declined or referred.

    When none holds and one cannot be judged, `unknown` says what happens. An empty `products` means all of them.
    `mark` is a code the record carries when the gate is not passed, as in `restructuring`.
    """

    id: Identifier
    products: Products = ()
    ways: Annotated[tuple[Condition, ...], Rows, Field(min_length=1, alias="any")]
    effect: Literal["decline", "refer"]
    unknown: Literal["refer", "ignore"]
    mark: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")] | None = None
    zh: Text
    en: Text


class IndicatorRule(Part):
    """A condition on one indicator that, when it holds, declines (knock-out) or refers (referral) the case.

    `unknown` says what happens when the indicator is not known; `ignore` passes. An empty `products` means all of them.
    The texts are the reason an applicant reads; `{value}` stands for the indicator's value.
    """

    id: Identifier
    indicator: str
    operator: Operator
    value: Number
    unknown: Literal["refer", "ignore"]
    products: Products = ()
    zh: Text
    en: Text


class EvidenceRule(Part):
    """Whether a table may be absent, and how old its newest fact may be; days, inclusive.

    Registers of events have no `max_age_days`: that nothing has happened lately does not make a register old.
    """

    table: str
    max_age_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    missing: Literal["refer", "note"]


class CoverageFloor(Part):
    """The least share of indicators, and of points weights, that must be known; below it the case is referred."""

    indicators: Share
    points: Share


class GradeRow(Part):
    """A grade of the master scale: PD up to and including `pd_up_to`."""

    grade: Annotated[int, Field(ge=1, le=30)]
    pd_up_to: Probability


class Disagreement(Part):
    """Tiers and grades that contradict each other: points say one thing, the model another."""

    tiers: Tiers
    from_grade: int
    to_grade: int


class CertaintyRow(Part):
    """How sure the model must be of its grade; counted in grades that the interval of the PD touches, at least so many refer the case.

    `beyond`: a grade that lends, and the interval's upper end lies so many grades past the last that lends in the firm's tier.
    `within`: a grade that declines, and its lower end lies so many grades inside those that lend (1: it reaches the last of them).
    `spans`: a grade that lends, and the interval touches so many grades (from 3 to 6 are four). What is left out is not asked.
    An empty `products` means all of them; the first row that takes a product counts.
    """

    products: Products = ()
    beyond: Annotated[int, Field(ge=1, le=30)] | None = None
    within: Annotated[int, Field(ge=1, le=30)] | None = None
    spans: Annotated[int, Field(ge=2, le=30)] | None = None

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if self.beyond is None and self.within is None and self.spans is None:
            raise wrong("asks nothing", "write beyond, within or spans, or remove the row")
        return self


class Authority(Said):
    """Who may sign or decide, by amount; the last row has no `up_to_amount` and takes the rest."""

    authority: Identifier
    up_to_amount: Yuan | None = None
