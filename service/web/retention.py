"""Routes of retention: what is due, deleting it, holding it."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response
from pydantic import Field

from service.corrections import HoldRequest
from service.days import Day
from service.requests import Strict
from service.tokens import Permission
from service.use_cases.due import schedule_of
from service.use_cases.persons import person_of
from service.use_cases.retention import apply_retention, due_list, hold, holds_on_file, release
from service.web.answers import json_answer
from service.web.answers_retention import AppliedPage, DuePage, DueShown, HoldShown, HoldsPage, Released
from service.web.operations import Answer, Ask, operation

__all__ = ["retention"]

retention = Blueprint("retention", __name__)
MOST = 500
"""Subjects deleted by one call; call again for the rest."""


class DueQuery(Strict):
    """On which day to look."""

    as_of: Day | None = Field(default=None, description="The day; default today in China")


@operation(
    retention,
    "GET",
    "/v1/retention/due",
    summary="List what has served its time; nothing is deleted",
    long=True,
    permission=Permission.RETAIN,
    query=DueQuery,
    answers={200: Answer(meaning="What is due", content=DuePage)},
)
def get_due(ask: Ask, query: DueQuery) -> Response:
    """List it."""
    schedule, day = schedule_of(ask.desk.settings.retention, ask.desk.settings.home), query.as_of or ask.desk.today()
    listed = due_list(ask.desk.store, schedule, day, ask.desk.settings.page_limit)
    due = [
        DueShown(subject=one.subject, class_id=one.class_id, due_on=one.due_on, held=one.held, contents=len(one.contents)) for one in listed
    ]
    return json_answer(DuePage(as_of=day, schedule=schedule.name, due=due))


@operation(
    retention,
    "POST",
    "/v1/retention/apply",
    summary="Delete what has served its time and is not held, each with a tombstone; what is deleted is gone",
    long=True,
    permission=Permission.RETAIN,
    body=HoldRequest,
    answers={200: Answer(meaning="What was deleted", content=AppliedPage)},
    problems=("person-required",),
)
def post_apply(ask: Ask, body: HoldRequest) -> Response:
    """Delete."""
    desk = ask.desk
    person_of(ask.caller, "delete what has served its time")
    schedule = schedule_of(desk.settings.retention, desk.settings.home)
    gone = apply_retention(desk.store, schedule, desk.clock(), actor=ask.caller.actor, reason=body.reason, limit=MOST)
    return json_answer(AppliedPage.model_validate({"schedule": schedule.name, "deleted": [asdict(one) for one in gone]}))


@operation(
    retention,
    "GET",
    "/v1/retention/holds",
    summary="List legal holds, released ones too",
    permission=Permission.RETAIN,
    answers={200: Answer(meaning="The holds", content=HoldsPage)},
)
def get_holds(ask: Ask) -> Response:
    """List them."""
    return json_answer(HoldsPage.model_validate({"holds": [asdict(one) for one in holds_on_file(ask.desk.store)]}))


@operation(
    retention,
    "POST",
    "/v1/retention/holds/<subject>",
    summary="Hold a decision, a loading, a firm or a class: nothing of it is deleted",
    permission=Permission.RETAIN,
    body=HoldRequest,
    answers={201: Answer(meaning="The hold", content=HoldShown)},
    problems=("person-required", "unknown-hold"),
)
def post_hold(ask: Ask, subject: str, body: HoldRequest) -> Response:
    """Hold it."""
    person_of(ask.caller, "put a legal hold on records")
    made = hold(ask.desk.store, subject, ask.desk.clock(), actor=ask.caller.actor, reason=body.reason)
    return json_answer(HoldShown.model_validate(asdict(made)), 201)


@operation(
    retention,
    "POST",
    "/v1/retention/holds/<subject>/release",
    summary="Release every hold on a subject",
    permission=Permission.RETAIN,
    body=HoldRequest,
    answers={200: Answer(meaning="How many there were", content=Released)},
    problems=("person-required", "unknown-hold", "wrong-state"),
)
def post_hold_release(ask: Ask, subject: str, body: HoldRequest) -> Response:
    """Release it."""
    person_of(ask.caller, "release a legal hold")
    count = release(ask.desk.store, subject, ask.desk.clock(), actor=ask.caller.actor, reason=body.reason)
    return json_answer(Released(subject=subject, released=count))
