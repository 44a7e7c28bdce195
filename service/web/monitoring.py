"""Routes of monitoring: a run is asked for, works in a process of its own, and is kept with everything it found."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from flask import Blueprint, Response
from pydantic import BaseModel, Field

from service.ledger import Actor
from service.monitoring import MonitoringRun
from service.requests import Strict
from service.store.monitoring_runs import KeptRun
from service.tokens import Permission
from service.use_cases.monitoring_runs import ask_run, list_runs, look_up
from service.web.answers import json_answer
from service.web.operations import Answer, Ask, operation

__all__ = ["monitoring"]

monitoring = Blueprint("monitoring", __name__)


class RunsQuery(Strict):
    """How many to list."""

    limit: int = Field(default=20, ge=1, le=200, description="Most runs, the newest first")


class RunShown(BaseModel):
    """A run as it stands."""

    run_id: str
    asked_by: Actor
    asked_at: datetime = Field(description="UTC")
    ended_at: datetime | None = Field(description="UTC; null while it works, so ask again")
    failure: str | None = Field(description="Why it came to nothing")

    @classmethod
    def of(cls, run: KeptRun) -> Self:
        """Take it from the record."""
        return cls(run_id=run.run_id, asked_by=run.actor, asked_at=run.asked_at, ended_at=run.ended_at, failure=run.failure)


class RunFound(RunShown):
    """A run with what it found."""

    found: MonitoringRun | None = Field(description="Null while it works, or where it came to nothing")


class RunsPage(BaseModel):
    """Runs, newest first."""

    runs: list[RunShown]


@operation(
    monitoring,
    "POST",
    "/v1/monitoring",
    summary="Start a monitoring run of the models in use; it changes nothing but the record of what it found",
    permission=Permission.PROPOSE,
    answers={202: Answer(meaning="It is under way", content=RunFound, headers=("Location",))},
    problems=("wrong-state",),
)
def post_run(ask: Ask) -> Response:
    """Start it."""
    desk = ask.desk
    run_id = ask_run(desk.store, desk.clock, ask.caller.actor)
    desk.monitor(run_id)
    return json_answer(_found(ask, run_id), 202, {"Location": f"/v1/monitoring/{run_id}"})


@operation(
    monitoring,
    "GET",
    "/v1/monitoring",
    summary="List monitoring runs, newest first",
    permission=Permission.READ,
    query=RunsQuery,
    answers={200: Answer(meaning="The runs", content=RunsPage)},
)
def get_runs(ask: Ask, query: RunsQuery) -> Response:
    """List them."""
    listed = list_runs(ask.desk.store, ask.desk.clock, query.limit)
    return json_answer(RunsPage(runs=[RunShown.of(one) for one in listed]))


@operation(
    monitoring,
    "GET",
    "/v1/monitoring/<run_id>",
    summary="A monitoring run with every finding: value, n, interval, threshold, verdict",
    permission=Permission.READ,
    answers={200: Answer(meaning="The run", content=RunFound)},
    problems=("unknown-run",),
)
def get_run(ask: Ask, run_id: str) -> Response:
    """Show it."""
    return json_answer(_found(ask, run_id))


def _found(ask: Ask, run_id: str) -> RunFound:
    kept, found = look_up(ask.desk.store, ask.desk.clock, run_id)
    return RunFound(**RunShown.of(kept).model_dump(), found=found)
