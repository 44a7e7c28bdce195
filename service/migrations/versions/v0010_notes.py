"""People write notes on decisions; lists are sorted by amount and grade, and firms by name and by when evidence came."""

from __future__ import annotations

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ULID = sa.String(26)
BATCH = 500
FIGURES = ("asked", "offered", "grade")
DECISIONS = sa.table("decisions", *(sa.column(name) for name in ("seq", "body", *FIGURES)))


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "notes",
        sa.Column("note_id", ULID, nullable=False),
        sa.Column("decision_id", ULID, nullable=False),
        sa.Column("firm_id", sa.String(18), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.decision_id"], name="fk_notes_decision_id"),
        sa.PrimaryKeyConstraint("note_id", name="pk_notes"),
    )
    op.create_index("ix_notes_decision_id", "notes", ["decision_id"])
    for name, kind in (("asked", sa.BigInteger()), ("offered", sa.BigInteger()), ("grade", sa.Integer())):
        op.add_column("decisions", sa.Column(name, kind, nullable=False, server_default="0"))
    _fill()
    for name in FIGURES:
        op.create_index(f"ix_decisions_{name}", "decisions", [name, "seq", "outcome", "product"])
    op.create_index("ix_evidence_name_firm_id", "evidence", ["name", "firm_id"])
    op.create_index("ix_evidence_recorded_at_firm_id", "evidence", ["recorded_at", "firm_id"])


def _fill() -> None:
    """Take the figures of decisions on record from their bodies; those that were deleted keep none."""
    unit, after = op.get_bind(), 0
    query = sa.select(DECISIONS.c.seq, DECISIONS.c.body).order_by(DECISIONS.c.seq).limit(BATCH)
    change = (
        sa.update(DECISIONS).where(DECISIONS.c.seq == sa.bindparam("at")).values({name: sa.bindparam(f"new_{name}") for name in FIGURES})
    )
    while page := unit.execute(query.where(DECISIONS.c.seq > after)).all():
        rows = [_figures(row.seq, bytes(row.body)) for row in page if row.body is not None]
        if rows:
            unit.execute(change, rows)
        after = page[-1].seq


def _figures(seq: int, body: bytes) -> dict[str, int]:
    try:
        said = orjson.loads(body)
        amounts = said["application"]["amount"], (said["offer"] or {}).get("amount", 0), (said["risk"] or {}).get("grade", 0)
    except (orjson.JSONDecodeError, KeyError, TypeError):  # a body of a form that this program never wrote
        amounts = 0, 0, 0
    return {"at": seq, **{f"new_{name}": value for name, value in zip(FIGURES, amounts, strict=True)}}
