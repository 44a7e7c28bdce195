"""A small log that was signed, and everything that can be done to it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from builders_ledger import entries

from service.ledger.audit import Finding, Signed, held_to, opened
from service.ledger.checkpoint import Checkpoint
from service.ledger.note import Signer, sign
from service.ledger.tree import Peaks, leaf_hash

SIZE = 12


def stones(*sizes: int) -> list[Signed]:
    """Checkpoints over the untouched log."""
    peaks, found = Peaks(), []
    for seq, entry in enumerate(entries(max(sizes)), start=1):
        list(peaks.add(leaf_hash(entry)))
        if seq in sizes:
            found.append(Signed(Checkpoint("jifen/test", seq, peaks.root()), f"checkpoints/{seq}"))
    return found


def witnessed() -> dict[int, bytes]:
    return {seq: leaf_hash(entry) for seq, entry in enumerate(entries(SIZE))}


def findings(log: Sequence[bytes], *, leaves: dict[int, bytes] | None = None, sizes: tuple[int, ...] = (5, 9, SIZE)) -> list[Finding]:
    numbered = list(enumerate(log))
    held = held_to(numbered, stones(*sizes), witnessed() if leaves is None else leaves)
    return [one for one in held if isinstance(one, Finding)]


def renumbered(log: Sequence[bytes]) -> list[bytes]:
    """What a careful forger does: each entry says the place it now stands at."""
    return [entry.replace(b'"seq":%d,' % _seq(entry), b'"seq":%d,' % place) for place, entry in enumerate(log)]


def _seq(entry: bytes) -> int:
    return int(entry.partition(b'"seq":')[2].partition(b",")[0])


def test_an_untouched_log_has_no_finding() -> None:
    """Every entry is given back, and nothing is found."""
    held = list(held_to(enumerate(entries(SIZE)), stones(5, 9, SIZE), witnessed()))
    assert [one.seq for one in held] == list(range(SIZE))


def test_r3_every_changed_byte_is_found_at_its_entry() -> None:
    """Whatever byte of whatever entry is flipped, the first finding names that entry."""
    log = entries(SIZE)
    for seq, entry in enumerate(log):
        for place in range(len(entry)):
            changed = entry[:place] + bytes([entry[place] ^ 1]) + entry[place + 1 :]
            found = findings([*log[:seq], changed, *log[seq + 1 :]])
            assert found, (seq, place)
            assert found[0].seq == seq, (seq, place, found[0])


@pytest.mark.parametrize("kept", range(SIZE))
def test_r3_every_cut_tail_is_found(kept: int) -> None:
    """However many entries are cut off at the end, the first missing one is named."""
    (found,) = findings(entries(SIZE)[:kept])
    assert (found.cause, found.seq) == ("cut-off", kept)


@pytest.mark.parametrize("seq", range(SIZE - 1))
def test_a_removed_entry_is_named(seq: int) -> None:
    """An entry taken out of the middle is named, whether the places behind it were closed up or not."""
    log = entries(SIZE)
    gap = [(place, entry) for place, entry in enumerate(log) if place != seq]
    first = next(one for one in held_to(gap, stones(SIZE), witnessed()) if isinstance(one, Finding))
    assert (first.cause, first.seq) == ("removed", seq)
    closed = findings(renumbered([*log[:seq], *log[seq + 1 :]]))
    assert (closed[0].cause, closed[0].seq) in {("removed", seq), ("changed", seq)}


@pytest.mark.parametrize("seq", range(SIZE))
def test_an_inserted_entry_is_named(seq: int) -> None:
    """An entry put in between moves what stood there, which the moved ones themselves tell."""
    log = entries(SIZE)
    stranger = entries(SIZE + 1)[-1].replace(b'"seq":12,', b'"seq":%d,' % seq)
    found = findings([*log[:seq], stranger, *log[seq:]])
    assert found[0].seq in {seq, seq + 1}
    assert found[0].cause in {"inserted", "reordered"}


def test_exchanged_entries_are_named() -> None:
    """Two entries in each other's place are found at the first of them."""
    log = entries(SIZE)
    log[3], log[7] = log[7], log[3]
    assert (findings(log)[0].cause, findings(log)[0].seq) == ("reordered", 3)


@pytest.mark.parametrize("seq", range(SIZE))
def test_a_rewritten_log_is_found_at_the_rewritten_entry(seq: int) -> None:
    """An entry replaced by another well-formed one is named from the witnessed leaves, and without them by its stretch."""
    log = entries(SIZE)
    log[seq] = log[seq].replace(b"li.wei", b"no.one")
    assert [(one.cause, one.seq) for one in findings(log)] == [("changed", seq)]
    (blind,) = findings(log, leaves={})
    assert blind.seq == max(stone for stone in (0, 5, 9) if stone <= seq)


def test_leaves_tell_removed_inserted_and_reordered_apart() -> None:
    """When entries do not betray their places, the witnessed leaves say what was done."""
    plain = [b"entry %d" % number for number in range(SIZE)]
    leaves = {seq: leaf_hash(entry) for seq, entry in enumerate(plain)}
    peaks = Peaks()
    for entry in plain:
        list(peaks.add(leaf_hash(entry)))
    stone = [Signed(Checkpoint("jifen/test", SIZE, peaks.root()), "here")]

    def last(log: list[bytes]) -> tuple[str, int | None]:
        found = [one for one in held_to(enumerate(log), stone, leaves) if isinstance(one, Finding)][-1]
        return found.cause, found.seq

    swapped = plain.copy()
    swapped[2], swapped[3] = swapped[3], swapped[2]
    assert last([*plain[:2], *plain[3:], b"more"]) == ("removed", 2)
    assert last([*plain[:2], b"more", *plain[2:]]) == ("inserted", 2)
    assert last(swapped) == ("reordered", 2)
    assert last([*plain[:2], b"more", *plain[3:]]) == ("changed", 2)
    assert last([*plain[:2], *plain[3:]]) == ("removed", 2)


def test_a_checkpoint_by_a_stranger_is_forged() -> None:
    """A note that no known key signed, of another log, or that is no checkpoint, is a finding."""
    ours, theirs = Signer.new("jifen/test"), Signer.new("jifen/test")
    good = Checkpoint("jifen/test", 1, bytes(32))
    assert isinstance(opened(sign(good.text, [ours]), "here", [ours.verifier], "jifen/test"), Signed)
    for note in (sign(good.text, [theirs]), sign("hello\n", [ours]), "nothing"):
        found = opened(note, "here", [ours.verifier], "jifen/test")
        assert isinstance(found, Finding)
        assert found.cause == "forged"
    other = opened(sign(Checkpoint("jifen/other", 1, bytes(32)).text, [ours]), "here", [ours.verifier], "jifen/test")
    assert isinstance(other, Finding)
    assert "another log" in other.en


def test_an_empty_log_with_an_empty_checkpoint_is_sound() -> None:
    """Nothing was signed of nothing."""
    assert list(held_to([], [Signed(Checkpoint("jifen/test", 0, bytes(32)), "here")], {})) == []
