"""What may be deleted: payloads of decisions, loadings and entries, each with what still needs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, delete, exists, func, select, update

from service.ledger import Kind
from service.store.correction_rows import NoteRow, OverrideRow, OverrideVerdictRow, ReviewConclusionRow, ReviewRow
from service.store.models import Blob, DecisionRow, EvidenceVersion, FirmRowEntry, Ingest, LedgerEntry

__all__ = [
    "clear_decision",
    "contents_about",
    "decisions_before",
    "drop_contents",
    "drop_snapshot",
    "drop_versions",
    "entries_before",
    "is_subject",
    "kept_pins",
    "loadings_before",
    "needed_elsewhere",
    "sealed_records",
    "versions_with",
]

PAGE = 500
STAYS = tuple(kind.value for kind in (Kind.DECISION, Kind.INGEST, Kind.TOMBSTONE, Kind.HOLD, Kind.AUDIT, Kind.EXPORT))
"""Entries whose contents are not deleted as something said about a subject: they are the subject, or have a class of their own."""


def decisions_before(unit: Connection, moment: datetime) -> Iterator[Any]:
    """Give number, firm, moment, hash and body of every kept decision taken before a moment, oldest first, page by page."""
    columns = (DecisionRow.seq, DecisionRow.decision_id, DecisionRow.firm_id, DecisionRow.decided_at, DecisionRow.sha256, DecisionRow.body)
    query = select(*columns).where(DecisionRow.body.is_not(None), DecisionRow.decided_at < moment).order_by(DecisionRow.seq).limit(PAGE)
    after = -1
    while page := unit.execute(query.where(DecisionRow.seq > after)).all():
        yield from page
        after = page[-1].seq


def loadings_before(unit: Connection, moment: datetime) -> list[Any]:
    """Give number, moment and content hash of every loading recorded before a moment whose entry's content is still kept."""
    entry = (LedgerEntry.subject == Ingest.ingest_id) & (LedgerEntry.kind == Kind.INGEST.value)
    query = select(Ingest.ingest_id, Ingest.recorded_at, LedgerEntry.content).join(LedgerEntry, entry)
    kept = exists().where(Blob.sha256 == LedgerEntry.content)
    return list(unit.execute(query.where(Ingest.recorded_at < moment, kept).order_by(Ingest.ingest_id)))


def versions_with(unit: Connection, ingest_id: str) -> list[Any]:
    """Give firm, version, hash and the firm's newest version of everything that came with a loading."""
    newest = select(EvidenceVersion.firm_id, func.max(EvidenceVersion.version).label("top")).group_by(EvidenceVersion.firm_id).subquery()
    query = select(EvidenceVersion.firm_id, EvidenceVersion.version, EvidenceVersion.sha256, newest.c.top)
    return list(unit.execute(query.join(newest, newest.c.firm_id == EvidenceVersion.firm_id).where(EvidenceVersion.ingest_id == ingest_id)))


def kept_pins(unit: Connection, firm_id: str, but: str = "") -> set[str]:
    """Give the evidence hashes that the firm's kept decisions pin, one of them left out."""
    query = select(DecisionRow.body).where(DecisionRow.firm_id == firm_id, DecisionRow.body.is_not(None), DecisionRow.decision_id != but)
    return {orjson.loads(body)["pins"]["evidence"] for body in unit.scalars(query) if body is not None}


def entries_before(unit: Connection, kinds: Sequence[Kind], moment: datetime) -> list[str]:
    """Give the content hashes of entries of these kinds before a moment that are kept and that no later or other entry shares."""
    mine = LedgerEntry.kind.in_([kind.value for kind in kinds]) & (LedgerEntry.at < moment)
    query = select(LedgerEntry.content).distinct().where(mine, exists().where(Blob.sha256 == LedgerEntry.content))
    found = list(unit.scalars(query.order_by(LedgerEntry.content)))
    shared = select(LedgerEntry.content).where(~mine)
    others: set[str] = set()
    for start in range(0, len(found), PAGE):
        others |= set(unit.scalars(shared.where(LedgerEntry.content.in_(found[start : start + PAGE]))))
    return [sha256 for sha256 in found if sha256 not in others]


