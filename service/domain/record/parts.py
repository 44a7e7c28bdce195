"""The parts of a recorded decision. No floats anywhere: integers, and decimals as text."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from features.points.quantities import decimal_text
from features.vocabulary import Product
from service.domain.application import Purpose
from service.domain.policy import Outcome
from service.domain.record.base import Decimals, Recorded

__all__ = [
    "Asked",
    "Contribution",
    "Direction",
    "EligibilityRecord",
    "Fired",
    "GateRecord",
    "GroupRecord",
    "Hash",
    "IntervalRecord",
    "ItemRecord",
    "Missing",
    "PdText",
    "Pins",
    "PointsRecord",
    "Reason",
    "RiskRecord",
]

Hash = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Direction = Literal["+", "-"]


def _as_text(value: Any) -> Any:
    return decimal_text(value) if isinstance(value, float) else value


class Asked(Recorded):
    """What the firm asked for; `amount` in yuan."""

    firm_id: str
    product: Product
    amount: int
    term_months: int
    purpose: Purpose | None


class Pins(Recorded):
    """What the decision stands on, each by name, version and hash; None where the case was referred before it was used."""

    bundle: Hash | None
    scheme: str
    reference: str | None
    policy: str
    evidence: Hash
    features: Hash | None = None
    """The firm's indicators, values of the request aside."""
    catalogue: Hash
    code: str


class GroupRecord(Recorded):
    """Points of a group of indicators, in hundredths; `percentile` among peers in hundredths of a percent."""

    id: str
    zh: str
    en: str
    points: int
    out_of: int
    percentile: int | None


class ItemRecord(Recorded):
    """Points of one item, in hundredths, with the value, peers and date they were earned on; `note` lists codes."""

    id: str
    group: str
    indicator: str
    zh: str
    en: str
    points: int
    out_of: int
    lowest: int
    value: Annotated[Decimals | None, BeforeValidator(_as_text)]
    unit: str
    percentile: int | None
    peers: int | None
    cell: tuple[str, str] | None
    source_table: str | None
    known_on: date | None
    missing: bool
    note: tuple[str, ...]


class GateRecord(Recorded):
    """One condition of a scheme's eligibility: `pass`, `fail`, `unknown` or `declared`."""

    id: str
    zh: str
    en: str
    outcome: str
    waivable: bool


class EligibilityRecord(Recorded):
    """The verdict of the scheme's own gates, where it has any."""

    outcome: str
    gates: tuple[GateRecord, ...]
    direct: tuple[GateRecord, ...]


class PointsRecord(Recorded):
    """The innovation points: `total` hundredths out of `out_of`, the scheme's tier, and every part they are the sum of."""

    scheme_status: str
    stage: str
    field: str
    total: int
    unit: Literal["hundredths"] = "hundredths"
    out_of: int
    percentile: int | None
    tier: str | None
    coverage: str
    groups: tuple[GroupRecord, ...]
    items: tuple[ItemRecord, ...]
    missing: tuple[str, ...]
    note: tuple[str, ...]
    eligibility: EligibilityRecord | None


PdText = Annotated[str, Field(pattern=r"^[01]\.[0-9]{5}$")]
"""A probability with five decimals; grades are read off this text."""


class IntervalRecord(Recorded):
    """How far the PD may be off: `low` to `high` hold the truth in at least `level` of cases like this one, by `method`.

    The grades are those the policy reads off the two ends. It is no forecast: it does not foresee that later loans are riskier.
    """

    low: PdText
    high: PdText
    level: Decimals
    method: str
    low_grade: int
    high_grade: int


class RiskRecord(Recorded):
    """What the model says: calibrated one-year PD, the score it is shown as, the grade the policy reads off it.

    `pd_interval` is None where the bundle gives none, and in records of the first format.
    """

    model: str
    segment: str
    margin: Decimals
    pd: PdText
    pd_interval: IntervalRecord | None = None
    score: int
    base_score: int
    grade: int
    residual: Decimals


class Contribution(Recorded):
    """Signed score points of one indicator; with `base_score` they sum to the score, those of zero points left out."""

    indicator: str
    value: Decimals | None
    points: int
    direction: Direction


class Reason(Recorded):
    """One reason in both languages; `points` are score points where the model gave it, hundredths where the points did."""

    code: str
    kind: Literal["rule", "score", "points"]
    direction: Direction
    indicator: str | None
    points: int | None
    zh: str
    en: str


class Fired(Recorded):
    """One row of the policy that was used, with the values it was used on; `effect` only where it decided something."""

    table: str
    row: int | None
    rule: str | None
    when: dict[str, str | int]
    effect: Outcome | None


class Missing(Recorded):
    """A document that would settle an open point: `missing` or `stale`, and whether that lowers coverage or refers the case."""

    table: str
    state: Literal["missing", "stale"]
    document: str
    document_en: str
    known_on: str | None
    effect: Literal["coverage", "refer"]
