"""What a decision leaves behind: a frozen value with one canonical form."""

from __future__ import annotations

from service.domain.record.canonical import canonical_bytes, content_hash
from service.domain.record.decision import NEWEST, Decision, Format

__all__ = ["NEWEST", "Decision", "Format", "canonical_bytes", "content_hash"]
