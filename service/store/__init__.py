"""What is kept: evidence, decisions, keys and tokens, on SQLite or PostgreSQL."""

from __future__ import annotations

from service.store.engine import Store, is_reachable, open_store
from service.store.upgrade import is_current, upgrade

__all__ = ["Store", "is_current", "is_reachable", "open_store", "upgrade"]
