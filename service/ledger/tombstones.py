"""What was deleted by the rules: each tombstone names the hash of a content that is gone, and why."""

from __future__ import annotations

import json

__all__ = ["Tombstones"]


class Tombstones:
    """Hashes of contents that were deleted with a tombstone."""

    def __init__(self) -> None:
        self._hashes: set[str] = set()

    def note(self, content: bytes) -> None:
        """Take up the content of a tombstone's entry: it lists the hashes that are gone under `deleted`."""
        self._hashes.update(json.loads(content).get("deleted", ()))

    def __contains__(self, sha256: object) -> bool:
        """Was this content deleted by the rules?"""
        return sha256 in self._hashes
