"""Overriding a decision: a person's answer beside the machine's, whose record stays as it is."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from service.clock import day_in_china
from service.corrections import OverrideRequest, ReasonRequest
from service.desk import Desk
from service.domain import Decision
from service.domain.override import Terms, authority_needed, covers, direction_of, faults_of, is_barred, terms_of
from service.domain.record import canonical_bytes
from service.errors import InvalidRequest, UnknownOverride, WrongState
from service.identifiers import new_decision_id
from service.ledger import Draft, Kind
from service.sealing import MasterKeys
from service.store.ledger import append
from service.store.ordering import OLDEST, Order
from service.store.overrides import KeptOverride, SecondWord, find_override, keep_override, keep_word, list_overrides, overrides_of
from service.store.people import authority_of
from service.store.records import find_line, read_decision
from service.store.sealed import add_fields, open_fields, seal_fields
from service.tokens import Holder, Permission
from service.use_cases.persons import authority_over, person_of, refuse_own

__all__ = ["OverrideTexts", "overrides_on", "overrides_page", "propose_override", "say_word", "sealed_content", "texts_of"]

OverrideTexts = tuple[str | None, str | None]
"""Grounds of the override and of the second person's word; None where there is none, it was deleted, or the reader may not see it."""
READERS = (Permission.OVERRIDE, Permission.SIGN, Permission.AUDIT)


def propose_override(desk: Desk, decision_id: str, asked: OverrideRequest, holder: Holder) -> KeptOverride:
    """Propose another answer; within the person's own authority it stands at once, above it a second person signs.

    What lends over a rule that declined always waits for a second person.

    Raises `PersonRequired`, `UnknownDecision`, `Gone`, `NotReady`, and `InvalidRequest` with every bound it breaks.
    """
    person, policy, now = person_of(holder, "override a decision"), desk.active.policy, desk.clock()
    after = Terms(outcome=asked.outcome, amount=asked.amount, term_months=asked.term_months, rate_bp=asked.rate_bp)
    with desk.store.writing() as unit:
        receipt = read_decision(unit, decision_id)
        decision = Decision.model_validate_json(receipt.body)
        faults = list(faults_of(policy, decision, after, asked.reason))
        if faults:
            raise InvalidRequest(f"the override breaks a rule: {faults[0].field} {faults[0].rule}; {faults[0].remedy}", faults)
        needs, has = authority_needed(policy, decision, after), authority_of(unit, person)
        number = new_decision_id(now)
        override = KeptOverride(
            override_id=number,
            decision_id=decision.decision_id,
            firm_id=decision.application.firm_id,
            product=decision.application.product.value,
            proposed_at=now,
            proposed_by=person,
            role=holder.role.value,
            reason=asked.reason.value,
            direction=direction_of(terms_of(decision), after).value,
            outcome=asked.outcome.value,
            amount=asked.amount,
            term_months=asked.term_months,
            rate_bp=asked.rate_bp,
            expires_on=asked.expires_on,
            needs=needs,
            has=has,
            at_once=covers(policy, has, needs) and not (after.lends and is_barred(decision)),
            **seal_fields(unit, MasterKeys(desk.settings.key_folder), number, {"text": asked.text}, now),  # type: ignore[arg-type]
        )
        keep_override(unit, override)
        append(unit, [_proposed(override, receipt.sha256, decision, policy.hash, holder)])
    return override


def _proposed(override: KeptOverride, sha256: str, decision: Decision, policy: str, holder: Holder) -> Draft:
    before = terms_of(decision)
    said = {
        "format": "override/1",
        "act": "propose",
        "override_id": override.override_id,
        "decision_id": override.decision_id,
        "decision": sha256,
        "policy": policy,
        "before": {name: getattr(before, name) for name in Terms.__slots__},
        "after": {name: getattr(override, name) for name in Terms.__slots__},
        "direction": override.direction,
        "reason": override.reason,
        "expires_on": override.expires_on.isoformat(),
        "needs": override.needs,
        "has": override.has,
        "status": override.status(day_in_china(override.proposed_at)),
    }
    content = sealed_content(said, {"text": override.text})
    return Draft(kind=Kind.OVERRIDE, subject=override.decision_id, actor=holder.actor, at=override.proposed_at, content=content)


