"""Human review on request: a client asks for a person, and a person concludes."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from service.corrections import ConcludeRequest, ReviewRequest
from service.desk import Desk
from service.domain import REVIEW_REQUESTED, ManualOrder
from service.errors import Fault, InvalidRequest, UnknownReview, WrongState
from service.identifiers import new_decision_id
from service.ledger import Draft, Kind
from service.sealing import MasterKeys
from service.store.ledger import append
from service.store.ordering import OLDEST, Order
from service.store.overrides import find_override
from service.store.records import find_line, read_decision
from service.store.reviews import Conclusion, KeptReview, find_review, keep_conclusion, keep_review, list_reviews, open_reviews, reviews_of
from service.store.sealed import add_fields, open_fields, seal_fields
from service.tokens import Holder, Permission
from service.use_cases.overrides import sealed_content
from service.use_cases.persons import person_of, refuse_own

__all__ = ["ReviewTexts", "conclude_review", "open_review", "review_orders", "review_texts", "reviews_page"]

ReviewTexts = dict[str, str | None]
"""Who asked, the channel, the words, and the conclusion's `reason`; None where there is none, it is gone, or the reader may not see it."""
READERS = (Permission.DECIDE, Permission.SIGN, Permission.AUDIT)
TEXTS = ("asked_by", "channel", "text")


def review_orders(unit: Connection, firm_id: str, product: str | None = None) -> tuple[ManualOrder, ...]:
    """Give an order for each open request of a firm, of one product or of all: it turns a decline of that product into a referral."""
    listed = open_reviews(unit, firm_id)
    return tuple(
        replace(REVIEW_REQUESTED, given_by=number, scope="product", value=about) for number, about in listed if product in {None, about}
    )


def open_review(desk: Desk, decision_id: str, asked: ReviewRequest, holder: Holder) -> KeptReview:
    """File a client's request that a person looks at a decision. `UnknownDecision`, `Gone`, `WrongState` while one is open already."""
    now = desk.clock()
    with desk.store.writing() as unit:
        receipt, line = read_decision(unit, decision_id), find_line(unit, decision_id)
        for one in reviews_of(unit, decision_id):
            if one.conclusion is None:
                raise WrongState(f"review {one.review_id} of this decision is open already; it covers what the client asks")
        number = new_decision_id(now)
        fields = {name: getattr(asked, name) for name in TEXTS}
        sealed = seal_fields(unit, MasterKeys(desk.settings.key_folder), number, fields, now)
        review = KeptReview(
            review_id=number,
            decision_id=decision_id,
            firm_id=line.firm_id,
            product=line.product,
            opened_at=now,
            opened_by=holder.actor.id,
            role=holder.role.value,
            asked_by=sealed["asked_by"],
            channel=sealed["channel"],
            text=sealed["text"],
        )
        keep_review(unit, review)
        said = {"format": "review/1", "act": "open", "review_id": number, "decision_id": decision_id, "decision": receipt.sha256}
        content = sealed_content(said, sealed)
        append(unit, [Draft(kind=Kind.REVIEW, subject=decision_id, actor=holder.actor, at=now, content=content)])
    return review


def conclude_review(desk: Desk, review_id: str, asked: ConcludeRequest, holder: Holder) -> KeptReview:
    """Conclude a review: uphold the decision, or let an override of it that is in force take its place.

    Raises `PersonRequired`, `UnknownReview`, `SelfApproval` for whoever filed it, `WrongState` when it is concluded, `InvalidRequest`
    when the override is not one of this decision that is in force.
    """
    person, now = person_of(holder, "conclude a review"), desk.clock()
    with desk.store.writing() as unit:
        review = _review(unit, review_id)
        refuse_own(person, review.opened_by, "conclude")
        if review.conclusion is not None:
            raise WrongState(f"review {review_id} was concluded by {review.conclusion.given_by}; a client may ask again")
        _check_override(desk, unit, review, asked)
        sealed = add_fields(unit, MasterKeys(desk.settings.key_folder), review_id, {"reason": asked.reason})
        said = Conclusion(
            verdict=asked.verdict,
            given_by=person,
            role=holder.role.value,
            given_at=now,
            override_id=asked.override_id,
            reason=sealed.get("reason"),
        )
        keep_conclusion(unit, review_id, said)
        told = {"format": "review/1", "act": asked.verdict, "review_id": review_id, "decision_id": review.decision_id}
        content = sealed_content({**told, "override_id": asked.override_id}, sealed)
        append(unit, [Draft(kind=Kind.REVIEW, subject=review.decision_id, actor=holder.actor, at=now, content=content)])
        return replace(review, conclusion=said)


def _review(unit: Connection, review_id: str) -> KeptReview:
    found = find_review(unit, review_id)
    if found is None:
        raise UnknownReview(f"no request for review {review_id[:40]!r} is on record; GET /v1/reviews lists those that are")
    return found


def _check_override(desk: Desk, unit: Connection, review: KeptReview, asked: ConcludeRequest) -> None:
    """An override is named exactly where the verdict is one, and it is in force for this decision."""
    if (asked.override_id is not None) != (asked.verdict == "override"):
        rule = "is required where the verdict is override, and has no place elsewhere"
        _refuse(asked.override_id, rule, "propose the override first, then conclude with its number")
    if asked.override_id is None:
        return
    override = find_override(unit, asked.override_id)
    if override is None or override.decision_id != review.decision_id or override.status(desk.today()) != "in-force":
        rule = f"must be an override of decision {review.decision_id} that is in force"
        _refuse(asked.override_id, rule, "have it signed, or propose another")


def _refuse(value: str | None, rule: str, remedy: str) -> None:
    fault = Fault(field="/override_id", value=value or "nothing", rule=rule, remedy=remedy)
    raise InvalidRequest(f"the conclusion breaks a rule: {fault.field} {rule}; {remedy}", [fault])


def reviews_page(
    desk: Desk,
    holder: Holder,
    *,
    status: str | None,
    after: str,
    limit: int,
    product: str | None = None,
    order: Order = OLDEST,
) -> list[tuple[KeptReview, ReviewTexts]]:
    """List at most `limit` requests after a number, in an order, narrowed to a status or product."""
    with desk.store.reading() as unit:
        listed = list_reviews(unit, status=status, product=product, order=order, after=after, limit=limit)
        return [(one, _texts(desk, unit, one, holder)) for one in listed]


def review_texts(desk: Desk, review: KeptReview, holder: Holder) -> ReviewTexts:
    """Open a request's texts for a reader."""
    with desk.store.reading() as unit:
        return _texts(desk, unit, review, holder)


def _texts(desk: Desk, unit: Connection, review: KeptReview, holder: Holder) -> ReviewTexts:
    sealed = {name: getattr(review, name) for name in TEXTS}
    sealed["reason"] = review.conclusion.reason if review.conclusion else None
    if not any(holder.may(permission) for permission in READERS):
        return dict.fromkeys(sealed)
    return open_fields(unit, MasterKeys(desk.settings.key_folder), review.review_id, sealed)
