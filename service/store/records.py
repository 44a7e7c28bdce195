"""Decisions on record: written in batches, each with its evidence, its key and its firm's indicators in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, func, insert, select

from service.errors import Gone, KeyReused, UnknownDecision
from service.ledger import Actor, Draft, Kind
from service.store.blobs import PackedBlob, put_blobs
from service.store.insertion import insert_new, new_or_nothing
from service.store.ledger import append
from service.store.models import DecisionRow, FirmRowEntry, LedgerEntry, RequestKey
from service.store.tombstones import tombstone_of

__all__ = [
    "Entry",
    "Key",
    "Listed",
    "Receipt",
    "Record",
    "commit",
    "count_keys",
    "decisions_since",
    "decisions_without_entry",
    "find_decision",
    "find_line",
    "find_replay",
    "kept_decisions",
    "list_decisions",
    "newest_bodies",
    "newest_offers",
    "read_decision",
]


@dataclass(frozen=True, slots=True)
class Key:
    """What makes two requests the same one: whose, under which key, and the hash of what was asked."""

    token_id: str
    key: str
    request_sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A decision to be made durable, with whatever must be durable with it."""

    decision_id: str
    firm_id: str
    decided_at: datetime
    outcome: str
    product: str
    token_id: str
    actor: Actor
    sha256: str
    body: bytes
    asked: int = 0
    offered: int = 0
    grade: int = 0
    key: Key | None = None
    evidence: PackedBlob | None = None
    firm_row: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A decision that is on record; `replayed` when an earlier request with the same key made it."""

    decision_id: str
    sha256: str
    body: bytes
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a list of decisions; `seq` is its place in the order of commits."""

    seq: int
    decision_id: str
    firm_id: str
    decided_at: datetime
    product: str
    outcome: str
    sha256: str


Entry = Receipt | KeyReused | Gone
"""What became of a record: kept, answered by an earlier one, or refused: its key is another request's, or the earlier one is deleted."""

BATCH = 500
"""Decisions read in one statement."""
_STORED = ("decision_id", "firm_id", "decided_at", "outcome", "product", "token_id", "sha256", "body", "asked", "offered", "grade")
_LISTED = (
    DecisionRow.seq,
    DecisionRow.decision_id,
    DecisionRow.firm_id,
    DecisionRow.decided_at,
    DecisionRow.product,
    DecisionRow.outcome,
    DecisionRow.sha256,
)


def commit(unit: Connection, records: Sequence[Record]) -> list[Entry]:
    """Write a batch inside one transaction and give an entry for each record, in their order."""
    keyed = [record for record in records if record.key]
    beaten = {record.decision_id for record in keyed} - _claim(unit, keyed)
    fresh = [record for record in records if record.decision_id not in beaten]
    put_blobs(unit, [record.evidence for record in fresh if record.evidence])
    insert_new(unit, FirmRowEntry, [record.firm_row for record in fresh if record.firm_row])
    if fresh:
        unit.execute(insert(DecisionRow), [{name: getattr(record, name) for name in _STORED} for record in fresh])
        append(unit, [_entered(record) for record in fresh])
    return [_replay(unit, record) if record.decision_id in beaten else _receipt(record) for record in records]


def _entered(record: Record) -> Draft:
    return Draft(
        kind=Kind.DECISION,
        subject=record.decision_id,
        actor=record.actor,
        at=record.decided_at,
        content=None,
        content_hash=record.sha256,
    )


def _claim(unit: Connection, records: Sequence[Record]) -> set[str]:
    """Take the records' keys where they are free and give the decisions that got theirs; the first record of a key wins."""
    if not records:
        return set()
    rows = [{**asdict(record.key), "decision_id": record.decision_id} for record in records if record.key]
    return set(unit.scalars(new_or_nothing(unit, RequestKey).returning(RequestKey.decision_id), rows))


def _receipt(record: Record) -> Receipt:
    return Receipt(record.decision_id, record.sha256, record.body)


def _replay(unit: Connection, record: Record) -> Entry:
    assert record.key is not None
    try:
        return cast("Receipt", find_replay(unit, record.key))
    except (KeyReused, Gone) as refusal:
        return refusal


def find_replay(unit: Connection, key: Key) -> Receipt | None:
    """Give the decision that the key already led to, or None.

    A key that belongs to another request is `KeyReused`; one whose decision had served its time is `Gone`.
    """
    query = (
        select(RequestKey.request_sha, DecisionRow.decision_id, DecisionRow.sha256, DecisionRow.body)
        .join(DecisionRow, DecisionRow.decision_id == RequestKey.decision_id)
        .where(RequestKey.token_id == key.token_id, RequestKey.key == key.key)
    )
    found = unit.execute(query).one_or_none()
    if found is None:
        return None
    if found.request_sha != key.request_sha:
        raise KeyReused(f"Idempotency-Key {key.key!r} was used for another request; send a new key with a new request")
    return Receipt(found.decision_id, found.sha256, _body(unit, found.decision_id, found.body), replayed=True)


