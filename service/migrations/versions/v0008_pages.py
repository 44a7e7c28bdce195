"""Decisions are found by product, entries by who made them; examiners put decisions aside to take them away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_index("ix_decisions_product_seq", "decisions", ["product", "seq"])
    op.create_index("ix_ledger_actor_kind_seq", "ledger", ["actor", "kind", "seq"])
    op.create_table(
        "baskets",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("decision_id", sa.String(26), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.decision_id"], name="fk_baskets_decision_id"),
        sa.PrimaryKeyConstraint("owner", "decision_id", name="pk_baskets"),
    )
