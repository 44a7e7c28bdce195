"""Retrainings: what was asked by whom and why, how far it is, its log, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "retrainings",
        sa.Column("job_id", sa.String(26), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("begun_at", moment, nullable=True),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("host", sa.String(255), nullable=True),
        sa.Column("pid", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(32), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", name="pk_retrainings"),
        sa.UniqueConstraint("slot", name="uq_retrainings_slot"),
    )
    op.create_table(
        "retraining_lines",
        sa.Column("job_id", sa.String(26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("said", sa.String(400), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["retrainings.job_id"], name="fk_retraining_lines_job_id"),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_retraining_lines"),
    )
