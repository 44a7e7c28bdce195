"""Decision numbers: 26 characters that sort by time, as in the ULID specification (48-bit milliseconds, 80 random bits)."""

from __future__ import annotations

import secrets
from datetime import datetime

__all__ = ["DECISION_ID", "new_decision_id"]

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAIRS = tuple(high + low for high in CROCKFORD for low in CROCKFORD)
DECISION_ID = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
"""What a decision number looks like."""


def new_decision_id(now: datetime) -> str:
    """Make a number for a decision taken at `now`; two made in one millisecond differ in 80 random bits, not in order."""
    value = (int(now.timestamp() * 1000) << 80) | secrets.randbits(80)
    return "".join(PAIRS[value >> shift & 1023] for shift in range(120, -1, -10))
