"""Reading what a decision's lineage is walked over: the pinned evidence, the versions before it, and their loadings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from features.indicators import catalogue_hash
from service.domain import Decision
from service.domain.lineage import FiledVersion, ScoredValue, TracedRow, scored_values, traced_rows
from service.store.blobs import get_blob
from service.store.engine import Store
from service.store.evidence import KeptLoading, Version, loadings_on_file, versions_of
from service.store.records import read_decision

__all__ = ["DecisionLineage", "lineage_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLineage:
    """Where every scored value of a decision came from; `version` is None where the request carried the evidence."""

    decision: Decision
    version: int | None
    values: tuple[ScoredValue, ...]
    tables: Mapping[str, list[TracedRow]]
    loadings: Mapping[str, KeptLoading]

    @property
    def same_definitions(self) -> bool:
        """Are the indicators still defined as they were? Else the tables named are those of today's definitions."""
        return self.decision.pins.catalogue == catalogue_hash()


def lineage_of(store: Store, decision_id: str) -> DecisionLineage:
    """Walk a decision's values back to raw rows and loadings. Raises `UnknownDecision` and `Gone`."""
    with store.reading() as unit:
        decision = Decision.model_validate_json(read_decision(unit, decision_id).body)
        before = _versions_before(unit, decision)
        tables = traced_rows(decision, get_blob(unit, decision.pins.evidence), _filed(unit, before))
        numbers = {row.ingest_id for rows in tables.values() for row in rows if row.ingest_id is not None}
        loadings = loadings_on_file(unit, sorted(numbers))
    return DecisionLineage(
        decision=decision,
        version=before[-1].version if before else None,
        values=tuple(scored_values(decision)),
        tables=tables,
        loadings=loadings,
    )


def _versions_before(unit: Connection, decision: Decision) -> list[Version]:
    """List the versions up to the pinned one; none where it never was on file by then."""
    known = [one for one in versions_of(unit, decision.application.firm_id) if one.recorded_at <= decision.decided_at]
    pinned = max((place for place, one in enumerate(known) if one.sha256 == decision.pins.evidence), default=None)
    return [] if pinned is None else known[: pinned + 1]


def _filed(unit: Connection, versions: list[Version]) -> Iterator[FiledVersion]:
    for one in versions:
        yield FiledVersion(one.version, one.ingest_id, get_blob(unit, one.sha256))
