"""What the API answers about requests for review and about how a case stands."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, Field

from service.domain import Outcome
from service.domain.standing import Standing
from service.store.reviews import KeptReview
from service.use_cases.reviews import ReviewTexts
from service.web.answers_overrides import SEALED, UTC_MOMENT

__all__ = ["ReviewAnswer", "ReviewsPage", "StandingPage"]


class ConclusionShown(BaseModel):
    """What a person concluded."""

    verdict: str = Field(description="uphold or override")
    given_by: str
    given_at: datetime = UTC_MOMENT
    override_id: str | None
    reason: str | None = Field(description=f"Their words; {SEALED}")


class ReviewAnswer(BaseModel):
    """A client's request that a person looks at a decision."""

    review_id: str
    decision_id: str
    firm_id: str
    product: str
    status: Literal["open", "concluded"]
    opened_at: datetime = UTC_MOMENT
    opened_by: str
    asked_by: str | None = Field(description=f"Who asked; {SEALED}")
    channel: str | None = Field(description=f"How; {SEALED}")
    text: str | None = Field(description=f"What they said; {SEALED}")
    conclusion: ConclusionShown | None

    @classmethod
    def of(cls, one: KeptReview, texts: ReviewTexts) -> Self:
        """Show a request."""
        said = one.conclusion
        shown = said and ConclusionShown(
            verdict=said.verdict, given_by=said.given_by, given_at=said.given_at, override_id=said.override_id, reason=texts["reason"]
        )
        return cls(
            review_id=one.review_id,
            decision_id=one.decision_id,
            firm_id=one.firm_id,
            product=one.product,
            status="concluded" if said else "open",
            opened_at=one.opened_at,
            opened_by=one.opened_by,
            asked_by=texts["asked_by"],
            channel=texts["channel"],
            text=texts["text"],
            conclusion=shown,
        )


class ReviewsPage(BaseModel):
    """A page of requests for review, oldest first."""

    reviews: list[ReviewAnswer]
    next: str | None = Field(description="Send it as `after` for the next page; null when this is the last")


class TermsShown(BaseModel):
    """An answer; amount, term and rate where it lends."""

    outcome: Outcome
    amount: int | None = Field(description="Yuan")
    term_months: int | None
    rate_bp: int | None = Field(description="Basis points a year")


class ReviewState(BaseModel):
    """The newest request for review."""

    review_id: str
    verdict: str | None = Field(description="uphold, override, or null while it is open")
    who: str | None


class StandingPage(BaseModel):
    """How a case stands today; the decision itself never changes."""

    decision_id: str
    machine: TermsShown = Field(description="What the machine answered")
    terms: TermsShown = Field(description="What stands")
    decided_by: Literal["machine", "person"]
    who: list[str] = Field(description="The persons who answer for it")
    override_id: str | None = Field(description="The override in force, if one is")
    pending: list[str] = Field(description="Overrides that wait for a second person")
    review: ReviewState | None
    is_final: bool
    zh: str = Field(description="What is awaited, or that nothing is")
    en: str

    @classmethod
    def of(cls, decision_id: str, standing: Standing) -> Self:
        """Show a standing."""
        return cls.model_validate({"decision_id": decision_id, **asdict(standing)})
