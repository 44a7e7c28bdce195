"""Routes of overrides: propose, sign, refuse, list, and what became of them."""

from __future__ import annotations

from flask import Blueprint, Response

from service.corrections import OverrideRequest, OverridesQuery, ReasonRequest
from service.store.overrides import KeptOverride
from service.tokens import Permission
from service.use_cases.override_outcomes import outcomes_of_overrides
from service.use_cases.overrides import overrides_on, overrides_page, propose_override, say_word, texts_of
from service.web.answers import json_answer
from service.web.answers_overrides import OutcomesPage, OverrideAnswer, OverridesOf, OverridesPage
from service.web.operations import Answer, Ask, operation

__all__ = ["overrides"]

overrides = Blueprint("overrides", __name__)
WORD = ("person-required", "self-approval", "unknown-override", "wrong-state", "not-ready", "keys-unusable")


@operation(
    overrides,
    "POST",
    "/v1/decisions/<decision_id>/overrides",
    summary="Set a decision's answer aside; within one's own authority at once, above it once a second person signs",
    permission=Permission.OVERRIDE,
    body=OverrideRequest,
    answers={201: Answer(meaning="The override", content=OverrideAnswer, headers=("Location",))},
    problems=("person-required", "unknown-decision", "gone", "not-ready", "keys-unusable"),
)
def post_override(ask: Ask, decision_id: str, body: OverrideRequest) -> Response:
    """Propose an override."""
    made = propose_override(ask.desk, decision_id, body, ask.caller)
    return json_answer(_shown(ask, made), 201, {"Location": f"/v1/decisions/{decision_id}/overrides"})


@operation(
    overrides,
    "POST",
    "/v1/overrides/<override_id>/sign",
    summary="Sign somebody else's pending override",
    permission=Permission.SIGN,
    body=ReasonRequest,
    answers={200: Answer(meaning="The override, in force", content=OverrideAnswer)},
    problems=WORD,
)
def post_signature(ask: Ask, override_id: str, body: ReasonRequest) -> Response:
    """Sign."""
    return json_answer(_shown(ask, say_word(ask.desk, override_id, "signed", body, ask.caller)))


@operation(
    overrides,
    "POST",
    "/v1/overrides/<override_id>/refuse",
    summary="Refuse somebody else's pending override",
    permission=Permission.SIGN,
    body=ReasonRequest,
    answers={200: Answer(meaning="The override, refused", content=OverrideAnswer)},
    problems=WORD,
)
def post_refusal(ask: Ask, override_id: str, body: ReasonRequest) -> Response:
    """Refuse."""
    return json_answer(_shown(ask, say_word(ask.desk, override_id, "refused", body, ask.caller)))


@operation(
    overrides,
    "GET",
    "/v1/decisions/<decision_id>/overrides",
    summary="List a decision's overrides, oldest first",
    permission=Permission.READ,
    answers={200: Answer(meaning="The overrides", content=OverridesOf)},
    problems=("unknown-decision", "keys-unusable"),
)
def get_overrides_of(ask: Ask, decision_id: str) -> Response:
    """List those of one decision."""
    found = overrides_on(ask.desk, decision_id, ask.caller)
    listed = [OverrideAnswer.of(one, texts, ask.desk.today()) for one, texts in found]
    return json_answer(OverridesOf(decision_id=decision_id, overrides=listed))


@operation(
    overrides,
    "GET",
    "/v1/overrides",
    summary="List overrides, oldest first",
    permission=Permission.READ,
    query=OverridesQuery,
    answers={200: Answer(meaning="A page of overrides", content=OverridesPage)},
    problems=("keys-unusable",),
)
def get_overrides(ask: Ask, query: OverridesQuery) -> Response:
    """List them."""
    limit = min(query.limit, ask.desk.settings.page_limit)
    found = overrides_page(ask.desk, ask.caller, status=query.status, after=query.after, limit=limit + 1)
    listed = [OverrideAnswer.of(one, texts, ask.desk.today()) for one, texts in found[:limit]]
    return json_answer(OverridesPage(overrides=listed, next=listed[-1].override_id if len(found) > limit else None))


@operation(
    overrides,
    "GET",
    "/v1/overrides/outcomes",
    summary="Tell what became of overridden cases, from the loans on file afterwards",
    permission=Permission.READ,
    answers={200: Answer(meaning="Counts with n by reason and direction, and each case", content=OutcomesPage)},
)
def get_override_outcomes(ask: Ask) -> Response:
    """Tell outcomes."""
    return json_answer(OutcomesPage.of(outcomes_of_overrides(ask.desk.store, ask.desk.clock())))


def _shown(ask: Ask, one: KeptOverride) -> OverrideAnswer:
    return OverrideAnswer.of(one, texts_of(ask.desk, one, ask.caller), ask.desk.today())
