"""What a decision leaves behind: a frozen value with one canonical form."""

from __future__ import annotations

from service.domain.record.canonical import canonical_bytes, content_hash
from service.domain.record.decision import Decision

__all__ = ["Decision", "canonical_bytes", "content_hash"]
