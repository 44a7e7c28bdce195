"""Routes of lists of leads: asked for once, made in a process of their own, looked at as they stand, and taken as a file."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Self

import polars as pl
from flask import Blueprint, Response
from pydantic import BaseModel, Field

from service.ledger import Actor
from service.portfolio.leads import leads_csv
from service.prospects.jobs import ask_leads, file_of, newest_leads, show_leads
from service.prospects.plan import LeadsFound, LeadsPlan
from service.requests import Strict
from service.store.leads_runs import FILES_KEPT, KeptLeads
from service.tokens import Permission
from service.web.answers import json_answer
from service.web.operations import Answer, Ask, operation

__all__ = ["leads"]

leads = Blueprint("leads", __name__)
PARQUET = "application/vnd.apache.parquet"


class LeadsQuery(Strict):
    """How many to list."""

    limit: int = Field(default=20, ge=1, le=200, description="Most lists, the newest first")


class LeadsTrouble(BaseModel):
    """Why it failed."""

    code: str
    detail: str = Field(description="What was wrong, and what to do")


class LeadsShown(BaseModel):
    """A list of leads as it stands."""

    job_id: str
    state: str = Field(description="queued, running, done or failed; ask again while it is queued or running")
    plan: LeadsPlan = Field(description="As it was asked for, with the day it is of")
    asked_by: Actor
    asked_at: datetime = Field(description="UTC")
    begun_at: datetime | None = Field(description="UTC")
    ended_at: datetime | None = Field(description="UTC")
    share_bp: int = Field(description="How much of it is done, of 10,000")
    found: LeadsFound | None = Field(description="Once done: how many leads each product has, and what the list rests on")
    has_file: bool = Field(description=f"Can the list still be taken? The files of the newest {FILES_KEPT} are kept")
    error: LeadsTrouble | None = Field(description="Once failed")

    @classmethod
    def of(cls, job: KeptLeads) -> Self:
        """Take it from the record."""
        same = ("job_id", "state", "plan", "asked_at", "begun_at", "ended_at", "share_bp", "found", "has_file")
        failure = job.failure
        return cls(
            **{name: getattr(job, name) for name in same},
            asked_by=job.actor,
            error=None if failure is None else LeadsTrouble(code=failure.code, detail=failure.detail),
        )


class LeadsPage(BaseModel):
    """Lists of leads, newest first."""

    lists: list[LeadsShown]


@operation(
    leads,
    "POST",
    "/v1/leads",
    summary="Rank the firms on file without a running loan, product by product, by what a loan would earn; nothing is decided",
    permission=Permission.PROPOSE,
    body=LeadsPlan,
    answers={202: Answer(meaning="It is queued", content=LeadsShown, headers=("Location",))},
    problems=("wrong-state", "not-ready"),
)
def post_leads(ask: Ask, body: LeadsPlan) -> Response:
    """Start it."""
    desk = ask.desk
    job = ask_leads(desk.store, desk.clock, body, ask.caller.actor, policy=desk.active.policy, today=desk.today())
    desk.prospect(job.job_id)
    return json_answer(LeadsShown.of(job), 202, {"Location": f"/v1/leads/{job.job_id}"})


@operation(
    leads,
    "GET",
    "/v1/leads",
    summary="List the lists of leads as they stand, newest first",
    permission=Permission.READ,
    query=LeadsQuery,
    answers={200: Answer(meaning="The lists", content=LeadsPage)},
)
def get_leads_lists(ask: Ask, query: LeadsQuery) -> Response:
    """List them."""
    listed = newest_leads(ask.desk.store, ask.desk.clock, query.limit)
    return json_answer(LeadsPage(lists=[LeadsShown.of(job) for job in listed]))


@operation(
    leads,
    "GET",
    "/v1/leads/<job_id>",
    summary="Show a list of leads as it stands",
    permission=Permission.READ,
    answers={200: Answer(meaning="The list", content=LeadsShown)},
    problems=("unknown-leads",),
)
def get_leads(ask: Ask, job_id: str) -> Response:
    """Show one."""
    return json_answer(LeadsShown.of(show_leads(ask.desk.store, ask.desk.clock, job_id)))


@operation(
    leads,
    "GET",
    "/v1/leads/<job_id>/file.csv",
    summary="The leads of a list for a spreadsheet: product by product, the best first",
    permission=Permission.READ,
    long=True,
    answers={200: Answer(meaning="The file", media="text/csv")},
    problems=("unknown-leads", "wrong-state", "gone"),
)
def get_leads_csv(ask: Ask, job_id: str) -> Response:
    """Give it as CSV."""
    content = file_of(ask.desk.store, ask.desk.clock, job_id)
    return _file(leads_csv(pl.read_parquet(io.BytesIO(content))), f"leads-{job_id}.csv", "text/csv; charset=utf-8")


@operation(
    leads,
    "GET",
    "/v1/leads/<job_id>/file.parquet",
    summary="The leads of a list as Parquet, the bytes whose hash is on record",
    permission=Permission.READ,
    long=True,
    answers={200: Answer(meaning="The file", media=PARQUET)},
    problems=("unknown-leads", "wrong-state", "gone"),
)
def get_leads_parquet(ask: Ask, job_id: str) -> Response:
    """Give it as it was made."""
    return _file(file_of(ask.desk.store, ask.desk.clock, job_id), f"leads-{job_id}.parquet", PARQUET)


def _file(content: bytes, name: str, kind: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
