"""Putting evidence on file, one firm at a time, and showing what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from features.evidence import FirmEvidence, dossier_json, dossier_of, merge_dossiers
from features.points import SHIPPED, Points, Scheme, score_points, shipped_scheme
from service.desk import Desk
from service.errors import UnknownFirm, UnknownLoading, UnknownScheme
from service.identifiers import new_decision_id
from service.ledger import Actor
from service.lineage import NOTHING_SAID, Lineage
from service.store.blobs import get_blob, hash_of, pack
from service.store.evidence import (
    Filed,
    KeptLoading,
    Loading,
    Version,
    add_versions,
    latest_dossier,
    latest_versions,
    loadings_on_file,
    versions_of,
)
from service.tokens import Holder

__all__ = ["FirmFile", "file_firm", "firm_points", "show_firm", "show_loading"]


@dataclass(frozen=True, slots=True)
class FirmFile:
    """What is on file of a firm: one version's rows by table, and all versions."""

    shown: Version
    evidence: dict[str, list[dict[str, Any]]]
    versions: list[Version]


def file_firm(desk: Desk, evidence: FirmEvidence, holder: Holder, lineage: Lineage = NOTHING_SAID) -> tuple[Version, bool]:
    """Put evidence on top of what is on file; gives the version and whether it is a new one (the same again is not)."""
    sent = dossier_of(evidence)
    firm_id = evidence.firm.firm_id
    with desk.store.writing() as unit:
        before = latest_dossier(unit, firm_id)
        dossier = merge_dossiers(before[1], sent) if before else sent
        is_new = before is None or before[0] != hash_of(dossier)
        if is_new:
            rows = 1 + sum(len(table) for table in evidence.supplied().values())
            _add(unit, desk, Filed(firm_id, evidence.firm.name, pack("dossier", dossier)), rows, hash_of(sent), holder.actor, lineage)
        return latest_versions(unit, [firm_id])[firm_id], is_new


def _add(unit: Connection, desk: Desk, filed: Filed, rows: int, checksum: str, actor: Actor, lineage: Lineage) -> None:
    now = desk.clock()
    loading = Loading(
        ingest_id=new_decision_id(now),
        channel="POST /v1/firms",
        rows=rows,
        firms=1,
        checksum=checksum,
        actor=actor,
        recorded_at=now,
        lineage=lineage,
    )
    add_versions(unit, loading, [filed], latest_versions(unit, [filed.firm_id]))


def show_loading(desk: Desk, ingest_id: str) -> KeptLoading:
    """Give a loading by its number; `UnknownLoading` when there is none."""
    with desk.store.reading() as unit:
        found = loadings_on_file(unit, [ingest_id]).get(ingest_id)
    if found is None:
        raise UnknownLoading(f"no loading {ingest_id[:40]!r} is on record; POST /v1/ingests and POST /v1/firms tell their number")
    return found


def show_firm(desk: Desk, firm_id: str, version: int | None = None) -> FirmFile:
    """Show a version (default the newest) of a firm's evidence; `UnknownFirm` when there is none."""
    with desk.store.reading() as unit:
        versions = versions_of(unit, firm_id)
        shown = next((v for v in reversed(versions) if version in {None, v.version}), None)
        if shown is None:
            which = f"version {version} of firm" if versions else "evidence of firm"
            raise UnknownFirm(f"no {which} {firm_id[:40]} is on file; send it with POST /v1/firms")
        return FirmFile(shown, dossier_json(get_blob(unit, shown.sha256)), versions)


def firm_points(desk: Desk, firm_id: str, scheme_name: str | None = None) -> tuple[str, Points]:
    """Compute today's points of a firm on file; gives the hash of the evidence they rest on, and the points.

    `UnknownScheme` when no such scheme ships, or it ranks among peers and the active reference base was built for another.
    """
    found = desk.rows.of_firm(firm_id, desk.today())
    active = desk.active
    scheme = _scheme(active.scheme, scheme_name)
    reference = active.reference if scheme.reference_needed else None
    if scheme.reference_needed and (reference is None or reference.scheme_hash != scheme.hash):
        raise UnknownScheme(f"scheme {scheme.label} ranks firms among peers, and no reference base built for it is active")
    values = found.row.with_request(None, None)
    return found.evidence_sha, score_points(scheme, reference, values, field=found.row.context.get("field", ""), known=found.row.known)


def _scheme(active: Scheme, name: str | None) -> Scheme:
    if name is None or name == active.name:
        return active
    if name not in SHIPPED:
        raise UnknownScheme(f"there is no points scheme {name!r}; there are {', '.join(SHIPPED)}")
    return shipped_scheme(name)
