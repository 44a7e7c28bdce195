"""The ledger; decisions and loadings that are on record already become its first entries, in the order of recording."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.migrations.backfill import enter_what_is_there

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

HASH = sa.String(71)
MOMENT = sa.DateTime(timezone=True)


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "ledger",
        sa.Column("seq", _big(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("content", HASH, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger"),
    )
    op.create_index("ix_ledger_subject_seq", "ledger", ["subject", "seq"])
    op.create_index("ix_ledger_kind_seq", "ledger", ["kind", "seq"])
    op.create_table(
        "tree_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", _big(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name="pk_tree_tiles"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", _big(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoints"),
    )
    enter_what_is_there(op.get_bind())
