"""The tables of the database. Every row is written once, but for people, who change, tokens, which are revoked, and baskets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

__all__ = [
    "AllocationResult",
    "AllocationRow",
    "ArtefactRow",
    "Base",
    "BasketRow",
    "Blob",
    "CheckpointRow",
    "DecisionRow",
    "EvidenceVersion",
    "FirmRowEntry",
    "Ingest",
    "LedgerEntry",
    "ProposalRow",
    "ReleaseRow",
    "RequestKey",
    "SessionRow",
    "ShadowRow",
    "SwitchRow",
    "TokenRow",
    "TreeTile",
    "UserRow",
    "UtcMoment",
    "VerdictRow",
]

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
HASH = String(71)  # "sha256:" and 64 hexadecimal digits
FIRM = String(18)


class UtcMoment(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps it without its zone, so the zone is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any aware moment into UTC; a naive one is a programming error."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; moments are aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give an aware moment in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Names every constraint, so that a migration can address it on either database."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: dict[Any, Any] = {datetime: UtcMoment, bytes: LargeBinary}  # noqa: RUF012 SQLAlchemy reads it as it is


class Blob(Base):
    """Bytes kept under their own hash, compressed: evidence snapshots."""

    __tablename__ = "blobs"
    sha256: Mapped[str] = mapped_column(HASH, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    packed: Mapped[bytes]


class Ingest(Base):
    """One loading of evidence: from where, by whom, and what exactly."""

    __tablename__ = "ingests"
    ingest_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    rows: Mapped[int] = mapped_column(Integer)
    firms: Mapped[int] = mapped_column(Integer)
    checksum: Mapped[str] = mapped_column(HASH)
    operator: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    channel: Mapped[str | None] = mapped_column(String(200))
    authority: Mapped[str | None] = mapped_column(String(200))
    consent: Mapped[str | None] = mapped_column(String(200))
    fetched_at: Mapped[datetime | None]


class EvidenceVersion(Base):
    """What was on file of a firm from one loading to the next; versions count from 1."""

    __tablename__ = "evidence"
    firm_id: Mapped[str] = mapped_column(FIRM, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[str] = mapped_column(HASH, ForeignKey("blobs.sha256"))
    name: Mapped[str] = mapped_column(String(200))
    ingest_id: Mapped[str] = mapped_column(String(26), ForeignKey("ingests.ingest_id"), index=True)
    recorded_at: Mapped[datetime]
    __table_args__ = (
        Index("ix_evidence_name_firm_id", "name", "firm_id"),
        Index("ix_evidence_recorded_at_firm_id", "recorded_at", "firm_id"),
    )


class FirmRowEntry(Base):
    """A firm's indicators at a date, computed once: a cache that may be emptied at any time."""

    __tablename__ = "firm_rows"
    firm_id: Mapped[str] = mapped_column(FIRM, primary_key=True)
    as_of: Mapped[int] = mapped_column(Integer, primary_key=True)
    evidence_sha: Mapped[str] = mapped_column(HASH, primary_key=True)
    catalogue_hash: Mapped[str] = mapped_column(HASH, primary_key=True)
    packed: Mapped[bytes]
    __table_args__ = (Index("ix_firm_rows_as_of", "as_of"),)


class DecisionRow(Base):
    """A decision as it was answered, byte for byte (`body` is nothing once it was deleted); `seq` counts in the order of commits.

    `asked` and `offered` in yuan and `grade` are what lists are sorted by: 0 where there is none, and once the body was deleted.
    """

    __tablename__ = "decisions"
    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    decision_id: Mapped[str] = mapped_column(String(26))
    firm_id: Mapped[str] = mapped_column(FIRM)
    decided_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(16))
    product: Mapped[str] = mapped_column(String(32))
    token_id: Mapped[str] = mapped_column(String(12))
    sha256: Mapped[str] = mapped_column(HASH)
    body: Mapped[bytes | None]
    asked: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    offered: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    grade: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    __table_args__ = (
        UniqueConstraint("decision_id"),
        Index("ix_decisions_firm_id_seq", "firm_id", "seq"),
        Index("ix_decisions_outcome_seq", "outcome", "seq"),
        Index("ix_decisions_decided_at", "decided_at"),
        Index("ix_decisions_product_seq", "product", "seq"),
        Index("ix_decisions_asked", "asked", "seq", "outcome", "product"),  # with what lists are narrowed by
        Index("ix_decisions_offered", "offered", "seq", "outcome", "product"),
        Index("ix_decisions_grade", "grade", "seq", "outcome", "product"),
        {"sqlite_autoincrement": True},
    )


class BasketRow(Base):
    """A decision that somebody put aside to take away; working state, gone once it was taken or put back."""

    __tablename__ = "baskets"
    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    decision_id: Mapped[str] = mapped_column(String(26), ForeignKey("decisions.decision_id"), primary_key=True)
    added_at: Mapped[datetime]


class RequestKey(Base):
    """An idempotency key and the decision that its first request led to."""

    __tablename__ = "idempotency"
    token_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_sha: Mapped[str] = mapped_column(HASH)
    decision_id: Mapped[str] = mapped_column(String(26), ForeignKey("decisions.decision_id", deferrable=True, initially="DEFERRED"))


