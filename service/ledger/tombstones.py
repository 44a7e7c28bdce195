"""What was deleted by the rules: each tombstone names the hashes of the contents that are gone, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.domain.record.canonical import canonical_bytes

__all__ = ["Tombstones", "tombstone", "tombstoned"]


def tombstone(subject: str, *, deleted: Sequence[str], shredded: Sequence[str], why: Mapping[str, Any]) -> bytes:
    """Give the content of a tombstone's entry: the hashes that are gone, the records whose keys are destroyed, and why."""
    said = {"format": "tombstone/1", "subject": subject, "deleted": sorted(set(deleted)), "shredded": sorted(shredded)}
    return canonical_bytes({**why, **said})


def tombstoned(contents: Iterable[bytes]) -> set[str]:
    """Give every hash that the contents of tombstones' entries list as gone under `deleted`."""
    return {sha256 for content in contents for sha256 in json.loads(content).get("deleted", ())}


class Tombstones:
    """Hashes of contents that were deleted with a tombstone."""

    def __init__(self) -> None:
        self._hashes: set[str] = set()

    def note(self, content: bytes) -> None:
        """Take up the content of a tombstone's entry: it lists the hashes that are gone under `deleted`."""
        self._hashes |= tombstoned([content])

    def __contains__(self, sha256: object) -> bool:
        """Was this content deleted by the rules?"""
        return sha256 in self._hashes
