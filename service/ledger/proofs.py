"""Proofs of RFC 9162: that an entry is in a tree (2.1.3), and that a tree is an extension of an earlier one (2.1.4)."""

from __future__ import annotations

from collections.abc import Sequence

from service.ledger.tree import Nodes, node_hash, root_of_range, split_point

__all__ = ["consistency_path", "inclusion_path", "is_consistent", "is_included"]


def inclusion_path(nodes: Nodes, seq: int, size: int) -> list[bytes]:
    """Give the hashes that lead from leaf `seq` to the root of the first `size` leaves, the lowest first.

    `ValueError` when the leaf is not among them.
    """
    if not 0 <= seq < size:
        raise ValueError(f"entry {seq} is not among the first {size}; entries count from 0")
    return _inclusion(nodes, seq, 0, size)


def _inclusion(nodes: Nodes, seq: int, start: int, stop: int) -> list[bytes]:
    if stop - start == 1:
        return []
    middle = start + split_point(stop - start)
    if seq < middle:
        return [*_inclusion(nodes, seq, start, middle), root_of_range(nodes, middle, stop)]
    return [*_inclusion(nodes, seq, middle, stop), root_of_range(nodes, start, middle)]


def consistency_path(nodes: Nodes, before: int, after: int) -> list[bytes]:
    """Give the hashes that prove that the first `before` leaves are unchanged in the first `after`.

    `ValueError` unless 0 < before <= after.
    """
    if not 0 < before <= after:
        raise ValueError(f"a tree of {after} entries is no extension of one of {before}; the earlier size comes first and is at least 1")
    return _consistency(nodes, before, 0, after, whole=True)


def _consistency(nodes: Nodes, before: int, start: int, stop: int, *, whole: bool) -> list[bytes]:
    """`before` counts from the left end of the whole tree; `whole` says that the verifier knows the earlier root of this part."""
    if before == stop:
        return [] if whole else [root_of_range(nodes, start, stop)]
    middle = start + split_point(stop - start)
    if before <= middle:
        return [*_consistency(nodes, before, start, middle, whole=whole), root_of_range(nodes, middle, stop)]
    return [*_consistency(nodes, before, middle, stop, whole=False), root_of_range(nodes, start, middle)]


def is_included(leaf: bytes, seq: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Does the path lead from a leaf's hash at place `seq` to the root of `size` leaves? (RFC 9162, 2.1.3.2)"""
    if not 0 <= seq < size:
        return False
    place, last, found = seq, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(before: int, after: int, path: Sequence[bytes], root_before: bytes, root_after: bytes) -> bool:
    """Does the path prove that the tree of `after` leaves begins with that of `before`? (RFC 9162, 2.1.4.2)"""
    if not 0 < before <= after:
        return False
    if before == after:
        return not path and root_before == root_after
    steps = [root_before, *path] if before & (before - 1) == 0 else list(path)
    if not steps:
        return False
    place, last = before - 1, after - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == root_before and new == root_after
