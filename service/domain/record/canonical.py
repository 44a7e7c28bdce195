"""The one byte form of a record (RFC 8785) and its hash."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import orjson

__all__ = ["canonical_bytes", "content_hash"]


def canonical_bytes(value: Any) -> bytes:
    """Serialise JSON values as RFC 8785 asks, provided keys are ASCII and numbers are integers below 2**53.

    Under those two conditions, which every record keeps, sorted compact JSON is the canonical form: ASCII keys sort alike by
    bytes and by UTF-16 code units, and integers have one spelling. A test proves it against `rfc8785`, which is 40 times slower.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def content_hash(content: bytes) -> str:
    """Give `sha256:` and the hex digest of bytes."""
    return f"sha256:{sha256(content).hexdigest()}"
