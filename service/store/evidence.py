"""Evidence on file: versions of each firm's dossier, and the loadings they came with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, literal_column, select

from service.domain.record import canonical_bytes
from service.ledger import Actor, Draft, Kind
from service.ledger.entry import moment_text
from service.lineage import NOTHING_SAID, Lineage
from service.store.blobs import PackedBlob, get_blob, put_blobs
from service.store.ledger import append
from service.store.models import EvidenceVersion, Ingest

__all__ = [
    "Filed",
    "KeptLoading",
    "Loading",
    "Version",
    "add_versions",
    "latest_dossier",
    "latest_hash",
    "latest_versions",
    "loadings_on_file",
    "versions_of",
]

BATCH = 500
"""Firms asked for in one statement; databases limit the parameters of one."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a firm's evidence."""

    firm_id: str
    version: int
    sha256: str
    name: str
    ingest_id: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Filed:
    """A firm's evidence that is to be put on file."""

    firm_id: str
    name: str
    blob: PackedBlob


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """One loading of evidence: `rows` as sent, `firms` as changed, `checksum` of what was sent.

    `channel` is the way it came in; `source` where it was taken from, the channel where nobody said; `authority` the basis on which,
    `consent` the reference of the firm's consent, `fetched_at` when.
    """

    ingest_id: str
    channel: str
    rows: int
    firms: int
    checksum: str
    actor: Actor
    recorded_at: datetime
    lineage: Lineage = NOTHING_SAID

    @property
    def source(self) -> str:
        """Where it was taken from, as far as it is known."""
        return self.lineage.source or self.channel

    @property
    def authority(self) -> str | None:
        """On which basis it was obtained."""
        return self.lineage.authority

    @property
    def consent(self) -> str | None:
        """Reference of the firm's consent."""
        return self.lineage.consent

    @property
    def fetched_at(self) -> datetime | None:
        """When it was fetched from its source."""
        return self.lineage.fetched_at

    @property
    def operator(self) -> str:
        """Number or name of who loaded it."""
        return self.actor.id

    def content(self, filed: Iterable[tuple[str, int, str]]) -> bytes:
        """Give what the ledger's entry commits to: the loading, and each firm's new version with its hash."""
        return canonical_bytes(
            {
                "format": "ingest/2",
                "ingest_id": self.ingest_id,
                "channel": self.channel,
                "source": self.source,
                "authority": self.authority,
                "consent": self.consent,
                "fetched_at": None if self.fetched_at is None else moment_text(self.fetched_at),
                "rows": self.rows,
                "firms": self.firms,
                "checksum": self.checksum,
                "versions": [{"firm_id": firm, "version": version, "sha256": sha256} for firm, version, sha256 in filed],
            }
        )


_COLUMNS = (
    EvidenceVersion.firm_id,
    EvidenceVersion.version,
    EvidenceVersion.sha256,
    EvidenceVersion.name,
    EvidenceVersion.ingest_id,
    EvidenceVersion.recorded_at,
)


_KEPT = (
    "ingest_id",
    "source",
    "rows",
    "firms",
    "checksum",
    "operator",
    "recorded_at",
    "channel",
    "authority",
    "consent",
    "fetched_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLoading:
    """A loading as it is kept; what nobody said is None."""

    ingest_id: str
    source: str
    rows: int
    firms: int
    checksum: str
    operator: str
    recorded_at: datetime
    channel: str | None
    authority: str | None
    consent: str | None
    fetched_at: datetime | None


def loadings_on_file(unit: Connection, numbers: Sequence[str]) -> dict[str, KeptLoading]:
    """Read loadings by their numbers."""
    columns = [getattr(Ingest, name) for name in _KEPT]
    found: dict[str, KeptLoading] = {}
    for start in range(0, len(numbers), BATCH):
        query = select(*columns).where(Ingest.ingest_id.in_(numbers[start : start + BATCH]))
        found |= {row["ingest_id"]: KeptLoading(**row) for row in unit.execute(query).mappings()}
    return found


_NEWEST = (  # built once: every decision asks it
    select(EvidenceVersion.sha256)
    .where(EvidenceVersion.firm_id == bindparam("firm_id"))
    .order_by(EvidenceVersion.version.desc())
    .limit(literal_column("1"))
)


def latest_hash(unit: Connection, firm_id: str) -> str | None:
    """Give the hash of the firm's newest evidence, or None when none is on file."""
    return unit.scalar(_NEWEST, {"firm_id": firm_id})


def latest_dossier(unit: Connection, firm_id: str) -> tuple[str, bytes] | None:
    """Give hash and bytes of the firm's newest evidence, or None when none is on file."""
    sha256 = latest_hash(unit, firm_id)
    return (sha256, get_blob(unit, sha256)) if sha256 else None


def versions_of(unit: Connection, firm_id: str) -> list[Version]:
    """List every version of the firm's evidence, oldest first."""
    query = select(*_COLUMNS).where(EvidenceVersion.firm_id == firm_id).order_by(EvidenceVersion.version)
    return [Version(*row) for row in unit.execute(query)]


def latest_versions(unit: Connection, firm_ids: Sequence[str] | None = None) -> dict[str, Version]:
    """Give the newest version of each of these firms (default: of all) that has one."""
    if firm_ids is None:
        return _latest(unit, None)
    found: dict[str, Version] = {}
    for start in range(0, len(firm_ids), BATCH):
        found |= _latest(unit, firm_ids[start : start + BATCH])
    return found


def _latest(unit: Connection, firm_ids: Sequence[str] | None) -> dict[str, Version]:
    newest = select(EvidenceVersion.firm_id, func.max(EvidenceVersion.version).label("version")).group_by(EvidenceVersion.firm_id)
    if firm_ids is not None:
        newest = newest.where(EvidenceVersion.firm_id.in_(firm_ids))
    top = newest.subquery()
    same = (EvidenceVersion.firm_id == top.c.firm_id) & (EvidenceVersion.version == top.c.version)
    return {row.firm_id: Version(*row) for row in unit.execute(select(*_COLUMNS).join(top, same))}


def add_versions(unit: Connection, loading: Loading, filed: Iterable[Filed], known: dict[str, Version]) -> None:
    """Write one loading: its own row, then a new version of each firm, one above the `known` newest."""
    listed = list(filed)
    unit.execute(insert(Ingest).values({name: getattr(loading, name) for name in _KEPT}))
    put_blobs(unit, [one.blob for one in listed])
    rows = [_row(one, loading, known.get(one.firm_id)) for one in listed]
    if rows:
        unit.execute(insert(EvidenceVersion), rows)
    content = loading.content((row["firm_id"], row["version"], row["sha256"]) for row in rows)
    append(unit, [Draft(kind=Kind.INGEST, subject=loading.ingest_id, actor=loading.actor, at=loading.recorded_at, content=content)])


def _row(one: Filed, loading: Loading, before: Version | None) -> dict[str, Any]:
    return {
        "firm_id": one.firm_id,
        "version": before.version + 1 if before else 1,
        "sha256": one.blob["sha256"],
        "name": one.name,
        "ingest_id": loading.ingest_id,
        "recorded_at": loading.recorded_at,
    }
