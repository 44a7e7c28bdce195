"""What decides: artefacts, proposals and releases; the switch; shadows of challengers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

HASH, ULID, WORD = sa.String(71), sa.String(26), sa.String(16)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go to this version."""
    _artefacts()
    _releases()
    _switches()
    _shadows()


def _content(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint(["content"], ["blobs.sha256"], name=f"fk_{table}_content")
    return sa.Column("content", HASH, nullable=False), key


def _artefacts() -> None:
    op.create_table(
        "artefacts",
        sa.Column("pin", HASH, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_artefacts_sha256"),
        sa.PrimaryKeyConstraint("pin", name="pk_artefacts"),
    )


def _releases() -> None:
    op.create_table(
        "proposals",
        sa.Column("proposal_id", ULID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        *_content("proposals"),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_proposals"),
    )
    op.create_table(
        "proposal_verdicts",
        sa.Column("proposal_id", ULID, nullable=False),
        sa.Column("verdict", WORD, nullable=False),
        *_content("proposal_verdicts"),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.proposal_id"], name="fk_proposal_verdicts_proposal_id"),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_proposal_verdicts"),
    )
    op.create_table(
        "releases",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("release_id", ULID, nullable=False),
        sa.Column("effective_from", MOMENT, nullable=False),
        *_content("releases"),
        sa.Column("approved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["proposals.proposal_id"], name="fk_releases_release_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_releases"),
        sa.UniqueConstraint("release_id", name="uq_releases_release_id"),
        sqlite_autoincrement=True,
    )


def _switches() -> None:
    op.create_table(
        "switches",
        sa.Column("order_id", ULID, nullable=False),
        sa.Column("act", WORD, nullable=False),
        sa.Column("scope", WORD, nullable=False),
        sa.Column("value", sa.String(32), nullable=False),
        sa.Column("lifts", ULID, nullable=True),
        *_content("switches"),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["lifts"], ["switches.order_id"], name="fk_switches_lifts"),
        sa.PrimaryKeyConstraint("order_id", name="pk_switches"),
        sa.UniqueConstraint("lifts", name="uq_switches_lifts"),
    )


def _shadows() -> None:
    op.create_table(
        "shadows",
        sa.Column("decision_id", ULID, nullable=False),
        sa.Column("bundle", HASH, nullable=False),
        sa.Column("pd", sa.String(8), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("batch", ULID, nullable=False),
        sa.Column("scored_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "bundle", name="pk_shadows"),
    )
