"""Routes of the switch: stopping automatic decisions at once, and letting them go on by two people."""

from __future__ import annotations

from flask import Blueprint, Response

from service.releases import Resumption, SwitchAct, Verdict
from service.tokens import Permission
from service.web.answers import json_answer
from service.web.operations import Answer, Ask, operation
from service.web.release_answers import ResumptionRequest, StopRequest, SwitchPage, VerdictRequest

__all__ = ["switch"]

switch = Blueprint("switch", __name__)
VERDICT_PROBLEMS = ("self-approval", "person-required", "unknown-stop", "wrong-state")


@operation(
    switch,
    "GET",
    "/v1/switch",
    summary="Are automatic decisions stopped, by whom and why?",
    permission=Permission.READ,
    answers={200: Answer(meaning="The stops in force and the newest acts", content=SwitchPage)},
)
def get_switch(ask: Ask) -> Response:
    """Say so."""
    state = ask.desk.lever.state()
    stops, waiting, acts = list(state.stops), list(state.waiting), list(state.acts)
    return json_answer(SwitchPage(stopped=bool(stops), stops=stops, waiting=waiting, acts=acts))


@operation(
    switch,
    "POST",
    "/v1/switch",
    summary="Stop automatic decisions at once: every application is then referred to a person",
    permission=Permission.STOP,
    body=StopRequest,
    answers={201: Answer(meaning="The stop, in force", content=SwitchAct)},
)
def post_stop(ask: Ask, body: StopRequest) -> Response:
    """Stop."""
    made = ask.desk.lever.stop(scope=body.scope, value=body.value or "", reason=body.reason, actor=ask.caller.actor)
    ask.desk.switchboard.forget()
    return json_answer(made, 201)


@operation(
    switch,
    "POST",
    "/v1/switch/resumptions",
    summary="Propose to end a stop; it goes on until another person approves",
    permission=Permission.STOP,
    body=ResumptionRequest,
    answers={201: Answer(meaning="The proposal", content=Resumption)},
    problems=("unknown-stop", "wrong-state"),
)
def post_resumption(ask: Ask, body: ResumptionRequest) -> Response:
    """Propose it."""
    return json_answer(ask.desk.lever.propose_end(body.stop, reason=body.reason, actor=ask.caller.actor), 201)


@operation(
    switch,
    "POST",
    "/v1/switch/resumptions/<proposal_id>/approve",
    summary="End a stop as somebody else proposed; only a person may",
    permission=Permission.APPROVE,
    body=VerdictRequest,
    answers={200: Answer(meaning="The end of the stop", content=SwitchAct)},
    problems=VERDICT_PROBLEMS,
)
def approve_resumption(ask: Ask, proposal_id: str, body: VerdictRequest) -> Response:
    """Approve it."""
    made = ask.desk.lever.approve_end(proposal_id, reason=body.reason, actor=ask.caller.actor)
    ask.desk.switchboard.forget()
    return json_answer(made)


@operation(
    switch,
    "POST",
    "/v1/switch/resumptions/<proposal_id>/refuse",
    summary="Refuse to end a stop; only a person may",
    permission=Permission.APPROVE,
    body=VerdictRequest,
    answers={200: Answer(meaning="The refusal", content=Verdict)},
    problems=VERDICT_PROBLEMS,
)
def refuse_resumption(ask: Ask, proposal_id: str, body: VerdictRequest) -> Response:
    """Refuse it."""
    return json_answer(ask.desk.lever.refuse_end(proposal_id, reason=body.reason, actor=ask.caller.actor))
