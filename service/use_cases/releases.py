"""Changing what decides: one person proposes, another approves, and nothing else puts a model, a scheme or a policy in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from service.active import Active, mismatches
from service.artefacts import Shelf
from service.clock import Clock
from service.errors import ArtefactUnusable, BadRelease, Fault, InvalidRequest, UnknownRelease, WrongState
from service.identifiers import new_decision_id
from service.in_force import active_of
from service.ledger import Actor
from service.releases import Impact, Parts, Pin, Proposal, Release, Verdict, changes, check_other_person
from service.store.artefacts import Artefact, keep_artefacts
from service.store.engine import Store
from service.store.releases import (
    Standing,
    id_in_force,
    keep_proposal,
    keep_release,
    keep_verdict,
    list_releases,
    newest_release,
    standing_of,
    standings,
)
from service.use_cases.impact import impact_of, policy_start, replay_under
from service.use_cases.model_checks import model_checks, refuse_unvalidated

__all__ = ["Office", "Wanted", "as_pin", "parts_of", "reason_in", "to_milliseconds"]

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The parts of a release that is to be proposed: what is on file already by its pin, what is new with its bytes."""

    bundles: Mapping[str, Artefact | Pin]
    scheme: Artefact | Pin
    reference: Artefact | Pin | None
    policy: Artefact | Pin
    challengers: Mapping[str, Artefact | Pin] = field(default_factory=dict)
    validations: tuple[Artefact, ...] = ()
    """Records of validations, put on file with the models they are about."""

    @property
    def new(self) -> tuple[Artefact, ...]:
        """Those that are to be kept."""
        every = (*self.bundles.values(), *self.challengers.values(), self.scheme, self.reference, self.policy)
        return (*(part for part in every if isinstance(part, Artefact)), *self.validations)


def as_pin(part: Artefact | Pin) -> Pin:
    """Name an artefact without its bytes."""
    return part if isinstance(part, Pin) else Pin(name=part.name, version=part.version, sha256=part.pin)


def parts_of(wanted: Wanted) -> Parts:
    """Name the parts without their bytes."""
    return Parts(
        bundles={segment: as_pin(part) for segment, part in wanted.bundles.items()},
        challengers={segment: as_pin(part) for segment, part in wanted.challengers.items()},
        scheme=as_pin(wanted.scheme),
        reference=None if wanted.reference is None else as_pin(wanted.reference),
        policy=as_pin(wanted.policy),
    )


