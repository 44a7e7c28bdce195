"""What the API answers about overrides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field

from service.domain import Outcome
from service.domain.override import REASONS, Direction, OverrideReason
from service.domain.override_outcomes import Became
from service.store.overrides import KeptOverride
from service.use_cases.override_outcomes import Outcomes
from service.use_cases.overrides import OverrideTexts

__all__ = ["OutcomesPage", "OverrideAnswer", "OverridesOf", "OverridesPage"]

UTC_MOMENT = Field(description="UTC")
SEALED = "null where there is none, it was deleted, or the reader's role may not see it"


class SecondWordShown(BaseModel):
    """What the second person said."""

    verdict: str = Field(description="signed or refused")
    given_by: str
    has: str = Field(description="Their authority")
    given_at: datetime = UTC_MOMENT
    reason: str | None = Field(description=f"Their words; {SEALED}")


class OverrideAnswer(BaseModel):
    """A person's answer in place of the machine's, whose record stays as it is."""

    override_id: str
    decision_id: str
    firm_id: str
    product: str
    status: str = Field(description="pending (a second person must sign), in-force, refused or expired")
    proposed_at: datetime = UTC_MOMENT
    proposed_by: str
    reason: OverrideReason
    reason_zh: str
    text: str | None = Field(description=f"The grounds; {SEALED}")
    direction: Direction = Field(description="up, down or level, as seen by the firm")
    outcome: Outcome
    amount: int | None = Field(description="Yuan")
    term_months: int | None
    rate_bp: int | None = Field(description="Basis points a year")
    expires_on: date = Field(description="The last day it stands")
    needs: str = Field(description="The authority it needs")
    has: str | None = Field(description="The proposer's own authority")
    word: SecondWordShown | None

    @classmethod
    def of(cls, one: KeptOverride, texts: OverrideTexts, today: date) -> Self:
        """Show an override as it stands on a day."""
        word = one.word
        shown = word and SecondWordShown(
            verdict=word.verdict, given_by=word.given_by, has=word.has, given_at=word.given_at, reason=texts[1]
        )
        same = {name: getattr(one, name) for name in cls.model_fields if name not in {"status", "reason", "reason_zh", "text", "word"}}
        reason = REASONS[one.reason]
        return cls.model_validate(
            {**same, "status": one.status(today), "reason": reason, "reason_zh": reason.zh, "text": texts[0], "word": shown}
        )


class OverridesOf(BaseModel):
    """A decision's overrides, oldest first."""

    decision_id: str
    overrides: list[OverrideAnswer]


class OverridesPage(BaseModel):
    """A page of overrides, oldest first."""

    overrides: list[OverrideAnswer]
    next: str | None = Field(description="Send it as `after` for the next page; null when this is the last")


class TallyShown(BaseModel):
    """What became of the overrides of one reason and direction."""

    reason: OverrideReason
    direction: Direction
    n: int = Field(description="How many came into force; small numbers prove nothing")
    became: dict[Became, int]


class OverriddenShown(BaseModel):
    """What became of one overridden case."""

    override_id: str
    decision_id: str
    firm_id: str
    product: str
    reason: OverrideReason
    direction: Direction
    effective_on: date
    expires_on: date
    became: Became


class OutcomesPage(BaseModel):
    """What became of every case whose override came into force."""

    n: int
    tallies: list[TallyShown]
    cases: list[OverriddenShown]

    @classmethod
    def of(cls, found: Outcomes) -> Self:
        """Show cases and counts."""
        names = [name for name in OverriddenShown.model_fields if name != "became"]
        return cls.model_validate(
            {
                "n": len(found.cases),
                "tallies": [{"reason": t.reason, "direction": t.direction, "n": t.n, "became": dict(t.became)} for t in found.tallies],
                "cases": [{**{name: getattr(one, name) for name in names}, "became": became} for one, became in found.cases],
            }
        )
