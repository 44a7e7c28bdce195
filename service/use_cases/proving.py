"""What an examiner asks of the ledger: its newest checkpoint, its keys, its entries, and proofs that hold without us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from service.domain.record import canonical_bytes
from service.errors import UnknownEntry
from service.keys import KeyRing
from service.ledger import Actor, Draft, Entry, Kind, read_entry
from service.ledger.proofs import consistency_path, inclusion_path
from service.ledger.tree import leaf_hash, root_of_range
from service.store import Store
from service.store.blobs import read_blobs
from service.store.ledger import (
    KeptNodes,
    append,
    checkpoint_of_size,
    entries_found,
    entry_at,
    entry_of,
    newest_checkpoint,
    sealed_size,
    size_of,
)
from service.store.records import find_decision

__all__ = [
    "Consistency",
    "Inclusion",
    "LedgerHead",
    "Told",
    "consistency",
    "head",
    "inclusion",
    "list_entries",
    "note_audit",
    "place_of",
    "show_entry",
]


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """The newest signed checkpoint, the public keys, and how much is not under a checkpoint yet."""

    origin: str
    size: int
    unsealed: int
    checkpoint: str | None
    public_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A proof that an entry is in the tree of a signed checkpoint; hashes in hexadecimal, the lowest first."""

    seq: int
    size: int
    entry: str
    leaf: str
    path: tuple[str, ...]
    root: str
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Consistency:
    """A proof that a later tree begins with an earlier one; hashes in hexadecimal."""

    before: int
    after: int
    root_before: str
    root_after: str
    path: tuple[str, ...]
    checkpoint_before: str | None
    checkpoint_after: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """An entry, and what it commits to where that is kept and is not a decision's body; None where it is not kept any more."""

    entry: Entry
    content: dict[str, Any] | None


def head(store: Store, keys: KeyRing) -> LedgerHead:
    """Give the newest checkpoint and the keys that verify it."""
    with store.reading() as unit:
        newest, size = newest_checkpoint(unit), size_of(unit)
    sealed, note = newest or (0, None)
    return LedgerHead(keys.origin, sealed, size - sealed, note, tuple(key.text for key in keys.known))


def place_of(store: Store, decision_id: str) -> int:
    """Give the place of a decision's entry; `UnknownEntry` when it has none."""
    with store.reading() as unit:
        found = entry_of(unit, Kind.DECISION, decision_id)
    if found is None:
        raise UnknownEntry(f"the ledger has no entry of a decision {decision_id[:40]!r}; GET /v1/decisions lists those on record")
    return found[0]


def inclusion(store: Store, seq: int) -> Inclusion:
    """Prove that an entry is under the newest checkpoint; `UnknownEntry` when it is not there or not sealed yet."""
    with store.reading() as unit:
        newest, entry = newest_checkpoint(unit), entry_at(unit, seq)
        if entry is None or newest is None or seq >= newest[0]:
            sealed = newest[0] if newest else 0
            raise UnknownEntry(f"entry {seq} is not under a checkpoint; the newest covers entries 0 to {sealed - 1}, ask again in a second")
        size, note = newest
        nodes = KeptNodes(unit)
        path, root = inclusion_path(nodes, seq, size), root_of_range(nodes, 0, size)
    return Inclusion(seq, size, entry.decode(), leaf_hash(entry).hex(), tuple(_hex(path)), root.hex(), note)


def consistency(store: Store, before: int, after: int | None = None) -> Consistency:
    """Prove that the tree of `after` entries (default: of the newest checkpoint) begins with that of `before`.

    `UnknownEntry` when the log is shorter, or the sizes are in the wrong order.
    """
    with store.reading() as unit:
        sealed = sealed_size(unit)
        end = sealed if after is None else after
        if not 0 < before <= end <= sealed:
            raise UnknownEntry(f"sizes {before} and {end} must satisfy 0 < before <= after <= {sealed}, the size of the newest checkpoint")
        nodes = KeptNodes(unit)
        path = consistency_path(nodes, before, end)
        roots = root_of_range(nodes, 0, before).hex(), root_of_range(nodes, 0, end).hex()
        notes = checkpoint_of_size(unit, before), checkpoint_of_size(unit, end)
    return Consistency(before, end, *roots, tuple(_hex(path)), *notes)


def _hex(path: Sequence[bytes]) -> list[str]:
    return [step.hex() for step in path]


def list_entries(store: Store, *, after: int, limit: int, kind: str | None, subject: str | None, actor: str | None) -> list[Entry]:
    """List at most `limit` entries behind a place, oldest first, of a kind, about a subject or by an actor where one is given."""
    with store.reading() as unit:
        return [read_entry(entry) for entry in entries_found(unit, after=after, limit=limit, kind=kind, subject=subject, actor=actor)]


def show_entry(store: Store, seq: int) -> Told:
    """Show an entry and its content; `UnknownEntry` when there is none at that place."""
    with store.reading() as unit:
        found = entry_at(unit, seq)
        if found is None:
            raise UnknownEntry(f"the ledger has no entry {seq}; it has {size_of(unit)}, counted from 0")
        entry = read_entry(found)
        return Told(entry, _content(unit, entry))


def _content(unit: Connection, entry: Entry) -> dict[str, Any] | None:
    if entry.kind is Kind.DECISION:
        decision = find_decision(unit, entry.subject)
        return orjson.loads(decision.body) if decision else None
    for _, content in read_blobs(unit, [entry.content]):
        said: dict[str, Any] = orjson.loads(content)
        return said
    return None


def note_audit(store: Store, actor: Actor, at: datetime, *, action: str, subject: str, more: dict[str, Any] | None = None) -> int:
    """Enter that somebody looked, verified, replayed or took something away; gives the entry's place."""
    content = canonical_bytes({"format": "audit/1", "action": action, "subject": subject, **(more or {})})
    draft = Draft(kind=Kind.AUDIT, subject=subject[:64], actor=actor, at=at, content=content)
    with store.writing() as unit:
        return append(unit, [draft])[0]
