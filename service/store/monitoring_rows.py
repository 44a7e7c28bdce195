"""The table of monitoring runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.models import HASH, Base

__all__ = ["MonitoringRunRow"]


class MonitoringRunRow(Base):
    """A run: open (`slot` is 1, so there is one at a time), ended with what it found (`content`, the ledger's record), or failed."""

    __tablename__ = "monitoring_runs"
    run_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    slot: Mapped[int | None] = mapped_column(Integer)
    actor: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    verdict: Mapped[str | None] = mapped_column(String(16))
    content: Mapped[str | None] = mapped_column(HASH, ForeignKey("blobs.sha256"))
    failure: Mapped[str | None] = mapped_column(String(400))
    __table_args__ = (UniqueConstraint("slot"),)
