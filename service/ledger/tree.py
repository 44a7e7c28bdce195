"""The Merkle tree of RFC 9162 section 2.1: hashes of leaves and nodes, and roots of ranges of leaves.

A full subtree of height h over the leaves `place * 2**h` up to `(place + 1) * 2**h` is called (h, place). Those whose height is a multiple
of 8 are kept once they are full ("tiles"), so that a root or a proof over millions of leaves reads a few hundred hashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final, Protocol

__all__ = ["EMPTY_ROOT", "TILE_HEIGHT", "Nodes", "Peaks", "WholeTree", "fold", "leaf_hash", "node_hash", "root_of_range", "split_point"]

EMPTY_ROOT: Final = sha256(b"").digest()
"""Root of a tree without leaves."""
TILE_HEIGHT: Final = 8
"""Levels between kept subtrees: 256 hashes make one."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry as a leaf: SHA-256 of 0x00 and the entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees as one: SHA-256 of 0x01, left and right."""
    return sha256(b"\x01" + left + right).digest()


def split_point(leaves: int) -> int:
    """Give the largest power of two below a number of leaves (two or more): where RFC 9162 splits a tree."""
    return 1 << ((leaves - 1).bit_length() - 1)


def fold(hashes: Sequence[bytes]) -> bytes:
    """Give the root over a power of two of subtrees of one height, left to right."""
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


class Nodes(Protocol):
    """Where the hashes of a tree are found."""

    def full(self, height: int, start: int, stop: int) -> Sequence[bytes]:
        """Give the roots of the full subtrees (height, start) up to (height, stop); the height is a multiple of `TILE_HEIGHT`."""


def root_of_range(nodes: Nodes, start: int, stop: int) -> bytes:
    """Give the root over the leaves from `start` up to `stop`, as RFC 9162 defines it for a list of leaves.

    `start` is a multiple of the least power of two that is not below the number of leaves, as every range in a proof is.
    """
    leaves = stop - start
    if leaves == 0:
        return EMPTY_ROOT
    if leaves & (leaves - 1) == 0:
        return _full_subtree(nodes, leaves.bit_length() - 1, start // leaves)
    middle = start + split_point(leaves)
    return node_hash(root_of_range(nodes, start, middle), root_of_range(nodes, middle, stop))


def _full_subtree(nodes: Nodes, height: int, place: int) -> bytes:
    below = height // TILE_HEIGHT * TILE_HEIGHT
    width = 1 << (height - below)
    return fold(nodes.full(below, place * width, (place + 1) * width))


class WholeTree:
    """Nodes of a tree whose leaves are all in memory: for many proofs at once. Some 64 bytes a leaf."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            self._levels.append([node_hash(left, right) for left, right in zip(below[::2], below[1::2], strict=False)])

    def full(self, height: int, start: int, stop: int) -> Sequence[bytes]:
        """Give the roots of the full subtrees (height, start) up to (height, stop)."""
        return self._levels[height][start:stop]


class Peaks:
    """The root of a growing list of leaves in memory: one hash for each full subtree that a prefix is made of, the highest first."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add a leaf's hash; gives (height, place, root) of each kept subtree that it completes, the lowest first."""
        self._peaks.append((0, leaf))
        self.size += 1
        completed = []
        while len(self._peaks) > 1 and self._peaks[-1][0] == self._peaks[-2][0]:
            height, right = self._peaks.pop()
            _, left = self._peaks.pop()
            self._peaks.append((height + 1, node_hash(left, right)))
            if (height + 1) % TILE_HEIGHT == 0:
                completed.append((height + 1, (self.size >> (height + 1)) - 1, self._peaks[-1][1]))
        return iter(completed)

    def root(self) -> bytes:
        """Give the root over all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root

    @classmethod
    def of_prefix(cls, nodes: Nodes, size: int) -> Peaks:
        """Take up a tree of `size` leaves that is kept elsewhere."""
        peaks = cls()
        start = 0
        for height in range(size.bit_length() - 1, -1, -1):
            if size >> height & 1:
                peaks._peaks.append((height, _full_subtree(nodes, height, start >> height)))
                start += 1 << height
        peaks.size = size
        return peaks
