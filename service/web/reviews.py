"""Routes of human review on request, and of how a case stands."""

from __future__ import annotations

from flask import Blueprint, Response

from service.corrections import ConcludeRequest, ReviewRequest, ReviewsQuery
from service.store.reviews import KeptReview
from service.tokens import Permission
from service.use_cases.reviews import conclude_review, open_review, review_texts, reviews_page
from service.use_cases.standing import show_standing
from service.web.answers import json_answer
from service.web.answers_reviews import ReviewAnswer, ReviewsPage, StandingPage
from service.web.operations import Answer, Ask, operation

__all__ = ["reviews"]

reviews = Blueprint("reviews", __name__)


@operation(
    reviews,
    "POST",
    "/v1/decisions/<decision_id>/review",
    summary="File a client's request that a person looks at a decision; until it is concluded no decline is final",
    permission=Permission.DECIDE,
    body=ReviewRequest,
    answers={201: Answer(meaning="The request", content=ReviewAnswer)},
    problems=("unknown-decision", "gone", "wrong-state", "keys-unusable"),
)
def post_review(ask: Ask, decision_id: str, body: ReviewRequest) -> Response:
    """File it."""
    return json_answer(_shown(ask, open_review(ask.desk, decision_id, body, ask.caller)), 201)


@operation(
    reviews,
    "POST",
    "/v1/reviews/<review_id>/conclude",
    summary="Conclude a review: uphold the decision, or name the override that takes its place",
    permission=Permission.SIGN,
    body=ConcludeRequest,
    answers={200: Answer(meaning="The request, concluded", content=ReviewAnswer)},
    problems=("person-required", "self-approval", "unknown-review", "wrong-state", "keys-unusable"),
)
def post_conclusion(ask: Ask, review_id: str, body: ConcludeRequest) -> Response:
    """Conclude it."""
    return json_answer(_shown(ask, conclude_review(ask.desk, review_id, body, ask.caller)))


@operation(
    reviews,
    "GET",
    "/v1/reviews",
    summary="List requests for review, oldest first",
    permission=Permission.READ,
    query=ReviewsQuery,
    answers={200: Answer(meaning="A page of requests", content=ReviewsPage)},
    problems=("keys-unusable",),
)
def get_reviews(ask: Ask, query: ReviewsQuery) -> Response:
    """List them."""
    limit = min(query.limit, ask.desk.settings.page_limit)
    found = reviews_page(ask.desk, ask.caller, status=query.status, after=query.after, limit=limit + 1)
    listed = [ReviewAnswer.of(one, texts) for one, texts in found[:limit]]
    return json_answer(ReviewsPage(reviews=listed, next=listed[-1].review_id if len(found) > limit else None))


@operation(
    reviews,
    "GET",
    "/v1/decisions/<decision_id>/standing",
    summary="Tell how a case stands today: the machine's answer, overrides, reviews, final or not, and who answers for it",
    permission=Permission.READ,
    answers={200: Answer(meaning="The standing", content=StandingPage)},
    problems=("unknown-decision", "gone"),
)
def get_standing(ask: Ask, decision_id: str) -> Response:
    """Tell it."""
    return json_answer(StandingPage.of(decision_id, show_standing(ask.desk, decision_id)))


def _shown(ask: Ask, one: KeptReview) -> ReviewAnswer:
    return ReviewAnswer.of(one, review_texts(ask.desk, one, ask.caller))
