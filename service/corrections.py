"""What people send to correct a machine: overrides, signatures, requests for review, conclusions, holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from service.days import LARGEST, Day
from service.domain import Outcome
from service.domain.application import MAX_AMOUNT, MAX_TERM
from service.domain.override import OverrideReason
from service.identifiers import DECISION_ID

__all__ = [
    "MOST_DAYS",
    "ConcludeRequest",
    "HoldRequest",
    "NoteRequest",
    "OverrideRequest",
    "OverridesQuery",
    "ReasonRequest",
    "ReviewRequest",
    "ReviewsQuery",
    "Verdict",
]

MOST_DAYS = 366
"""An override stands at most so long; a case that differs for longer is decided anew."""
Grounds = Annotated[str, Field(min_length=20, max_length=4_000)]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Verdict = Literal["uphold", "override"]
OverrideStatus = Literal["pending", "in-force", "refused", "expired"]


class Strict(BaseModel):
    """Frozen; unknown names are refused, texts are cut of blanks around them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)


class OverrideRequest(Strict):
    """Another answer to a decided application; amount, term and rate are given where it lends, and only there."""

    reason: OverrideReason = Field(description="Coded reason")
    text: Grounds = Field(description="The grounds, in words of one's own; sealed, because it may speak of persons")
    outcome: Outcome = Field(description="approve (as asked), counter (other terms), refer or decline")
    amount: int | None = Field(default=None, ge=1, le=MAX_AMOUNT, description="Yuan; at most what was asked and the product's cap")
    term_months: int | None = Field(default=None, ge=1, le=MAX_TERM, description="Months; at most the product's longest term")
    rate_bp: int | None = Field(default=None, ge=0, le=10_000, description="Basis points a year, within the policy's floor and cap")
    expires_on: Day = Field(description="The last day it stands; after today, at most 366 days ahead")

    @field_validator("expires_on")
    @classmethod
    def _ahead(cls, day: date, info: ValidationInfo) -> date:
        today = (info.context or {}).get("today")
        if today is not None and not today < day <= today + timedelta(days=MOST_DAYS):
            raise ValueError(f"must lie after today in China ({today}) and at most {MOST_DAYS} days ahead; name such a day")
        return day


class ReasonRequest(Strict):
    """Why, in words of one's own."""

    reason: Grounds = Field(description="Sealed where it speaks of a case")


class ReviewRequest(Strict):
    """A client's request that a person looks at a decision."""

    asked_by: Words = Field(description="Who asked: a person of the firm; sealed")
    channel: Words = Field(description="How to reach them and how they asked; sealed")
    text: Annotated[str, Field(min_length=1, max_length=4_000)] = Field(description="What they said; sealed")


class ConcludeRequest(Strict):
    """A person's conclusion: the decision is upheld, or an override of it that is in force takes its place."""

    verdict: Verdict
    reason: Grounds = Field(description="Told to the client; sealed")
    override_id: str | None = Field(default=None, pattern=DECISION_ID, description="The override, where the verdict is override")


class NoteRequest(Strict):
    """A note on a case, in words of one's own."""

    text: Annotated[str, Field(min_length=1, max_length=4_000)] = Field(description="What is to be remembered; sealed")


class HoldRequest(Strict):
    """Why nothing of a subject may be deleted, or may be again."""

    reason: Annotated[str, Field(min_length=5, max_length=500)] = Field(description="The proceedings or order; names no client")


class OverridesQuery(Strict):
    """Which overrides to list, oldest first."""

    model_config = ConfigDict(strict=False)

    status: OverrideStatus | None = Field(default=None, description="pending, in-force, refused or expired; default all")
    after: str = Field(default="", max_length=26, description="Only those after this number; `next` of the page before")
    limit: int = Field(default=50, ge=1, le=LARGEST, description="Most overrides on the page; the service's own limit may be lower")


class ReviewsQuery(Strict):
    """Which requests for review to list, oldest first."""

    model_config = ConfigDict(strict=False)

    status: Literal["open", "concluded"] | None = Field(default=None, description="open or concluded; default all")
    after: str = Field(default="", max_length=26, description="Only those after this number; `next` of the page before")
    limit: int = Field(default=50, ge=1, le=LARGEST, description="Most requests on the page; the service's own limit may be lower")
