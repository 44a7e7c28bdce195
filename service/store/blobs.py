"""Bytes under their own hash, kept compressed: what was put once is never written again and never changes."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, select

from service.store.insertion import insert_new
from service.store.models import Blob

__all__ = ["PackedBlob", "get_blob", "hash_of", "pack", "put_blobs", "read_blobs"]

BATCH = 200
"""Blobs read in one statement."""

PackedBlob = dict[str, str | bytes]
"""A row of `blobs`."""


def hash_of(content: bytes) -> str:
    """Give the name bytes are kept under: `sha256:` and 64 hexadecimal digits."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def pack(kind: str, content: bytes) -> PackedBlob:
    """Compress bytes ahead of the transaction that writes them."""
    return {"sha256": hash_of(content), "kind": kind, "packed": zlib.compress(content, 6)}


def put_blobs(unit: Connection, blobs: Iterable[PackedBlob]) -> None:
    """Write those that are not there yet."""
    insert_new(unit, Blob, {blob["sha256"]: blob for blob in blobs}.values())


def get_blob(unit: Connection, sha256: str) -> bytes:
    """Read bytes by the hash that another row refers to; bytes that are gone or changed are an error, never an answer."""
    packed = unit.scalar(select(Blob.packed).where(Blob.sha256 == sha256))
    content = b"" if packed is None else _unpacked(packed)
    if hash_of(content) != sha256:
        raise ValueError(f"blob {sha256} holds bytes with the hash {hash_of(content)}; the database was changed from outside")
    return content


def read_blobs(unit: Connection, hashes: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Read many by their hashes, as they are, unchecked; one that is not there, or cannot be unpacked, is left out or empty."""
    for start in range(0, len(hashes), BATCH):
        query = select(Blob.sha256, Blob.packed).where(Blob.sha256.in_(hashes[start : start + BATCH]))
        for row in unit.execute(query):
            yield row.sha256, _unpacked(row.packed)


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return b""
