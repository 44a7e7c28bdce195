"""The page of the switch: one person stops automatic decisions at once, two let them go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response
from pydantic import Field

from service.domain.manual import Scope
from service.requests import Strict
from service.tokens import Permission
from service.use_cases.switch import SwitchState
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, go_to, render
from service.web.refusals import Refusal, tried
from service.web.release_pages import AGAIN, VERDICT_ANSWERS, WRITTEN, VerdictForm
from service.web.words import Words

__all__ = ["switch_pages"]

switch_pages = Blueprint("switch_pages", __name__, template_folder="templates")
SWITCH = Words("停用开关", "Stop switch")
HERE = "/releases/switch"
ACTS = 20


class StopForm(Strict):
    """What to stop, and why."""

    over: str = Field(max_length=64, description="`all`, or `product` or `segment` with its id behind a blank")
    reason: str = Field(default="", max_length=WRITTEN, description="Why; kept in the ledger")


class ResumeForm(Strict):
    """Which stop to end, and why."""

    stop: str = Field(max_length=40, description="Number of the stop")
    reason: str = Field(default="", max_length=WRITTEN, description="Why; kept in the ledger")


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchShown:
    """The stops in force, the proposals to end one, and the newest acts; `me` is who looks."""

    frame: Frame
    state: SwitchState
    may_stop: bool
    may_approve: bool
    me: str
    refusal: Refusal | None
    reason: str


@operation(
    switch_pages,
    "GET",
    HERE,
    summary="Are automatic decisions stopped, by whom and why, on a page",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def switch_page(ask: Ask, query: PageQuery) -> Response:
    """Show it."""
    del query
    return _switch(ask)


@operation(
    switch_pages,
    "POST",
    HERE,
    summary="Stop automatic decisions at once, on the page",
    page=True,
    permission=Permission.STOP,
    form=StopForm,
    answers={303: Answer(meaning="Stopped", headers=("Location",)), 422: AGAIN},
)
def stop_on_page(ask: Ask, form: StopForm) -> Response:
    """Stop."""
    scope, _, value = form.over.partition(" ")

    def act() -> Response:
        ask.desk.lever.stop(scope=cast("Scope", scope), value=value, reason=form.reason, actor=ask.caller.actor)
        ask.desk.switchboard.forget()
        return go_to(HERE)

    return tried(act, lambda refusal: _switch(ask, refusal, reason=form.reason))


@operation(
    switch_pages,
    "POST",
    f"{HERE}/resumptions",
    summary="Propose to end a stop, on the page; it goes on until another person approves",
    page=True,
    permission=Permission.STOP,
    form=ResumeForm,
    answers={303: Answer(meaning="Proposed", headers=("Location",)), 409: AGAIN, 422: AGAIN},
    problems=("unknown-stop",),
)
def propose_end_on_page(ask: Ask, form: ResumeForm) -> Response:
    """Propose it."""

    def act() -> Response:
        ask.desk.lever.propose_end(form.stop, reason=form.reason, actor=ask.caller.actor)
        return go_to(HERE)

    return tried(act, lambda refusal: _switch(ask, refusal, reason=form.reason))


@operation(
    switch_pages,
    "POST",
    f"{HERE}/resumptions/<proposal_id>/approve",
    summary="End a stop as somebody else proposed, on the page",
    page=True,
    permission=Permission.APPROVE,
    form=VerdictForm,
    answers=VERDICT_ANSWERS,
    problems=("unknown-stop",),
)
def approve_end_on_page(ask: Ask, proposal_id: str, form: VerdictForm) -> Response:
    """Approve it."""

    def act() -> Response:
        ask.desk.lever.approve_end(proposal_id, reason=form.reason, actor=ask.caller.actor)
        ask.desk.switchboard.forget()
        return go_to(HERE)

    return tried(act, lambda refusal: _switch(ask, refusal, reason=form.reason))


@operation(
    switch_pages,
    "POST",
    f"{HERE}/resumptions/<proposal_id>/refuse",
    summary="Refuse to end a stop, on the page",
    page=True,
    permission=Permission.APPROVE,
    form=VerdictForm,
    answers=VERDICT_ANSWERS,
    problems=("unknown-stop",),
)
def refuse_end_on_page(ask: Ask, proposal_id: str, form: VerdictForm) -> Response:
    """Refuse it."""

    def act() -> Response:
        ask.desk.lever.refuse_end(proposal_id, reason=form.reason, actor=ask.caller.actor)
        return go_to(HERE)

    return tried(act, lambda refusal: _switch(ask, refusal, reason=form.reason))


def _switch(ask: Ask, refusal: Refusal | None = None, *, reason: str = "") -> Response:
    holder = ask.caller
    page = SwitchShown(
        frame=frame_of(SWITCH, ask.session, holder),
        state=ask.desk.lever.state(ACTS),
        may_stop=holder.may(Permission.STOP),
        may_approve=holder.may(Permission.APPROVE),
        me=holder.actor.id,
        refusal=refusal,
        reason=reason,
    )
    return render("risk/switch.html", page, refusal.status if refusal else 200)
