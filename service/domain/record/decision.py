"""A decision as it is answered, kept and replayed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final, Literal, Self

from pydantic import AwareDatetime, field_serializer, model_validator

from service.domain.policy import Outcome
from service.domain.record.base import Decimals, Recorded
from service.domain.record.canonical import canonical_bytes, content_hash
from service.domain.record.offers import Offer, Referral
from service.domain.record.parts import Asked, Contribution, Fired, Missing, Pins, PointsRecord, Reason, RiskRecord
from service.domain.record.recourse import RecoursePlan, Says
from service.domain.record.specials import InvestorsRecord, RelayRecord

__all__ = ["NEWEST", "Decision", "Format"]

Format = Literal["decision/1", "decision/2"]
"""Form of a record. 1 has no `risk.pd_interval` and no `offer.term_structure`; records keep the form they were made in."""
NEWEST: Final[Format] = "decision/2"
LACKING: Mapping[str, tuple[tuple[str, str], ...]] = {"decision/1": (("risk", "pd_interval"), ("offer", "term_structure"))}
"""What a form has no place for: these keys are not written at all, so that old records keep their bytes and their hash."""


class Decision(Recorded):
    """Everything that was decided and why; `points` or `risk` is None when the case was referred before it could be computed."""

    format: Format
    decision_id: str
    decided_at: AwareDatetime
    as_of: date
    application: Asked
    pins: Pins
    coverage: Decimals
    points: PointsRecord | None
    risk: RiskRecord | None
    says: Says | None
    """Points and model side by side; None when no model could answer."""
    contributions: tuple[Contribution, ...]
    outcome: Outcome
    offer: Offer | None
    relay: RelayRecord | None
    investors: InvestorsRecord | None
    referral: Referral | None
    reasons: tuple[Reason, ...]
    fired: tuple[Fired, ...]
    missing: tuple[Missing, ...]
    recourse: tuple[RecoursePlan, ...] | None = None
    """What would change the answer, cheapest first; None when it was not looked for, as after an approval as asked."""
    warnings: tuple[str, ...]

    @field_serializer("decided_at")
    def _milliseconds(self, moment: datetime) -> str:
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        """A record must not carry what its form would not write down."""
        for part, field in LACKING.get(self.format, ()):
            if getattr(getattr(self, part), field, None) is not None:
                raise ValueError(f"format {self.format} has no {part}.{field}; write the record as {NEWEST}")
        return self

    def canonical(self) -> bytes:
        """Give the record's bytes (RFC 8785): what is stored, hashed and answered."""
        said = self.model_dump(mode="json")
        for part, field in LACKING.get(self.format, ()):
            if said[part] is not None:
                del said[part][field]
        return canonical_bytes(said)

    @property
    def hash(self) -> str:
        """`sha256:` of the canonical bytes."""
        return content_hash(self.canonical())
