"""Destroying keys of personal data before their time, and wrapping the rest under a new master key."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from service.errors import UnknownOverride, WrongState
from service.ledger import Actor, Draft, Kind
from service.ledger.tombstones import tombstone
from service.sealing import MasterKeys
from service.store.engine import Store
from service.store.holds import is_held
from service.store.ledger import append
from service.store.sealed import decision_of, rewrap, shred

__all__ = ["rotate_master_key", "shred_texts"]


def shred_texts(store: Store, record_id: str, now: datetime, *, actor: Actor, reason: str) -> int:
    """Destroy the key of an override's, a review's or a note's sealed texts and give its tombstone's place.

    The rest of the record stays, and so does the ledger's content, which commits to what is sealed. `WrongState` when it was destroyed
    before, or a legal hold keeps it; `UnknownOverride` when there is no such record.
    """
    with store.writing() as unit:
        found = decision_of(unit, record_id)
        if found is None:
            raise UnknownOverride(f"no override, request for review or note {record_id[:40]!r} is on record; look for a typing error")
        decision_id, firm_id = found
        if is_held(unit, decision_id, firm_id, "decision"):
            raise WrongState(f"a legal hold keeps the records of decision {decision_id}; release it first")
        if not shred(unit, record_id, now):
            raise WrongState(f"the key of {record_id} was destroyed before")
        content = tombstone(record_id, deleted=(), shredded=[record_id], why={"class": "decision", "reason": reason})
        return append(unit, [Draft(kind=Kind.TOMBSTONE, subject=record_id, actor=actor, at=now, content=content)])[0]


def rotate_master_key(store: Store, folder: Path) -> int:
    """Put a new master key to work, wrap every record's key under it, forget the old one; gives how many keys were wrapped again.

    A rotation that is cut off half-way loses nothing and is finished by the next.
    """
    masters = MasterKeys(folder)
    masters.begin_rotation()
    with store.writing() as unit:
        count = rewrap(unit, masters)
    masters.end_rotation()
    return count
