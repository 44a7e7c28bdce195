"""Holding the clock to the ledger: entries are in the order of their acts, so a clock that is far behind the newest ones is wrong."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from service.ledger import Kind
from service.store.ledger import size_of
from service.store.models import LedgerEntry

__all__ = ["ACCEPTED", "newest_moment"]

WINDOW = 64
"""Entries looked back at: one that was made while the clock was wrong does not hide those before it."""
ACCEPTED = "clock"
"""Subject of the entry by which somebody says that the clock is right now, though it is behind earlier entries."""


def newest_moment(unit: Connection) -> datetime | None:
    """Give the latest moment of the newest entries, or of those since the clock was last accepted; None for an empty ledger."""
    first = size_of(unit) - WINDOW
    accepted = select(func.max(LedgerEntry.seq)).where(LedgerEntry.kind == Kind.AUDIT.value, LedgerEntry.subject == ACCEPTED)
    since = unit.scalar(accepted)
    if since is not None:
        first = max(first, int(since))
    found: datetime | None = unit.scalar(select(func.max(LedgerEntry.at)).where(LedgerEntry.seq >= first))
    return found
