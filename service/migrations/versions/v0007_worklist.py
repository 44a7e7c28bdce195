"""Indexes for the work list: decisions by outcome and by day."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_index("ix_decisions_outcome_seq", "decisions", ["outcome", "seq"])
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])
