"""Proposals, verdicts and releases on file: each written once, with its ledger entry in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, literal_column, select

from service.domain.record.canonical import content_hash
from service.ledger import Draft, Kind
from service.releases import Proposal, Release, Resumption, Verdict
from service.store.blobs import get_blob
from service.store.ledger import append
from service.store.models import LedgerEntry, ProposalRow, ReleaseRow, VerdictRow

__all__ = [
    "Standing",
    "find_release",
    "find_resumption",
    "find_verdict",
    "id_in_force",
    "is_entered",
    "keep_proposal",
    "keep_release",
    "keep_verdict",
    "list_releases",
    "newest_release",
    "open_resumptions",
    "standing_of",
    "standings",
]

_IN_FORCE = (  # built once: every worker asks it every few seconds
    select(ReleaseRow.release_id)
    .where(ReleaseRow.effective_from <= bindparam("now"))
    .order_by(ReleaseRow.effective_from.desc(), ReleaseRow.seq.desc())
    .limit(literal_column("1"))
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A proposed release and what became of it."""

    proposal: Proposal
    verdict: Verdict | None
    release: Release | None

    @property
    def state(self) -> str:
        """`proposed`, `refused` or `approved`."""
        return "proposed" if self.verdict is None else "approved" if self.release is not None else "refused"


def keep_proposal(unit: Connection, proposal: Proposal | Resumption) -> None:
    """Enter a proposal."""
    content = proposal.canonical()
    act = Draft(kind=Kind.PROPOSAL, subject=proposal.proposal_id, actor=proposal.proposed_by, at=proposal.proposed_at, content=content)
    append(unit, [act])
    row = {"proposal_id": proposal.proposal_id, "kind": proposal.kind, "content": act.content_hash, "proposed_at": proposal.proposed_at}
    unit.execute(insert(ProposalRow).values(row))


def keep_verdict(unit: Connection, verdict: Verdict) -> None:
    """Enter a verdict; a second one on the same proposal violates the table's key."""
    act = Draft(kind=Kind.VERDICT, subject=verdict.proposal_id, actor=verdict.given_by, at=verdict.given_at, content=verdict.canonical())
    append(unit, [act])
    row = {"proposal_id": verdict.proposal_id, "verdict": verdict.verdict, "content": act.content_hash, "given_at": verdict.given_at}
    unit.execute(insert(VerdictRow).values(row))


def keep_release(unit: Connection, release: Release) -> None:
    """Enter an approved release."""
    act = Draft(
        kind=Kind.RELEASE, subject=release.release_id, actor=release.approved_by, at=release.approved_at, content=release.canonical()
    )
    append(unit, [act])
    unit.execute(
        insert(ReleaseRow).values(
            release_id=release.release_id,
            effective_from=release.effective_from,
            content=act.content_hash,
            approved_at=release.approved_at,
        )
    )


def id_in_force(unit: Connection, now: datetime) -> str | None:
    """Name the release that decides at `now`: of those that have begun, the one that began last."""
    return unit.scalar(_IN_FORCE, {"now": now})


def find_release(unit: Connection, release_id: str) -> Release | None:
    """Read an approved release, or None."""
    content = unit.scalar(select(ReleaseRow.content).where(ReleaseRow.release_id == release_id))
    return None if content is None else Release.model_validate_json(get_blob(unit, content))


def is_entered(unit: Connection, release: Release) -> bool:
    """Does an entry of the ledger commit to exactly this release? One that was written past the ledger was approved by nobody."""
    committed = select(LedgerEntry.seq).where(
        LedgerEntry.subject == release.release_id,
        LedgerEntry.kind == Kind.RELEASE.value,
        LedgerEntry.content == content_hash(release.canonical()),
    )
    return unit.scalar(committed.limit(1)) is not None


def newest_release(unit: Connection) -> Release | None:
    """Read the release that was approved last, whether it has begun or not."""
    content = unit.scalar(select(ReleaseRow.content).order_by(ReleaseRow.seq.desc()).limit(1))
    return None if content is None else Release.model_validate_json(get_blob(unit, content))


def list_releases(unit: Connection) -> list[Release]:
    """Read every approved release, in the order of approval."""
    contents = list(unit.scalars(select(ReleaseRow.content).order_by(ReleaseRow.seq)))
    return [Release.model_validate_json(get_blob(unit, content)) for content in contents]


def standing_of(unit: Connection, proposal_id: str) -> Standing | None:
    """Read a proposed release and what became of it, or None."""
    proposed = select(ProposalRow.content).where(ProposalRow.proposal_id == proposal_id, ProposalRow.kind == "release")
    content = unit.scalar(proposed)
    if content is None:
        return None
    proposal = Proposal.model_validate_json(get_blob(unit, content))
    return Standing(proposal, find_verdict(unit, proposal_id), find_release(unit, proposal_id))


def find_verdict(unit: Connection, proposal_id: str) -> Verdict | None:
    """Read what was said of a proposal, or None."""
    content = unit.scalar(select(VerdictRow.content).where(VerdictRow.proposal_id == proposal_id))
    return None if content is None else Verdict.model_validate_json(get_blob(unit, content))


def standings(unit: Connection, limit: int) -> list[Standing]:
    """Read the newest proposed releases with what became of them, newest first."""
    listed = select(ProposalRow.proposal_id).where(ProposalRow.kind == "release").order_by(ProposalRow.proposal_id.desc()).limit(limit)
    found = (standing_of(unit, proposal_id) for proposal_id in list(unit.scalars(listed)))
    return [standing for standing in found if standing is not None]


def open_resumptions(unit: Connection) -> list[Resumption]:
    """Read the proposals to end a stop that have no verdict yet, oldest first."""
    query = (
        select(ProposalRow.content)
        .outerjoin(VerdictRow, VerdictRow.proposal_id == ProposalRow.proposal_id)
        .where(ProposalRow.kind == "resumption", VerdictRow.proposal_id.is_(None))
        .order_by(ProposalRow.proposal_id)
    )
    return [Resumption.model_validate_json(get_blob(unit, content)) for content in list(unit.scalars(query))]


def find_resumption(unit: Connection, proposal_id: str) -> tuple[Resumption, Verdict | None] | None:
    """Read a proposal to end a stop and what was said of it, or None."""
    proposed = select(ProposalRow.content).where(ProposalRow.proposal_id == proposal_id, ProposalRow.kind == "resumption")
    content = unit.scalar(proposed)
    if content is None:
        return None
    return Resumption.model_validate_json(get_blob(unit, content)), find_verdict(unit, proposal_id)
