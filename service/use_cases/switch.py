"""Turning the switch: one person stops automatic decisions at once, two people let them go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from features.vocabulary import Product
from service.active import SEGMENTS
from service.clock import Clock
from service.domain.manual import Scope
from service.errors import Fault, InvalidRequest, UnknownStop, WrongState
from service.identifiers import new_decision_id
from service.ledger import Actor
from service.releases import Resumption, SwitchAct, Verdict, check_other_person
from service.store.engine import Store
from service.store.releases import find_resumption, keep_proposal, keep_verdict, open_resumptions
from service.store.switches import find_act, keep_act, list_acts, stops_in_force
from service.use_cases.releases import reason_in, to_milliseconds

__all__ = ["Lever", "SwitchState"]

VALUES = {
    "all": ("",),
    "product": tuple(product.value for product in Product if product is not Product.OTHER),
    "segment": SEGMENTS,
}


@dataclass(frozen=True, slots=True)
class SwitchState:
    """The stops in force, the proposals to end one that wait for another person, and the newest acts, newest first."""

    stops: tuple[SwitchAct, ...]
    waiting: tuple[Resumption, ...]
    acts: tuple[SwitchAct, ...]


class Lever:
    """Takes stops, and proposals and verdicts to end them; each is one transaction with its entry in the ledger."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def stop(self, *, reason: str, actor: Actor, scope: Scope = "all", value: str = "") -> SwitchAct:
        """Stop automatic decisions: every one, or those of a product or segment. One person or one machine may."""
        _check_scope(scope, value)
        now = to_milliseconds(self._clock())
        act = SwitchAct(
            order_id=new_decision_id(now),
            act="stop",
            scope=scope,
            value=value,
            lifts=None,
            reason=reason_in(reason),
            by=actor,
            at=now,
        )
        with self._store.writing() as unit:
            keep_act(unit, act)
        return act

    def propose_end(self, order_id: str, *, reason: str, actor: Actor) -> Resumption:
        """Propose to end a stop; nothing changes before another person approves. `UnknownStop`, or `WrongState` when it has ended."""
        reason, now = reason_in(reason), to_milliseconds(self._clock())
        proposal = Resumption(proposal_id=new_decision_id(now), lifts=order_id, reason=reason, proposed_by=actor, proposed_at=now)
        with self._store.writing() as unit:
            _in_force(unit, order_id)
            keep_proposal(unit, proposal)
        return proposal

    def approve_end(self, proposal_id: str, *, reason: str, actor: Actor) -> SwitchAct:
        """End the stop that a proposal names; who may is as for a release."""
        reason, now = reason_in(reason), to_milliseconds(self._clock())
        with self._store.writing() as unit:
            proposal = _open(unit, proposal_id, actor)
            stop = _in_force(unit, proposal.lifts)
            end = SwitchAct(
                order_id=new_decision_id(now),
                act="resume",
                scope=stop.scope,
                value=stop.value,
                lifts=stop.order_id,
                reason=reason,
                by=actor,
                at=now,
            )
            keep_verdict(unit, _verdict(proposal, "approve", reason, actor, now))
            keep_act(unit, end)
        return end

    def refuse_end(self, proposal_id: str, *, reason: str, actor: Actor) -> Verdict:
        """Refuse to end a stop; it goes on."""
        reason, now = reason_in(reason), to_milliseconds(self._clock())
        with self._store.writing() as unit:
            proposal = _open(unit, proposal_id, actor)
            verdict = _verdict(proposal, "refuse", reason, actor, now)
            keep_verdict(unit, verdict)
        return verdict

    def state(self, limit: int = 50) -> SwitchState:
        """Give the stops in force, with who stopped and why, what is proposed about them, and the newest acts."""
        with self._store.reading() as unit:
            found = {order_id: find_act(unit, order_id) for order_id, _, _ in stops_in_force(unit)}
            waiting = tuple(one for one in open_resumptions(unit) if one.lifts in found)
            stops = tuple(stop for stop in found.values() if stop is not None)
            return SwitchState(stops, waiting, tuple(list_acts(unit, limit)))


def _check_scope(scope: str, value: str) -> None:
    if scope not in VALUES:
        fault = Fault(field="/scope", value=scope, rule=f"must be one of {', '.join(VALUES)}", remedy="use one of these words")
        raise InvalidRequest(f"scope is {scope!r}; it takes {', '.join(VALUES)}", [fault])
    if value not in VALUES[scope]:
        known = ", ".join(VALUES[scope]) or "nothing"
        fault = Fault(field="/value", value=value, rule=f"must be one of {known} for scope {scope}", remedy="send one of them")
        raise InvalidRequest(f"value is {value!r}; scope {scope} takes {known}", [fault])


def _in_force(unit: Connection, order_id: str) -> SwitchAct:
    act = find_act(unit, order_id)
    if act is None or act.act != "stop":
        raise UnknownStop(f"no stop {order_id[:40]!r} is on record; GET /v1/switch and `jifen switch show` list those in force")
    if order_id not in {one for one, _, _ in stops_in_force(unit)}:
        raise WrongState(f"stop {order_id} has ended already; nothing is to be done")
    return act


def _open(unit: Connection, proposal_id: str, actor: Actor) -> Resumption:
    found = find_resumption(unit, proposal_id)
    if found is None:
        raise UnknownStop(f"no proposal {proposal_id[:40]!r} to end a stop is on record; propose it first")
    proposal, verdict = found
    check_other_person(proposal.proposed_by, actor, f"the end of stop {proposal.lifts}")
    if verdict is not None:
        raise WrongState(f"proposal {proposal_id} has its verdict already: {verdict.verdict} by {verdict.given_by.id}")
    return proposal


def _verdict(proposal: Resumption, said: Literal["approve", "refuse"], reason: str, actor: Actor, now: datetime) -> Verdict:
    return Verdict(
        proposal_id=proposal.proposal_id,
        verdict=said,
        reason=reason,
        proposed_by=proposal.proposed_by,
        given_by=actor,
        given_at=now,
    )
