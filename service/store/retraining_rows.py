"""The tables of retrainings: a job with its state, and the lines of its log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.models import Base

__all__ = ["RetrainingLineRow", "RetrainingRow"]


class RetrainingRow(Base):
    """A retraining: what was asked, who works on it (`host`, `pid`, last `seen_at`), and what came of it.

    `slot` is 1 while it waits or runs and nothing afterwards; it is unique, so there is never a second one.
    """

    __tablename__ = "retrainings"
    job_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    slot: Mapped[int | None] = mapped_column(Integer)
    plan: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    host: Mapped[str | None] = mapped_column(String(255))
    pid: Mapped[int | None] = mapped_column(Integer)
    step: Mapped[str | None] = mapped_column(String(32))
    result: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("slot"),)


class RetrainingLineRow(Base):
    """A line of a retraining's log."""

    __tablename__ = "retraining_lines"
    job_id: Mapped[str] = mapped_column(String(26), ForeignKey("retrainings.job_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    step: Mapped[str] = mapped_column(String(32))
    said: Mapped[str] = mapped_column(String(400))