class LedgerEntry(Base):
    """An entry of the ledger, byte for byte; `seq` counts from 0 without a gap, the other columns only find it again."""

    __tablename__ = "ledger"
    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    content: Mapped[str] = mapped_column(HASH)
    entry: Mapped[bytes]
    __table_args__ = (
        Index("ix_ledger_subject_seq", "subject", "seq"),
        Index("ix_ledger_kind_seq", "kind", "seq"),
        Index("ix_ledger_actor_kind_seq", "actor", "kind", "seq"),
    )


class TreeTile(Base):
    """The root of a full subtree of the ledger: `level` 8 stands over 256 entries, 16 over 65,536; never changes."""

    __tablename__ = "tree_tiles"
    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    root: Mapped[bytes]


class CheckpointRow(Base):
    """A signed statement of the ledger's size and root."""

    __tablename__ = "checkpoints"
    size: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class AllocationRow(Base):
    """An allocation that was asked for, exactly as it was asked, by whom, and under which idempotency key."""

    __tablename__ = "allocations"
    allocation_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    token_id: Mapped[str] = mapped_column(String(12))
    role: Mapped[str] = mapped_column(String(16))
    key: Mapped[str | None] = mapped_column(String(64))
    request_sha: Mapped[str] = mapped_column(HASH)
    request: Mapped[bytes]
    recorded_at: Mapped[datetime]
    person: Mapped[str | None] = mapped_column(String(32))
    __table_args__ = (UniqueConstraint("token_id", "key"),)


class AllocationResult(Base):
    """What came of an allocation; written once, by whoever finishes first (the work is the same for all)."""

    __tablename__ = "allocation_results"
    allocation_id: Mapped[str] = mapped_column(String(26), ForeignKey("allocations.allocation_id"), primary_key=True)
    finished_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(HASH)
    body: Mapped[bytes]


class TokenRow(Base):
    """An access token: the hash of its secret, never the secret."""

    __tablename__ = "tokens"
    token_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user_id: Mapped[str | None] = mapped_column(String(12), ForeignKey("users.user_id"))


class UserRow(Base):
    """A person who may sign in. Rows are never deleted: what a person did must stay theirs."""

    __tablename__ = "users"
    user_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    login: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16))
    authority: Mapped[str | None] = mapped_column(String(64))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    oidc_subject: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None]
    password_changed_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("login"), UniqueConstraint("oidc_subject"))


class SessionRow(Base):
    """A signed-in browser: the hash of its cookie, never the cookie."""

    __tablename__ = "sessions"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(12), ForeignKey("users.user_id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ArtefactRow(Base):
    """A model, scheme, reference base or policy under the hash that decisions pin; its bytes are a blob."""

    __tablename__ = "artefacts"
    pin: Mapped[str] = mapped_column(HASH, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(HASH, ForeignKey("blobs.sha256"))
    kept_at: Mapped[datetime]


class ProposalRow(Base):
    """What one person proposed: a release, or the end of a stop. `content` is the ledger's record of it."""

    __tablename__ = "proposals"
    proposal_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    content: Mapped[str] = mapped_column(HASH, ForeignKey("blobs.sha256"))
    proposed_at: Mapped[datetime]


class VerdictRow(Base):
    """What another person said of a proposal, once."""

    __tablename__ = "proposal_verdicts"
    proposal_id: Mapped[str] = mapped_column(String(26), ForeignKey("proposals.proposal_id"), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(16))
    content: Mapped[str] = mapped_column(HASH, ForeignKey("blobs.sha256"))
    given_at: Mapped[datetime]


class ReleaseRow(Base):
    """An approved release, under the number of its proposal; `seq` counts approvals, and the newest one that has begun decides."""

    __tablename__ = "releases"
    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    release_id: Mapped[str] = mapped_column(String(26), ForeignKey("proposals.proposal_id"))
    effective_from: Mapped[datetime]
    content: Mapped[str] = mapped_column(HASH, ForeignKey("blobs.sha256"))
    approved_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("release_id"), {"sqlite_autoincrement": True})


class SwitchRow(Base):
    """An act of the switch: a stop of automatic decisions, or the end (`lifts`) of one."""

    __tablename__ = "switches"
    order_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    act: Mapped[str] = mapped_column(String(16))
    scope: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(32))
    lifts: Mapped[str | None] = mapped_column(String(26), ForeignKey("switches.order_id"))
    content: Mapped[str] = mapped_column(HASH, ForeignKey("blobs.sha256"))
    at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("lifts"),)


class ShadowRow(Base):
    """What a challenger would have said of a decision; `amount` in yuan, 0 where it would lend nothing."""

    __tablename__ = "shadows"
    decision_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    bundle: Mapped[str] = mapped_column(HASH, primary_key=True)
    pd: Mapped[str] = mapped_column(String(8))
    score: Mapped[int] = mapped_column(Integer)
    grade: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int] = mapped_column(BigInteger)
    batch: Mapped[str] = mapped_column(String(26))
    scored_at: Mapped[datetime]
