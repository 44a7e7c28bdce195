"""The ledger: every act that must be answered for is an entry, and no entry can be changed, dropped, reordered or cut off unseen.

Pure: bytes in, bytes and verdicts out. `service.store.ledger` keeps it, `service.sealer` signs it.
"""

from __future__ import annotations

from service.ledger.entry import Actor, Draft, Entry, Kind, entry_bytes, read_entry

__all__ = ["Actor", "Draft", "Entry", "Kind", "entry_bytes", "read_entry"]
