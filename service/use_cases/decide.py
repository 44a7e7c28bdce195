"""Deciding an application: the answer exists only once it is on record."""

from __future__ import annotations

import re
from datetime import date

import orjson
from pydantic import BaseModel

from features.evidence import dossier_of
from service.desk import Desk
from service.domain import Application, Decision, ManualOrder
from service.domain.recourse import with_recourse
from service.errors import BadKey
from service.identifiers import new_decision_id
from service.requests import DecisionRequest
from service.rows import Found
from service.shadowing import Seen
from service.store.blobs import PackedBlob, hash_of, pack
from service.store.records import Key, Listed, Receipt, Record, find_replay, list_decisions, read_decision
from service.tokens import Holder
from service.use_cases.reviews import review_orders

__all__ = ["decide_application", "decisions_after", "key_of", "show_decision"]

KEY = re.compile(r"[A-Za-z0-9._-]{1,64}")


def key_of(text: str | None, body: BaseModel, holder: Holder) -> Key | None:
    """Read an idempotency key; requests are the same when their fields are, however they are written."""
    if text is None:
        return None
    if not KEY.fullmatch(text):
        raise BadKey(f"Idempotency-Key is {text[:80]!r}; it takes 1 to 64 letters, digits, dots, dashes and underscores, such as a UUID")
    said = body.model_dump(mode="json", exclude_unset=True)
    return Key(holder.token_id, text, hash_of(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)))


def decide_application(desk: Desk, asked: DecisionRequest, holder: Holder, key: Key | None = None) -> Receipt:
    """Decide and record; gives the receipt once the record is durable.

    A key that was used before gives the decision it led to then. Raises `NotReady`, `UnknownFirm`, `KeyReused`, `NotRecorded`.
    """
    earlier = _earlier(desk, key)
    if earlier:
        return earlier
    with desk.recorder.expected(), desk.metrics.decision_seconds.labels(asked.product.value).time():
        record, seen = _decided(desk, asked, holder, key)
        receipt = desk.recorder.record(record)
    if not receipt.replayed:
        desk.metrics.decisions.labels(record.product, record.outcome).inc()
        desk.shadows.take_up(seen)
    return receipt


def _decided(desk: Desk, asked: DecisionRequest, holder: Holder, key: Key | None) -> tuple[Record, Seen]:
    desk.check_standing()
    active, now, orders = desk.active, desk.clock(), desk.switchboard.orders
    as_of = asked.as_of or desk.today()
    found, snapshot = _evidence(desk, asked, as_of)
    application = _application(asked, found.row.firm_id, as_of)
    seen = Seen(
        active=active,
        application=application,
        firm=found.row,
        dossier=lambda: desk.rows.dossier(found.evidence_sha) if asked.evidence is None else dossier_of(asked.evidence),
        evidence_hash=found.evidence_sha,
        decision_id=new_decision_id(now),
        now=now,
        manual=(*orders, *_reviews(desk, found.row.firm_id, asked.product)),
        priors=desk.priors,
    )
    decision = _answered(seen, with_plans=asked.recourse)
    body = decision.canonical()
    record = Record(
        decision_id=decision.decision_id,
        firm_id=found.row.firm_id,
        decided_at=now,
        outcome=decision.outcome,
        product=asked.product.value,
        token_id=holder.token_id,
        actor=holder.actor,
        sha256=hash_of(body),
        body=body,
        asked=application.amount,
        offered=decision.offer.amount if decision.offer else 0,
        grade=decision.risk.grade if decision.risk else 0,
        key=key,
        evidence=snapshot,
        firm_row=found.entry,
    )
    return record, seen


def _answered(seen: Seen, *, with_plans: bool) -> Decision:
    judge = seen.judge(seen.active)
    decision = judge(seen.application, seen.firm)
    if not with_plans:
        return decision
    active = seen.active
    return with_recourse(decision, seen.application, seen.firm, decide=judge, bundles=active.bundles, policy=active.policy)


def _reviews(desk: Desk, firm_id: str, product: str) -> tuple[ManualOrder, ...]:
    """Give an order for each open request that a person looks at this firm and product."""
    with desk.store.reading() as unit:
        return review_orders(unit, firm_id, product)


def _earlier(desk: Desk, key: Key | None) -> Receipt | None:
    if key is None:
        return None
    with desk.store.reading() as unit:
        return find_replay(unit, key)


def _evidence(desk: Desk, asked: DecisionRequest, as_of: date) -> tuple[Found, PackedBlob | None]:
    if asked.evidence is None:
        return desk.rows.of_firm(str(asked.firm_id), as_of), None
    dossier = dossier_of(asked.evidence)
    snapshot = pack("dossier", dossier)
    return desk.rows.of_dossier(dossier, hash_of(dossier), as_of), snapshot


def _application(asked: DecisionRequest, firm_id: str, as_of: date) -> Application:
    """The request was held to the same rules when it was read, so they are not run again."""
    return Application.model_construct(
        product=asked.product, amount=asked.amount, term_months=asked.term_months, purpose=asked.purpose, firm_id=firm_id, as_of=as_of
    )


def show_decision(desk: Desk, decision_id: str) -> Receipt:
    """Give a decision as it was answered; `UnknownDecision` when there is none, `Gone` when it was deleted."""
    with desk.store.reading() as unit:
        return read_decision(unit, decision_id)


def decisions_after(desk: Desk, *, firm_id: str | None, after: int, limit: int) -> list[Listed]:
    """List at most `limit` decisions recorded after a place, oldest first."""
    with desk.store.reading() as unit:
        return list_decisions(unit, firm_id=firm_id, after=after, limit=limit)
