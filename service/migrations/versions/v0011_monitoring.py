"""Monitoring runs: who asked for one and when, and what it found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "monitoring_runs",
        sa.Column("run_id", sa.String(26), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("verdict", sa.String(16), nullable=True),
        sa.Column("content", sa.String(71), nullable=True),
        sa.Column("failure", sa.String(400), nullable=True),
        sa.ForeignKeyConstraint(["content"], ["blobs.sha256"], name="fk_monitoring_runs_content"),
        sa.PrimaryKeyConstraint("run_id", name="pk_monitoring_runs"),
        sa.UniqueConstraint("slot", name="uq_monitoring_runs_slot"),
    )