def count_keys(unit: Connection, token_id: str, prefix: str) -> int:
    """Count the decisions that a caller's keys with a beginning have led to so far."""
    query = select(func.count()).where(RequestKey.token_id == token_id, RequestKey.key >= prefix, RequestKey.key <= prefix + "Z" * 18)
    return unit.scalar(query) or 0


def _body(unit: Connection, decision_id: str, body: bytes | None) -> bytes:
    if body is None:
        raise Gone(
            f"decision {decision_id} had served its time and was deleted; its tombstone says when and why", tombstone_of(unit, decision_id)
        )
    return body


def find_decision(unit: Connection, decision_id: str) -> Receipt | None:
    """Read a decision as it was answered, or None: there is none, or it was deleted by the rules."""
    found = _found(unit, decision_id)
    return Receipt(*found) if found and found.body is not None else None


def _found(unit: Connection, decision_id: str) -> Any:
    query = select(DecisionRow.decision_id, DecisionRow.sha256, DecisionRow.body).where(DecisionRow.decision_id == decision_id)
    return unit.execute(query).one_or_none()


def read_decision(unit: Connection, decision_id: str) -> Receipt:
    """Read a decision as it was answered; `UnknownDecision` when there is none, `Gone` when it was deleted."""
    found = _found(unit, decision_id)
    if found is None:
        raise _unknown(decision_id)
    return Receipt(found.decision_id, found.sha256, _body(unit, decision_id, found.body))


def _unknown(decision_id: str) -> UnknownDecision:
    return UnknownDecision(f"no decision {decision_id[:40]!r} is on record; GET /v1/decisions lists those that are")


def find_line(unit: Connection, decision_id: str) -> Listed:
    """Give a decision's line in the list, deleted or not; `UnknownDecision` when there is none."""
    found = unit.execute(select(*_LISTED).where(DecisionRow.decision_id == decision_id)).one_or_none()
    if found is None:
        raise _unknown(decision_id)
    return Listed(*found)


def list_decisions(unit: Connection, *, firm_id: str | None, after: int, limit: int) -> list[Listed]:
    """List at most `limit` decisions that were recorded after place `after`, oldest first; a firm's only if one is given."""
    query = select(*_LISTED).where(DecisionRow.seq > after).order_by(DecisionRow.seq).limit(limit)
    if firm_id is not None:
        query = query.where(DecisionRow.firm_id == firm_id)
    return [Listed(*row) for row in unit.execute(query)]


def newest_offers(unit: Connection, product: str) -> list[str]:
    """Give the number of each firm's newest decision on a product where that decision lends and is kept, in the order of recording."""
    newest = select(func.max(DecisionRow.seq)).where(DecisionRow.product == product).group_by(DecisionRow.firm_id)
    lends = DecisionRow.outcome.in_(("approve", "counter"))
    query = select(DecisionRow.decision_id).where(DecisionRow.seq.in_(newest), lends, DecisionRow.body.is_not(None))
    return list(unit.scalars(query.order_by(DecisionRow.seq)))


def newest_bodies(unit: Connection, limit: int) -> list[bytes]:
    """Read the newest decisions as they were answered, at most `limit`, the newest first."""
    query = select(DecisionRow.body).where(DecisionRow.body.is_not(None)).order_by(DecisionRow.seq.desc()).limit(limit)
    return [body for body in unit.scalars(query) if body is not None]


def kept_decisions(unit: Connection, numbers: Sequence[str]) -> Iterator[Any]:
    """Read whole rows of decisions by their numbers, in no order; those that are not there are left out."""
    for start in range(0, len(numbers), BATCH):
        query = select(*DecisionRow.__table__.columns).where(DecisionRow.decision_id.in_(numbers[start : start + BATCH]))
        yield from unit.execute(query)


def decisions_without_entry(unit: Connection) -> Iterator[str]:
    """Give the numbers of decisions that the ledger does not know."""
    known = select(LedgerEntry.subject).where(LedgerEntry.kind == Kind.DECISION, LedgerEntry.subject == DecisionRow.decision_id)
    yield from unit.scalars(select(DecisionRow.decision_id).where(~known.exists()))


def decisions_since(unit: Connection, since: datetime | None) -> list[str]:
    """Give the numbers of decisions taken at a moment or after it (None: all), in the order of recording."""
    query = select(DecisionRow.decision_id).order_by(DecisionRow.seq)
    return list(unit.scalars(query if since is None else query.where(DecisionRow.decided_at >= since)))
