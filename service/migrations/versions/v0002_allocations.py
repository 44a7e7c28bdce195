"""Allocations that were asked for, and what came of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HASH, ULID, TOKEN = sa.String(71), sa.String(26), sa.String(12)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "allocations",
        sa.Column("allocation_id", ULID, nullable=False),
        sa.Column("token_id", TOKEN, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=True),
        sa.Column("request_sha", HASH, nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("allocation_id", name="pk_allocations"),
        sa.UniqueConstraint("token_id", "key", name="uq_allocations_token_id_key"),
    )
    op.create_table(
        "allocation_results",
        sa.Column("allocation_id", ULID, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocations.allocation_id"], name="fk_allocation_results_allocation_id"),
        sa.PrimaryKeyConstraint("allocation_id", name="pk_allocation_results"),
    )
