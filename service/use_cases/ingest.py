"""Loading evidence in bulk: every row was checked first, and all of it is put on file, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection

from features.evidence import merge_dossiers, split_dossiers
from service.clock import Clock
from service.identifiers import new_decision_id
from service.ledger import Actor
from service.lineage import NOTHING_SAID, Lineage
from service.store.blobs import PackedBlob, get_blob, pack
from service.store.engine import Store
from service.store.evidence import Filed, Loading, Version, add_versions, latest_versions
from service.uploads import Evidence

__all__ = ["Report", "ingest"]

Report = Callable[[str, float], None]
"""Told what is being done and which share of it is done."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A firm's new dossier, ready to be written, and the version it was laid on when it was prepared."""

    firm_id: str
    name: str
    sent: bytes
    blob: PackedBlob
    base: Version | None


def ingest(
    store: Store,
    clock: Clock,
    evidence: Evidence,
    *,
    actor: Actor,
    source: str,
    lineage: Lineage = NOTHING_SAID,
    report: Report = lambda _what, _share: None,
) -> Loading:
    """Put checked evidence on file; a firm whose evidence is the same again gets no new version.

    `source` is the way it came in: a route, a folder; what is said of its origin is its `lineage`.
    Dossiers are prepared before the write lock is taken; a firm that changed in between is laid on its new version.
    """
    drafts = list(_drafts(store, evidence.tables, report))
    now = clock()
    with store.writing() as unit:
        known = latest_versions(unit, [draft.firm_id for draft in drafts])
        filed = [file for draft in drafts if (file := _filed(unit, draft, known.get(draft.firm_id)))]
        loading = Loading(
            ingest_id=new_decision_id(now),
            channel=source[:200],
            rows=sum(frame.height for frame in evidence.tables.values()),
            firms=len(filed),
            checksum=evidence.checksum,
            actor=actor,
            recorded_at=now,
            lineage=lineage,
        )
        add_versions(unit, loading, filed, known)
    report("on file", 1.0)
    return loading


def _drafts(store: Store, tables: Mapping[str, pl.DataFrame], report: Report) -> Iterator[_Draft]:
    firms = tables["firms"]
    names = dict(zip(firms["firm_id"], firms["name"], strict=True))
    with store.reading() as unit:
        known = latest_versions(unit, list(names))
        for number, (firm_id, sent) in enumerate(split_dossiers(tables)):
            base = known.get(firm_id)
            yield _Draft(firm_id, names[firm_id], sent, pack("dossier", _laid_on(unit, base, sent)), base)
            if number % 1000 == 0:
                report("preparing", number / len(names))


def _laid_on(unit: Connection, base: Version | None, sent: bytes) -> bytes:
    return merge_dossiers(get_blob(unit, base.sha256), sent) if base else sent


def _filed(unit: Connection, draft: _Draft, newest: Version | None) -> Filed | None:
    """Give what is to be written of a firm, None where it is on file already."""
    blob = draft.blob if draft.base == newest else pack("dossier", _laid_on(unit, newest, draft.sent))
    if newest and newest.sha256 == blob["sha256"]:
        return None
    return Filed(draft.firm_id, draft.name, blob)