def contents_about(unit: Connection, subject: str) -> list[str]:
    """Give the content hashes of what the ledger says about a subject: overrides, reviews and the like."""
    query = select(LedgerEntry.content).where(LedgerEntry.subject == subject, LedgerEntry.kind.not_in(STAYS))
    return sorted(set(unit.scalars(query.where(exists().where(Blob.sha256 == LedgerEntry.content)))))


def needed_elsewhere(unit: Connection, subject: str, hashes: Iterable[str]) -> set[str]:
    """Give those of the contents that entries about other subjects share; reads the whole ledger unless there are none."""
    listed = list(hashes)
    query = select(LedgerEntry.content).where(LedgerEntry.content.in_(listed), LedgerEntry.subject != subject)
    return set(unit.scalars(query)) if listed else set()


def sealed_records(unit: Connection, decision_id: str) -> list[str]:
    """Give the numbers of a decision's overrides, reviews and notes, under which their texts are sealed."""
    overrides = unit.scalars(select(OverrideRow.override_id).where(OverrideRow.decision_id == decision_id)).all()
    reviews = unit.scalars(select(ReviewRow.review_id).where(ReviewRow.decision_id == decision_id)).all()
    notes = unit.scalars(select(NoteRow.note_id).where(NoteRow.decision_id == decision_id)).all()
    return sorted([*overrides, *reviews, *notes])


def clear_decision(unit: Connection, decision_id: str) -> None:
    """Set a decision's body to nothing, and the sealed texts about it too."""
    unit.execute(update(DecisionRow).where(DecisionRow.decision_id == decision_id).values(body=None, asked=0, offered=0, grade=0))
    mine = select(OverrideRow.override_id).where(OverrideRow.decision_id == decision_id)
    unit.execute(update(OverrideVerdictRow).where(OverrideVerdictRow.override_id.in_(mine)).values(reason=None))
    unit.execute(update(OverrideRow).where(OverrideRow.decision_id == decision_id).values(text=None))
    asked = select(ReviewRow.review_id).where(ReviewRow.decision_id == decision_id)
    unit.execute(update(ReviewConclusionRow).where(ReviewConclusionRow.review_id.in_(asked)).values(reason=None))
    unit.execute(update(ReviewRow).where(ReviewRow.decision_id == decision_id).values(asked_by=None, channel=None, text=None))
    unit.execute(update(NoteRow).where(NoteRow.decision_id == decision_id).values(text=None))


def drop_contents(unit: Connection, hashes: Sequence[str]) -> None:
    """Delete contents of entries."""
    for start in range(0, len(hashes), PAGE):
        unit.execute(delete(Blob).where(Blob.sha256.in_(hashes[start : start + PAGE])))


def drop_snapshot(unit: Connection, sha256: str) -> bool:
    """Delete a dossier, and the indicators computed from it, unless a version on file is that dossier; says whether it is gone."""
    if unit.scalar(select(func.count()).where(EvidenceVersion.sha256 == sha256)):
        return False
    unit.execute(delete(FirmRowEntry).where(FirmRowEntry.evidence_sha == sha256))
    return unit.execute(delete(Blob).where(Blob.sha256 == sha256)).rowcount > 0


def drop_versions(unit: Connection, ingest_id: str) -> None:
    """Delete the versions that came with a loading."""
    unit.execute(delete(EvidenceVersion).where(EvidenceVersion.ingest_id == ingest_id))


def is_subject(unit: Connection, subject: str) -> bool:
    """Is this the number of a decision or a loading, or the code of a firm that something is on file of?"""
    asked = (
        select(DecisionRow.seq).where((DecisionRow.decision_id == subject) | (DecisionRow.firm_id == subject)),
        select(Ingest.ingest_id).where(Ingest.ingest_id == subject),
        select(EvidenceVersion.version).where(EvidenceVersion.firm_id == subject),
    )
    return any(unit.execute(query.limit(1)).first() is not None for query in asked)
