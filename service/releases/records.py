"""What the ledger keeps of releases and of the switch: one record for each act, in canonical bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, PlainSerializer

from service.domain.policy import Outcome
from service.domain.record.base import Recorded
from service.domain.record.canonical import canonical_bytes
from service.domain.record.parts import Hash
from service.ledger import Actor
from service.releases.parts import Change, Parts

__all__ = [
    "FlipCount",
    "Flipped",
    "FlowRecord",
    "Impact",
    "ModelCheck",
    "Proposal",
    "Release",
    "Resumption",
    "ShadowBatch",
    "ShadowLine",
    "SwitchAct",
    "Verdict",
]


def _milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[AwareDatetime, PlainSerializer(_milliseconds)]


class Act(Recorded):
    """A record of the ledger."""

    def canonical(self) -> bytes:
        """Give the bytes (RFC 8785) that are kept and hashed."""
        return canonical_bytes(self.model_dump(mode="json"))


class FlipCount(Recorded):
    """How many applications end otherwise, from and to."""

    before: Outcome
    after: Outcome
    cases: int


class FlowRecord(Recorded):
    """A group of applications: how many end better or worse, and the yuan offered before and after."""

    group: str
    cases: int
    better: int
    worse: int
    amount_before: int
    amount_after: int


class Flipped(Recorded):
    """One application that ends otherwise, or is offered another amount (yuan)."""

    decision_id: str
    before: Outcome
    after: Outcome
    amount_before: int
    amount_after: int


class Impact(Recorded):
    """The newest applications on record, decided anew by what was in force and by what is proposed; nothing of it was recorded."""

    newest: int
    """How many were asked for; `whole.cases` were on record."""
    whole: FlowRecord
    flips: tuple[FlipCount, ...]
    groups: dict[str, tuple[FlowRecord, ...]]
    """By product, stage, region and size of the firm."""
    flipped: tuple[Flipped, ...]


class ModelCheck(Recorded):
    """A model that the release would change, and what its validation says."""

    slot: str
    bundle: Hash
    standing: Literal["passed", "failed", "not-enough-data", "none", "approved-before"]
    """`none`: no validation is on file; `approved-before`: none either, but an earlier release put it in force (`release`)."""
    validation: Hash | None = None
    """The record, an artefact on file."""
    data: str | None = None
    """Hash of the held-out rows."""
    n: int | None = None
    defaults: int | None = None
    simulated: bool | None = None
    gates: str | None = None
    """Name, version, status and hash of the file of thresholds."""
    failed: tuple[str, ...] = ()
    """Gates that fail and block."""
    warned: tuple[str, ...] = ()
    """Gates that fail and only warn."""
    lacking: tuple[str, ...] = ()
    """Gates with too few data."""
    operator: str | None = None
    release: str | None = None

    @property
    def holds(self) -> bool:
        """May it be proposed as it is?"""
        return self.standing in {"passed", "approved-before"}


class Proposal(Act):
    """A release that one person proposes."""

    format: Literal["proposal/1", "proposal/2"] = "proposal/2"
    kind: Literal["release"] = "release"
    proposal_id: str
    parts: Parts
    effective_from: Moment
    reason: str
    against: str | None
    """The newest approved release when it was proposed: what it was compared with; None for the first."""
    changes: tuple[Change, ...]
    impact: Impact | None
    """None where nothing was approved before."""
    models: tuple[ModelCheck, ...] = ()
    """The validation of each model that changes; records of format 1 have none."""
    without_validation: bool = False
    """Is a model among them that has not passed? The reason then says why."""
    proposed_by: Actor
    proposed_at: Moment


class Verdict(Act):
    """What another person said of a proposal."""

    format: Literal["verdict/1"] = "verdict/1"
    proposal_id: str
    verdict: Literal["approve", "refuse"]
    reason: str
    proposed_by: Actor
    given_by: Actor
    given_at: Moment


class Release(Act):
    """An approved release: it decides from `effective_from` on, until a release that begins later."""

    format: Literal["release/1"] = "release/1"
    release_id: str
    parts: Parts
    effective_from: Moment
    proposed_by: Actor
    approved_by: Actor
    approved_at: Moment


class SwitchAct(Act):
    """Automatic decisions are stopped, or a stop ends (`lifts`): all of them, or those of one product or segment (`value`)."""

    format: Literal["switch/1"] = "switch/1"
    order_id: str
    act: Literal["stop", "resume"]
    scope: Literal["all", "product", "segment"]
    value: str
    lifts: str | None
    reason: str
    by: Actor
    at: Moment


class Resumption(Act):
    """The end of a stop, as one person proposes it."""

    format: Literal["resumption/1"] = "resumption/1"
    kind: Literal["resumption"] = "resumption"
    proposal_id: str
    lifts: str
    reason: str
    proposed_by: Actor
    proposed_at: Moment


class ShadowLine(Recorded):
    """What a challenger said of one decision; `amount` in yuan, 0 where it would lend nothing."""

    decision_id: str
    bundle: Hash
    pd: str
    score: int
    grade: int
    outcome: Outcome
    amount: int


class ShadowBatch(Act):
    """Decisions that challengers were asked about together."""

    format: Literal["shadow/1"] = "shadow/1"
    batch: str
    lines: tuple[ShadowLine, ...]
    scored_at: Moment
