"""Reading how a case stands today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, cast

from service.desk import Desk
from service.domain import Decision, Outcome
from service.domain.override import Terms, terms_of
from service.domain.standing import Review, Standing, Stands, standing_of
from service.store.overrides import KeptOverride, overrides_of
from service.store.records import read_decision
from service.store.reviews import KeptReview, reviews_of

__all__ = ["show_standing", "standing_on"]


def show_standing(desk: Desk, decision_id: str) -> Standing:
    """Tell how a decided case stands today. `UnknownDecision` when there is none, `Gone` when it was deleted."""
    with desk.store.reading() as unit:
        decision = Decision.model_validate_json(read_decision(unit, decision_id).body)
        overrides, reviews = overrides_of(unit, decision_id), reviews_of(unit, decision_id)
    return standing_on(decision, overrides, reviews, desk.today())


def standing_on(decision: Decision, overrides: Sequence[KeptOverride], reviews: Sequence[KeptReview], today: date) -> Standing:
    """Tell how a case stands on a day from what is on file about it."""
    counting = sorted(_counting(overrides, today), key=lambda one: one.effective_at or one.proposed_at)
    return standing_of(terms_of(decision), [_stands(one, today) for one in counting], [_review(one) for one in reviews])


def _counting(overrides: Sequence[KeptOverride], today: date) -> list[KeptOverride]:
    return [one for one in overrides if one.status(today) in {"in-force", "pending"}]


def _stands(one: KeptOverride, today: date) -> Stands:
    who = (one.proposed_by, one.word.given_by) if one.word else (one.proposed_by,)
    terms = Terms(outcome=Outcome(one.outcome), amount=one.amount, term_months=one.term_months, rate_bp=one.rate_bp)
    return Stands(override_id=one.override_id, terms=terms, who=who, status=cast("Literal['in-force', 'pending']", one.status(today)))


def _review(one: KeptReview) -> Review:
    said = one.conclusion
    if said is None:
        return Review(review_id=one.review_id)
    return Review(review_id=one.review_id, verdict=said.verdict, who=said.given_by)
