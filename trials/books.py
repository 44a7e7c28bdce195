"""Holding what was acknowledged to what is on record."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from service.clock import system_clock
from service.config import Settings
from service.sealer import open_ring, open_sealer
from service.store import Store, open_store
from service.store.models import DecisionRow, RequestKey
from service.store.records import decisions_without_entry, kept_decisions
from service.use_cases.verify import verify
from service.witness import Witness
from trials.callers import Acknowledged

__all__ = ["Audit", "lost_of", "whole_audit"]


@dataclass(frozen=True, slots=True)
class Audit:
    """What the books and the record say of each other."""

    on_record: int
    lost: tuple[str, ...]
    """Keys that were answered, whose decision is not on record byte for byte."""
    doubled: int
    """Decisions of the callers beyond one for each key."""
    unentered: int
    """Decisions that the ledger does not know."""
    findings: tuple[str, ...]
    """What verifying the ledger found."""


def lost_of(store: Store, answers: Collection[Acknowledged]) -> tuple[str, ...]:
    """Give the keys whose answer is not on record, byte for byte."""
    with store.reading() as unit:
        kept = {
            row.decision_id: (row.sha256, hashlib.sha256(row.body).hexdigest())
            for row in kept_decisions(unit, [one.decision_id for one in answers])
        }
        keyed = _keyed(unit, answers)
    return tuple(
        one.key
        for one in answers
        if kept.get(one.decision_id) != (f"sha256:{one.sha256}", one.sha256) or keyed.get(one.key) != one.decision_id
    )


def _keyed(unit: object, answers: Collection[Acknowledged]) -> Mapping[str, str]:
    keys = [one.key for one in answers]
    found: dict[str, str] = {}
    for start in range(0, len(keys), 500):
        query = select(RequestKey.key, RequestKey.decision_id).where(RequestKey.key.in_(keys[start : start + 500]))
        found.update((row.key, row.decision_id) for row in unit.execute(query))  # type: ignore[attr-defined]
    return found


def whole_audit(settings: Settings, answers: Collection[Acknowledged], callers: Collection[str]) -> Audit:
    """Hold all answers to the record, count decisions beyond one a key of these callers' tokens, and verify the ledger."""
    store = open_store(settings.database, connections=2, lock_seconds=settings.lock_seconds)
    try:
        open_sealer(store, settings, system_clock).seal_now()
        report = verify(store, open_ring(store, settings), Witness(settings.witness_folders))
        with store.reading() as unit:
            on_record = unit.scalar(select(func.count()).where(DecisionRow.token_id.in_(callers))) or 0
            keys = unit.scalar(select(func.count()).where(RequestKey.token_id.in_(callers))) or 0
            unentered = sum(1 for _ in decisions_without_entry(unit))
        findings = tuple(str(one) for one in report.findings)
        return Audit(on_record, lost_of(store, answers), on_record - keys, unentered, findings)
    finally:
        store.close()
