"""The first tables: evidence, indicators, decisions, keys, tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

HASH, FIRM, ULID, TOKEN = sa.String(71), sa.String(18), sa.String(26), sa.String(12)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go to this version."""
    _evidence()
    _firm_rows()
    _decisions()
    _tokens()


def _evidence() -> None:
    op.create_table(
        "blobs",
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blobs"),
    )
    op.create_table(
        "ingests",
        sa.Column("ingest_id", ULID, nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("firms", sa.Integer(), nullable=False),
        sa.Column("checksum", HASH, nullable=False),
        sa.Column("operator", sa.String(64), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("ingest_id", name="pk_ingests"),
    )
    op.create_table(
        "evidence",
        sa.Column("firm_id", FIRM, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("ingest_id", ULID, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ingest_id"], ["ingests.ingest_id"], name="fk_evidence_ingest_id"),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_evidence_sha256"),
        sa.PrimaryKeyConstraint("firm_id", "version", name="pk_evidence"),
    )
    op.create_index("ix_evidence_ingest_id", "evidence", ["ingest_id"])


def _firm_rows() -> None:
    op.create_table(
        "firm_rows",
        sa.Column("firm_id", FIRM, nullable=False),
        sa.Column("as_of", sa.Integer(), nullable=False),
        sa.Column("evidence_sha", HASH, nullable=False),
        sa.Column("catalogue_hash", HASH, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("firm_id", "as_of", "evidence_sha", "catalogue_hash", name="pk_firm_rows"),
    )
    op.create_index("ix_firm_rows_as_of", "firm_rows", ["as_of"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("decision_id", ULID, nullable=False),
        sa.Column("firm_id", FIRM, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("product", sa.String(32), nullable=False),
        sa.Column("token_id", TOKEN, nullable=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_decisions"),
        sa.UniqueConstraint("decision_id", name="uq_decisions_decision_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decisions_firm_id_seq", "decisions", ["firm_id", "seq"])
    op.create_table(
        "idempotency",
        sa.Column("token_id", TOKEN, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("request_sha", HASH, nullable=False),
        sa.Column("decision_id", ULID, nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.decision_id"], name="fk_idempotency_decision_id", deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("token_id", "key", name="pk_idempotency"),
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("token_id", TOKEN, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("token_id", name="pk_tokens"),
    )