def sealed_content(said: Mapping[str, Any], sealed: Mapping[str, bytes | None]) -> bytes:
    """Give a ledger content that commits to sealed texts as they are kept, so that their key may be shredded later."""
    kept = {name: base64.b64encode(content).decode() for name, content in sealed.items() if content is not None}
    return canonical_bytes({**said, "sealed": kept})


def say_word(desk: Desk, override_id: str, verdict: str, asked: ReasonRequest, holder: Holder) -> KeptOverride:
    """Sign or refuse somebody else's pending override; `verdict` is `signed` or `refused`.

    Raises `PersonRequired`, `UnknownOverride`, `SelfApproval`, `WrongState` when it is not pending, `Forbidden` when the person's
    authority does not cover it.
    """
    person, policy, now = person_of(holder, "sign or refuse an override"), desk.active.policy, desk.clock()
    with desk.store.writing() as unit:
        override = _override(unit, override_id)
        refuse_own(person, override.proposed_by, "sign or refuse")
        status = override.status(desk.today())
        if status != "pending":
            raise WrongState(f"override {override_id} is {status}; only a pending one is signed or refused")
        has = authority_over(unit, policy, person, override.needs)
        sealed = add_fields(unit, MasterKeys(desk.settings.key_folder), override_id, {"reason": asked.reason})
        word = SecondWord(verdict=verdict, given_by=person, role=holder.role.value, has=has, given_at=now, reason=sealed.get("reason"))
        keep_word(unit, override_id, word)
        said = {"format": "override/1", "act": verdict, "override_id": override_id, "decision_id": override.decision_id, "has": has}
        content = sealed_content(said, {"reason": word.reason})
        append(unit, [Draft(kind=Kind.OVERRIDE, subject=override.decision_id, actor=holder.actor, at=now, content=content)])
        return _override(unit, override_id)


def _override(unit: Connection, override_id: str) -> KeptOverride:
    found = find_override(unit, override_id)
    if found is None:
        raise UnknownOverride(f"no override {override_id[:40]!r} is on record; GET /v1/overrides lists those that are")
    return found


def overrides_on(desk: Desk, decision_id: str, holder: Holder) -> list[tuple[KeptOverride, OverrideTexts]]:
    """List a decision's overrides, oldest first, with their grounds where the reader may see them; `UnknownDecision` without one."""
    with desk.store.reading() as unit:
        find_line(unit, decision_id)
        return [(one, _texts(desk, unit, one, holder)) for one in overrides_of(unit, decision_id)]


def overrides_page(
    desk: Desk,
    holder: Holder,
    *,
    status: str | None,
    after: str,
    limit: int,
    product: str | None = None,
    reason: str | None = None,
    order: Order = OLDEST,
) -> list[tuple[KeptOverride, OverrideTexts]]:
    """List at most `limit` overrides after a number, in an order, narrowed to a status, product or reason."""
    with desk.store.reading() as unit:
        listed = list_overrides(unit, desk.today(), status=status, product=product, reason=reason, order=order, after=after, limit=limit)
        return [(one, _texts(desk, unit, one, holder)) for one in listed]


def texts_of(desk: Desk, override: KeptOverride, holder: Holder) -> OverrideTexts:
    """Open an override's grounds for a reader."""
    with desk.store.reading() as unit:
        return _texts(desk, unit, override, holder)


def _texts(desk: Desk, unit: Connection, override: KeptOverride, holder: Holder) -> OverrideTexts:
    if not any(holder.may(permission) for permission in READERS):
        return None, None
    sealed = {"text": override.text, "reason": override.word.reason if override.word else None}
    opened = open_fields(unit, MasterKeys(desk.settings.key_folder), override.override_id, sealed)
    return opened["text"], opened["reason"]
