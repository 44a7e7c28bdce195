"""A lending policy as typed parts; `service.domain.policy.loading` reads one from TOML."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr

from features.vocabulary import Product
from service.domain.policy.quantities import Part, Probability, Rate, Share
from service.domain.policy.table import OutcomeRow, Tiers

__all__ = [
    "OPERATORS",
    "Authority",
    "Channel",
    "CoverageFloor",
    "Disagreement",
    "EvidenceRule",
    "GradeRow",
    "IndicatorRule",
    "Policy",
    "ProductRow",
]

OPERATORS = (">", ">=", "<", "<=", "==", "!=")

Stage = Literal["start-up", "growth", "stable"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Yuan = Annotated[int, Field(ge=1, le=1_000_000_000)]


def _tuple(said: Any) -> Any:
    """TOML has lists where a frozen value has tuples."""
    return tuple(said) if isinstance(said, list) else said


def _exact(said: Any) -> Any:
    """A number of the file without a float in between."""
    return Decimal(said) if isinstance(said, int) and not isinstance(said, bool) else said


def _plain(value: Decimal) -> Decimal:
    """1.0 and 1 are the same threshold, so they must hash alike."""
    return Decimal(f"{value.normalize():f}")


Products = Annotated[tuple[Annotated[Product, Field(strict=False)], ...], BeforeValidator(_tuple)]


class ProductRow(Part):
    """A product: who may ask for it and how much it can be. Amounts in yuan."""

    product: Annotated[Product, Field(strict=False)]
    stages: Annotated[tuple[Stage, ...], BeforeValidator(_tuple), Field(min_length=1)]
    min_amount: Yuan
    max_amount: Yuan
    max_term_months: Annotated[int, Field(ge=1, le=60)]


class IndicatorRule(Part):
    """A condition on one indicator that, when it holds, declines (knock-out) or refers (referral) the case.

    `unknown` says what happens when the indicator is not known; `ignore` passes. An empty `products` means all of them.
    The texts are the reason an applicant reads; `{value}` stands for the indicator's value.
    """

    id: Name
    indicator: str
    operator: Literal[">", ">=", "<", "<=", "==", "!="]
    value: Annotated[Decimal, BeforeValidator(_exact), AfterValidator(_plain)]
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
    """A grade of the master scale: PD up to and including `pd_up_to`; `rate` is indicative, absent where nothing is lent."""

    grade: Annotated[int, Field(ge=1, le=30)]
    pd_up_to: Probability
    rate: Rate | None = None


class Disagreement(Part):
    """Tiers and grades that contradict each other: points say one thing, the model another."""

    tiers: Tiers
    from_grade: int
    to_grade: int


class Channel(Part):
    """How fast an offer is handled, by tier."""

    channel: Name
    tiers: Tiers
    zh: Text
    en: Text


class Authority(Part):
    """Who may sign or decide, by amount; the last row has no `up_to_amount` and takes the rest."""

    authority: Name
    up_to_amount: Yuan | None = None
    zh: Text
    en: Text


Rows = BeforeValidator(_tuple)


class Policy(Part):
    """A whole policy file: effective-dated, checked on loading, and pinned by `hash` in every decision it makes."""

    name: Name
    effective_from: date
    status: Literal["illustrative", "approved"]
    validity_days: Annotated[int, Field(ge=1, le=365)]
    round_down_to: Yuan
    products: Annotated[tuple[ProductRow, ...], Rows, Field(min_length=1)]
    knock_outs: Annotated[tuple[IndicatorRule, ...], Rows] = ()
    referrals: Annotated[tuple[IndicatorRule, ...], Rows] = ()
    evidence: Annotated[tuple[EvidenceRule, ...], Rows] = ()
    coverage: CoverageFloor
    tiers: Tiers
    """The points scheme's innovation tiers this policy knows, best first."""
    grades: Annotated[tuple[GradeRow, ...], Rows, Field(min_length=2)]
    outcomes: Annotated[tuple[OutcomeRow, ...], Rows, Field(min_length=1)]
    disagreements: Annotated[tuple[Disagreement, ...], Rows] = ()
    channels: Annotated[tuple[Channel, ...], Rows, Field(min_length=1)]
    authorities: Annotated[tuple[Authority, ...], Rows, Field(min_length=1)]

    _hash: str = PrivateAttr()

    def model_post_init(self, _context: Any, /) -> None:
        """Hash the canonical content once."""
        content = orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
        self._hash = f"sha256:{sha256(content).hexdigest()}"

    @property
    def hash(self) -> str:
        """`sha256:` of the canonical content: comments and layout of the file do not change it."""
        return self._hash
