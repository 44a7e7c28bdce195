"""Routes of retrainings: started once, worked on in a process of their own, looked at as they stand."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from flask import Blueprint, Response
from pydantic import BaseModel, Field

from service.ledger import Actor
from service.requests import Strict
from service.retraining.jobs import Shown, newest_retrainings, show_retraining
from service.retraining.outcome import RetrainingOutcome
from service.retraining.plan import Plan
from service.store.retrainings import Kept
from service.tokens import Permission
from service.use_cases.retrainings import start_retraining
from service.web.answers import json_answer
from service.web.operations import Answer, Ask, operation

__all__ = ["retrainings"]

retrainings = Blueprint("retrainings", __name__)


class RetrainingsQuery(Strict):
    """How many to list."""

    limit: int = Field(default=20, ge=1, le=200, description="Most retrainings, the newest first")


class Trouble(BaseModel):
    """Why it failed."""

    code: str
    detail: str = Field(description="What was wrong, and what to do")


class NotedLine(BaseModel):
    """A line of the log."""

    at: datetime = Field(description="UTC")
    step: str
    said: str = Field(description="Empty where the step begins")


class RetrainingShown(BaseModel):
    """A retraining as it stands."""

    job_id: str
    state: str = Field(description="queued, running, done or failed; ask again while it is queued or running")
    plan: Plan = Field(description="As it was asked for")
    started_by: Actor
    asked_at: datetime = Field(description="UTC")
    begun_at: datetime | None = Field(description="UTC")
    ended_at: datetime | None = Field(description="UTC")
    steps: list[str] = Field(description="Every step of the plan, in order")
    step: str | None = Field(description="The step that was reached")
    outcome: RetrainingOutcome | None = Field(
        description="Once done: each model with measures, gates and comparison, and the proposal unless held back"
    )
    error: Trouble | None = Field(description="Once failed")

    @classmethod
    def of(cls, job: Kept) -> Self:
        """Take it from the record."""
        return cls(**_said(job))


class RetrainingLog(RetrainingShown):
    """A retraining as it stands, with its log."""

    lines: list[NotedLine] = Field(description="Oldest first")


class RetrainingsPage(BaseModel):
    """Retrainings, newest first."""

    retrainings: list[RetrainingShown]


@operation(
    retrainings,
    "POST",
    "/v1/retrainings",
    summary="Start a retraining; where every gate holds it proposes a release in the caller's name, and it never approves",
    permission=Permission.PROPOSE,
    body=Plan,
    answers={202: Answer(meaning="It is queued", content=RetrainingShown, headers=("Location",))},
    problems=("retraining-busy", "retraining-invalid"),
)
def post_retraining(ask: Ask, body: Plan) -> Response:
    """Start it."""
    job = start_retraining(ask.desk, body, ask.caller.actor)
    return json_answer(RetrainingShown.of(job), 202, {"Location": f"/v1/retrainings/{job.job_id}"})


@operation(
    retrainings,
    "GET",
    "/v1/retrainings",
    summary="List retrainings as they stand, newest first",
    permission=Permission.READ,
    query=RetrainingsQuery,
    answers={200: Answer(meaning="Retrainings", content=RetrainingsPage)},
)
def get_retrainings(ask: Ask, query: RetrainingsQuery) -> Response:
    """List them."""
    listed = newest_retrainings(ask.desk.store, ask.desk.clock, query.limit)
    return json_answer(RetrainingsPage(retrainings=[RetrainingShown.of(job) for job in listed]))


@operation(
    retrainings,
    "GET",
    "/v1/retrainings/<job_id>",
    summary="Show a retraining with its log",
    permission=Permission.READ,
    answers={200: Answer(meaning="The retraining", content=RetrainingLog)},
    problems=("unknown-retraining",),
)
def get_retraining(ask: Ask, job_id: str) -> Response:
    """Show one."""
    return json_answer(_log(show_retraining(ask.desk.store, ask.desk.clock, job_id)))


def _log(shown: Shown) -> RetrainingLog:
    return RetrainingLog(**_said(shown.job), lines=[NotedLine(at=line.at, step=line.step, said=line.said) for line in shown.lines])


def _said(job: Kept) -> dict[str, object]:
    failure = job.failure
    return {
        **{name: getattr(job, name) for name in ("job_id", "state", "plan", "asked_at", "begun_at", "ended_at", "step", "outcome")},
        "started_by": job.actor,
        "steps": list(job.plan.steps),
        "error": None if failure is None else Trouble(code=failure.code, detail=failure.detail),
    }
