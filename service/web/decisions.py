"""Routes of decisions."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, request

from service.domain import Decision
from service.requests import DecisionRequest, DecisionsQuery
from service.store.records import Receipt
from service.tokens import Permission
from service.use_cases.decide import decide_application, decisions_after, key_of, show_decision
from service.web.answers import DecisionLine, DecisionsPage, json_answer
from service.web.operations import Answer, Ask, operation

__all__ = ["decisions"]

decisions = Blueprint("decisions", __name__)
KEY_HEADER = {"Idempotency-Key": "1 to 64 letters, digits, dots, dashes or underscores; the same key and request give the same decision"}


@operation(
    decisions,
    "POST",
    "/v1/decisions",
    summary="Decide an application; the answer comes once the decision is on record",
    permission=Permission.DECIDE,
    body=DecisionRequest,
    headers=KEY_HEADER,
    answers={
        201: Answer(
            meaning="The decision, byte for byte as it is kept",
            content=Decision,
            headers=("Location", "ETag", "Idempotent-Replayed"),
        )
    },
    problems=("bad-idempotency-key", "unknown-firm", "idempotency-key-reused", "decision-refused", "gone", "not-ready", "not-recorded"),
)
def post_decision(ask: Ask, body: DecisionRequest) -> Response:
    """Decide."""
    key = key_of(request.headers.get("Idempotency-Key"), body, ask.caller)
    receipt = decide_application(ask.desk, body, ask.caller, key)
    answer = _kept(receipt, 201)
    answer.headers["Location"] = f"/v1/decisions/{receipt.decision_id}"
    if receipt.replayed:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer


@operation(
    decisions,
    "GET",
    "/v1/decisions/<decision_id>",
    summary="Give a decision, byte for byte as it was answered",
    permission=Permission.READ,
    answers={
        200: Answer(meaning="The decision", content=Decision, headers=("ETag",)),
        304: Answer(meaning="The caller has it already (If-None-Match)", headers=("ETag",)),
    },
    problems=("unknown-decision", "gone"),
)
def get_decision(ask: Ask, decision_id: str) -> Response:
    """Show one."""
    answer = _kept(show_decision(ask.desk, decision_id), 200)
    answer.make_conditional(request)
    return answer


@operation(
    decisions,
    "GET",
    "/v1/decisions",
    summary="List decisions in the order of recording",
    permission=Permission.READ,
    query=DecisionsQuery,
    answers={200: Answer(meaning="A page of decisions", content=DecisionsPage)},
)
def get_decisions(ask: Ask, query: DecisionsQuery) -> Response:
    """List them."""
    limit = min(query.limit, ask.desk.settings.page_limit)
    found = decisions_after(ask.desk, firm_id=query.firm_id, after=query.after, limit=limit + 1)
    lines = [DecisionLine(**asdict(line)) for line in found[:limit]]
    return json_answer(DecisionsPage(decisions=lines, next=lines[-1].seq if len(found) > limit else None))


def _kept(receipt: Receipt, status: int) -> Response:
    return Response(receipt.body, status, {"ETag": f'"{receipt.sha256}"'}, mimetype="application/json")
