"""People correct machines: overrides, reviews, lineage of loadings, holds, sealed personal data; a decision's body may be deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

HASH, FIRM, ULID, WHO = sa.String(71), sa.String(18), sa.String(26), sa.String(64)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go to this version."""
    for column in (
        sa.Column("channel", sa.String(200)),
        sa.Column("authority", sa.String(200)),
        sa.Column("consent", sa.String(200)),
        sa.Column("fetched_at", MOMENT),
    ):
        op.add_column("ingests", column)
    _sealed_keys()
    _overrides()
    _reviews()
    _holds()
    _let_bodies_go()


def _sealed_keys() -> None:
    op.create_table(
        "sealed_keys",
        sa.Column("record_id", ULID, nullable=False),
        sa.Column("master", sa.String(16), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("shredded_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("record_id", name="pk_sealed_keys"),
    )


def _overrides() -> None:
    op.create_table(
        "overrides",
        sa.Column("override_id", ULID, nullable=False),
        sa.Column("decision_id", ULID, nullable=False),
        sa.Column("firm_id", FIRM, nullable=False),
        sa.Column("product", sa.String(32), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by", WHO, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("term_months", sa.Integer(), nullable=True),
        sa.Column("rate_bp", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("needs", sa.String(40), nullable=False),
        sa.Column("has", sa.String(40), nullable=True),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.decision_id"], name="fk_overrides_decision_id"),
        sa.PrimaryKeyConstraint("override_id", name="pk_overrides"),
    )
    op.create_index("ix_overrides_decision_id", "overrides", ["decision_id"])
    op.create_table(
        "override_verdicts",
        sa.Column("override_id", ULID, nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("given_by", WHO, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("has", sa.String(40), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["override_id"], ["overrides.override_id"], name="fk_override_verdicts_override_id"),
        sa.PrimaryKeyConstraint("override_id", name="pk_override_verdicts"),
    )


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("review_id", ULID, nullable=False),
        sa.Column("decision_id", ULID, nullable=False),
        sa.Column("firm_id", FIRM, nullable=False),
        sa.Column("product", sa.String(32), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", WHO, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("asked_by", sa.LargeBinary(), nullable=True),
        sa.Column("channel", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.decision_id"], name="fk_reviews_decision_id"),
        sa.PrimaryKeyConstraint("review_id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_decision_id", "reviews", ["decision_id"])
    op.create_index("ix_reviews_firm_id_product", "reviews", ["firm_id", "product"])
    op.create_table(
        "review_conclusions",
        sa.Column("review_id", ULID, nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("given_by", WHO, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("override_id", ULID, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.review_id"], name="fk_review_conclusions_review_id"),
        sa.ForeignKeyConstraint(["override_id"], ["overrides.override_id"], name="fk_review_conclusions_override_id"),
        sa.PrimaryKeyConstraint("review_id", name="pk_review_conclusions"),
    )


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("hold_id", ULID, nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("held_by", WHO, nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("released_by", WHO, nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("release_reason", sa.String(500), nullable=True),
        sa.PrimaryKeyConstraint("hold_id", name="pk_holds"),
    )
    op.create_index("ix_holds_subject", "holds", ["subject"])


def _decisions() -> sa.Table:
    """The table as the first migration made it."""
    return sa.Table(
        "decisions",
        sa.MetaData(),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("decision_id", ULID, nullable=False),
        sa.Column("firm_id", FIRM, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("product", sa.String(32), nullable=False),
        sa.Column("token_id", sa.String(12), nullable=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_decisions"),
        sa.UniqueConstraint("decision_id", name="uq_decisions_decision_id"),
        sa.Index("ix_decisions_firm_id_seq", "firm_id", "seq"),
        sqlite_autoincrement=True,
    )


def _let_bodies_go() -> None:
    """Make `decisions.body` nullable.

    SQLite builds the table anew. No row may refer to the old one while it is dropped, so rows of every table that does stand aside.
    """
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("decisions", "body", existing_type=sa.LargeBinary(), nullable=True)
        return
    op.execute("CREATE TABLE idempotency_aside AS SELECT * FROM idempotency")
    op.execute("DELETE FROM idempotency")
    with op.batch_alter_table("decisions", copy_from=_decisions(), table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("body", existing_type=sa.LargeBinary(), nullable=True)
    columns = "token_id, key, request_sha, decision_id"
    op.execute(f"INSERT INTO idempotency ({columns}) SELECT {columns} FROM idempotency_aside")  # noqa: S608 our own words
    op.execute("DROP TABLE idempotency_aside")
