"""The tree and its proofs, held to hand-made values, to an independent library, and to every way of breaking them."""

from __future__ import annotations

from hashlib import sha256

import pymerkle
import pytest
from builders_ledger import Leaves, entries, leaves
from hypothesis import given
from hypothesis import strategies as st

from service.ledger.proofs import consistency_path, inclusion_path, is_consistent, is_included
from service.ledger.tree import EMPTY_ROOT, Peaks, leaf_hash, node_hash, root_of_range

KNOWN = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
]
"""The eight leaves that implementations of certificate transparency test with."""
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

SIZES = st.integers(1, 700)


def nodes_and_root(size: int) -> tuple[Leaves, bytes]:
    nodes = Leaves(leaves(size))
    return nodes, root_of_range(nodes, 0, size)


def independent(size: int) -> pymerkle.InmemoryTree:
    """The same leaves in a library that shares no code with ours."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries(size):
        tree.append_entry(entry)
    return tree


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    """RFC 9162, 2.1.1: the root of no leaves is SHA-256 of the empty string."""
    assert root_of_range(Leaves([]), 0, 0) == Peaks().root() == EMPTY_ROOT == sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_of_the_known_leaves(size: int) -> None:
    """The eight leaves that every implementation is tested with have the roots that every implementation finds."""
    nodes = Leaves([leaf_hash(leaf) for leaf in KNOWN])
    assert root_of_range(nodes, 0, size).hex() == KNOWN_ROOTS[size - 1]


def test_three_leaves_by_hand() -> None:
    """The root of three is the hash of the hash of two and the third."""
    one, two, three = leaves(3)
    by_hand = node_hash(node_hash(one, two), three)
    nodes = Leaves([one, two, three])
    assert root_of_range(nodes, 0, 3) == by_hand
    assert inclusion_path(nodes, 2, 3) == [node_hash(one, two)]
    assert inclusion_path(nodes, 0, 3) == [two, three]
    assert consistency_path(nodes, 2, 3) == [three]


def test_a_leaf_is_no_node() -> None:
    """The prefixes keep an entry that looks like two hashes from passing for a node."""
    one, two = leaves(2)
    assert leaf_hash(one + two) != node_hash(one, two)


def test_an_independent_library_finds_the_same_roots() -> None:
    """At every size up to 600 the growing tree, the kept nodes and pymerkle agree."""
    tree, peaks, nodes = independent(600), Peaks(), Leaves(leaves(600))
    for size, leaf in enumerate(nodes.leaves, start=1):
        list(peaks.add(leaf))
        assert peaks.root() == root_of_range(nodes, 0, size) == tree.get_root(size)


@pytest.mark.parametrize(("seq", "size"), [(0, 1), (0, 2), (3, 5), (4, 5), (255, 256), (256, 257), (17, 600), (599, 600)])
def test_an_independent_library_finds_the_same_inclusion(seq: int, size: int) -> None:
    """Our path holds the hashes that pymerkle's holds besides the leaf, and pymerkle's holds by our root."""
    nodes, root = nodes_and_root(size)
    proof = independent(size).prove_inclusion(seq + 1, size)
    pymerkle.verify_inclusion(nodes.leaves[seq], root, proof)
    theirs = {bytes.fromhex(step) for step in proof.serialize()["path"]} - {nodes.leaves[seq]}
    assert set(inclusion_path(nodes, seq, size)) == theirs


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 3), (3, 7), (4, 7), (6, 8), (255, 600), (256, 600), (511, 513)])
def test_an_independent_library_finds_the_same_consistency(before: int, after: int) -> None:
    """Pymerkle accepts its own proof between our two roots, and ours holds between its two."""
    nodes, root = nodes_and_root(after)
    tree = independent(after)
    pymerkle.verify_consistency(root_of_range(nodes, 0, before), root, tree.prove_consistency(before, after))
    assert is_consistent(before, after, consistency_path(nodes, before, after), tree.get_root(before), tree.get_root(after))


@given(size=SIZES, data=st.data())
def test_every_inclusion_holds_and_nothing_else_does(size: int, data: st.DataObject) -> None:
    """A path proves its own leaf at its own place in its own tree, and fails for any other leaf, place, size, path or root."""
    seq = data.draw(st.integers(0, size - 1))
    nodes, root = nodes_and_root(size)
    path = inclusion_path(nodes, seq, size)
    leaf = nodes.leaves[seq]
    assert is_included(leaf, seq, size, path, root)
    assert not is_included(leaf_hash(b"other"), seq, size, path, root)
    assert not is_included(leaf, seq, size, path, leaf_hash(b"other"))
    assert not is_included(leaf, seq, size, [*path, leaf], root)
    assert not is_included(leaf, size, size, path, root)
    if path:
        step = data.draw(st.integers(0, len(path) - 1))
        assert not is_included(leaf, seq, size, [*path[:step], leaf_hash(b"other"), *path[step + 1 :]], root)
        assert not is_included(leaf, seq, size, path[:-1], root)
        other = data.draw(st.integers(0, size - 1).filter(lambda place: place != seq))
        assert not is_included(leaf, other, size, path, root)


@given(after=SIZES, data=st.data())
def test_every_extension_is_proved_and_nothing_else_is(after: int, data: st.DataObject) -> None:
    """A path proves that one tree begins with another; a rewritten beginning, another size or a changed step is refused."""
    before = data.draw(st.integers(1, after))
    nodes, root = nodes_and_root(after)
    earlier = root_of_range(nodes, 0, before)
    path = consistency_path(nodes, before, after)
    assert is_consistent(before, after, path, earlier, root)
    assert not is_consistent(before, after, path, leaf_hash(b"other"), root)
    assert not is_consistent(before, after, path, earlier, leaf_hash(b"other"))
    assert not is_consistent(after + 1, after, path, earlier, root)
    if path:
        step = data.draw(st.integers(0, len(path) - 1))
        assert not is_consistent(before, after, [*path[:step], leaf_hash(b"other"), *path[step + 1 :]], earlier, root)
        assert not is_consistent(before, after, path[:-1], earlier, root)


@given(size=SIZES)
def test_a_tree_can_be_taken_up_anywhere(size: int) -> None:
    """Taken up from kept nodes at any size, it grows on to the same roots."""
    nodes = Leaves(leaves(size + 3))
    peaks = Peaks.of_prefix(nodes, size)
    for leaf in nodes.leaves[size:]:
        list(peaks.add(leaf))
    assert peaks.root() == root_of_range(nodes, 0, size + 3)


def test_full_subtrees_are_told_once() -> None:
    """Every 256 leaves complete a subtree of height 8, and every 65,536 one of height 16."""
    peaks = Peaks()
    told = [(height, place) for _ in range(65_536 + 256) for height, place, _ in peaks.add(b"\x00" * 32)]
    assert told == [*[(8, place) for place in range(256)], (16, 0), (8, 256)]


@pytest.mark.parametrize(("seq", "size"), [(3, 3), (-1, 3), (0, 0)])
def test_there_is_no_proof_of_what_is_not_there(seq: int, size: int) -> None:
    """A place outside the tree is an error, never a proof."""
    with pytest.raises(ValueError, match="is not among the first"):
        inclusion_path(Leaves(leaves(3)), seq, size)


@pytest.mark.parametrize(("before", "after"), [(0, 3), (4, 3)])
def test_there_is_no_proof_backwards(before: int, after: int) -> None:
    """A later tree is no beginning of an earlier one, and nothing is proved of an empty one."""
    with pytest.raises(ValueError, match="is no extension of"):
        consistency_path(Leaves(leaves(3)), before, after)