def to_milliseconds(moment: datetime) -> datetime:
    """Cut a moment to what a record shows of it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def reason_in(text: str) -> str:
    """Read a reason; one that is empty or longer than 500 characters is an `InvalidRequest`."""
    reason = text.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        rule = f"must have 1 to {LONGEST_REASON} characters"
        fault = Fault(field="/reason", value=reason[:80], rule=rule, remedy="say why, as you would to an examiner")
        raise InvalidRequest(f"the reason has {len(reason)} characters; it {rule}: say why", [fault])
    return reason


class Office:
    """Takes proposals and verdicts on what decides; each is one transaction with its entry in the ledger."""

    def __init__(self, store: Store, home: Path, clock: Clock, *, newest: int) -> None:
        self._store, self._clock, self._newest = store, clock, newest
        self._shelf = Shelf(store, home)

    def propose(
        self,
        wanted: Wanted,
        *,
        reason: str,
        actor: Actor,
        effective_from: datetime | None = None,
        without_validation: bool = False,
        also: Callable[[Connection, Proposal], None] = lambda _unit, _proposal: None,
    ) -> Proposal:
        """Propose a release, with what it changes and what it does to the newest applications on record.

        Its artefacts are put on file, loaded from there and held to each other: parts that do not belong together are a `BadRelease`.
        A model that would change and has not passed its validation is `NotValidated`, unless it is to go `without_validation`: the
        proposal then says so, for the approver to see.
        `effective_from` (default: as soon as it is approved and its policy has started) may not lie in the past. `also` is done in the
        transaction that enters the proposal: what it raises undoes both.
        """
        reason, now = reason_in(reason), to_milliseconds(self._clock())
        with self._store.writing() as unit:
            keep_artefacts(unit, wanted.new, now)
        parts = parts_of(wanted)
        active = self._together(parts)
        begins = _begin(active, now, effective_from)
        with self._store.reading() as unit:
            before = newest_release(unit)
            models = model_checks(unit, None if before is None else before.parts, parts)
        lacking = refuse_unvalidated(models, waived=without_validation)
        proposal = Proposal(
            proposal_id=new_decision_id(now),
            parts=parts,
            effective_from=begins,
            reason=reason,
            against=None if before is None else before.release_id,
            changes=changes(None if before is None else before.parts, parts),
            impact=None if before is None else self._impact(before.parts, active, now),
            models=models,
            without_validation=lacking,
            proposed_by=actor,
            proposed_at=now,
        )
        with self._store.writing() as unit:
            keep_proposal(unit, proposal)
            also(unit, proposal)
        return proposal

    def propose_again(self, parts: Parts, *, reason: str, actor: Actor) -> Proposal:
        """Propose parts that are all on file already, such as those of an earlier release; its models were in force once."""
        wanted = Wanted(
            bundles=parts.bundles, challengers=parts.challengers, scheme=parts.scheme, reference=parts.reference, policy=parts.policy
        )
        return self.propose(wanted, reason=reason, actor=actor)

    def approve(self, proposal_id: str, *, reason: str, actor: Actor) -> Release:
        """Put a proposed release in force, from its moment or from now on, whichever is later.

        Refused: a machine (`PersonRequired`), who proposed it (`SelfApproval`), a proposal that has its verdict or that was compared
        with a release which is no longer the newest one (`WrongState`), and parts that cannot be loaded (`BadRelease`).
        """
        reason, now = reason_in(reason), to_milliseconds(self._clock())
        proposal = self._open(self.show(proposal_id), actor)
        self._together(proposal.parts)
        release = Release(
            release_id=proposal_id,
            parts=proposal.parts,
            effective_from=max(proposal.effective_from, now),
            proposed_by=proposal.proposed_by,
            approved_by=actor,
            approved_at=now,
        )
        with self._store.writing() as unit:
            standing, newest = standing_of(unit, proposal_id), newest_release(unit)
            assert standing is not None  # nothing is ever taken off the record
            self._open(standing, actor)
            against = None if newest is None else newest.release_id
            if against != proposal.against:
                raise WrongState(
                    f"release {against} was approved after {proposal_id} was proposed, so its comparison no longer tells what would "
                    "change; propose it again"
                )
            keep_verdict(unit, _verdict(proposal, "approve", reason, actor, now))
            keep_release(unit, release)
        return release

    def refuse(self, proposal_id: str, *, reason: str, actor: Actor) -> Verdict:
        """Refuse a proposed release; who may, and when, is as for `approve`."""
        reason, now = reason_in(reason), to_milliseconds(self._clock())
        with self._store.writing() as unit:
            standing = standing_of(unit, proposal_id)
            proposal = self._open(_known(standing, proposal_id), actor)
            verdict = _verdict(proposal, "refuse", reason, actor, now)
            keep_verdict(unit, verdict)
        return verdict

    def show(self, proposal_id: str) -> Standing:
        """Give a proposed release and what became of it; `UnknownRelease` when there is none."""
        with self._store.reading() as unit:
            return _known(standing_of(unit, proposal_id), proposal_id)

    def newest(self, limit: int) -> list[Standing]:
        """List the newest proposals with what became of them, newest first."""
        with self._store.reading() as unit:
            return standings(unit, limit)

    def approved(self) -> list[Release]:
        """List every approved release, in the order of approval."""
        with self._store.reading() as unit:
            return list_releases(unit)

    def base(self) -> Parts | None:
        """Give the parts of the release that was approved last: what a proposal leaves out stays as it is there."""
        with self._store.reading() as unit:
            release = newest_release(unit)
        return None if release is None else release.parts

    def in_force(self) -> str | None:
        """Name the release that decides now."""
        with self._store.reading() as unit:
            return id_in_force(unit, self._clock())

    def _together(self, parts: Parts) -> Active:
        try:
            active = active_of(parts, self._shelf)
        except ArtefactUnusable as error:
            raise BadRelease(str(error)) from error
        problems = mismatches(active)
        if problems:
            raise BadRelease(f"{'; '.join(problems)}; propose parts that belong together")
        return active

    def _impact(self, before: Parts, after: Active, now: datetime) -> Impact | None:
        try:
            current = active_of(before, self._shelf)
        except ArtefactUnusable:
            return None  # what decided cannot be loaded any more, so nothing can be compared with it
        if mismatches(current):
            return None
        return impact_of(list(replay_under(self._store, current, after, now=now, newest=self._newest)), newest=self._newest)

    def _open(self, standing: Standing, actor: Actor) -> Proposal:
        """Give a proposal that this actor may decide on."""
        proposal = standing.proposal
        check_other_person(proposal.proposed_by, actor, f"release {proposal.proposal_id}")
        if standing.verdict is not None:
            said = standing.verdict
            raise WrongState(f"release {proposal.proposal_id} was {standing.state} by {said.given_by.id} at {said.given_at.isoformat()}")
        return proposal


def _known(standing: Standing | None, proposal_id: str) -> Standing:
    if standing is None:
        raise UnknownRelease(f"no release {proposal_id[:40]!r} is on record; GET /v1/releases and `jifen release list` show those that are")
    return standing


def _begin(active: Active, now: datetime, wanted: datetime | None) -> datetime:
    start = policy_start(active.policy)
    if wanted is None:
        return max(now, start)
    if wanted < now:
        raise BadRelease(f"effective_from {wanted.isoformat()} lies in the past; leave it out for as soon as it is approved")
    if wanted < start:
        raise BadRelease(
            f"effective_from {wanted.isoformat()} lies before policy {active.policy.name} starts, {active.policy.effective_from}; "
            "let the release begin with it or later"
        )
    return to_milliseconds(wanted)


def _verdict(proposal: Proposal, said: Literal["approve", "refuse"], reason: str, actor: Actor, now: datetime) -> Verdict:
    return Verdict(
        proposal_id=proposal.proposal_id,
        verdict=said,
        reason=reason,
        proposed_by=proposal.proposed_by,
        given_by=actor,
        given_at=now,
    )
