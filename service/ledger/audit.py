"""Holding a log to what was signed about it: intact, or the first entry that was changed, removed, inserted, reordered or cut off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from service.ledger.checkpoint import Checkpoint
from service.ledger.entry import Entry, read_entry
from service.ledger.note import BadNote, Verifier, open_note
from service.ledger.tree import Peaks, leaf_hash

__all__ = ["Cause", "Finding", "Signed", "first_difference", "held_to", "opened"]

Cause = Literal["changed", "removed", "inserted", "reordered", "cut-off", "forged", "content-changed", "content-missing", "unrecorded"]
LOOKAHEAD = 64
"""Entries compared to tell a removed or inserted entry from a changed one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: its cause, the first entry it concerns (None: no single one), and the words of a report."""

    cause: Cause
    seq: int | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint whose signature was verified, and where it was found."""

    checkpoint: Checkpoint
    place: str


def opened(note: str, place: str, known: Sequence[Verifier], origin: str) -> Signed | Finding:
    """Verify a signed note; one that no known key signed, or that speaks of another log, is a finding."""
    try:
        checkpoint = Checkpoint.parse(open_note(note, known)[0])
    except BadNote as error:
        return Finding("forged", None, f"{place}中的检查点签名无效:{error}", f"a checkpoint in {place} does not hold: {error}")
    if checkpoint.origin != origin:
        said = checkpoint.origin
        return Finding("forged", None, f"{place}中的检查点属于另一账本{said}", f"a checkpoint in {place} speaks of another log, {said}")
    return Signed(checkpoint, place)


def held_to(entries: Iterable[tuple[int, bytes]], signed: Iterable[Signed], leaves: Mapping[int, bytes]) -> Iterator[Finding | Entry]:
    """Read (place, entry) pairs in their order and give each sound entry, and everything that contradicts what was signed.

    `leaves` are leaf hashes by place that were witnessed outside the database: with them the first changed entry is named even when
    the whole log was rewritten. Without them it is known only to lie between two checkpoints.
    """
    stones = sorted(signed, key=lambda one: one.checkpoint.size)
    peaks, found, sound_until = Peaks(), [], 0
    waiting = iter(stones)
    stone = next(waiting, None)
    while stone is not None and stone.checkpoint.size == 0:
        stone = next(waiting, None)
    following = iter(entries)
    for place, entry in following:
        yield from _entry(place, peaks.size, entry)
        leaf = leaf_hash(entry)
        found.append(leaf)
        for _ in peaks.add(leaf):
            pass
        while stone is not None and stone.checkpoint.size == peaks.size:
            if stone.checkpoint.root == peaks.root():
                sound_until = peaks.size
            else:
                found += [leaf_hash(entry) for _, entry in islice(following, LOOKAHEAD)]
                yield first_difference(found, leaves, sound_until, stone)
                return
            stone = next(waiting, None)
    if stone is not None:
        yield _cut(found, leaves, sound_until, stones[-1])


def _entry(place: int, expected: int, entry: bytes) -> Iterator[Finding | Entry]:
    if place != expected:
        yield Finding("removed", expected, f"缺少第{expected}条记录", f"entry {expected} is missing; the next one on file is {place}")
        return
    try:
        read = read_entry(entry)
    except ValueError as error:
        reason = str(error).splitlines()[0]
        yield Finding("changed", place, f"第{place}条记录无法读取,已被改动", f"entry {place} cannot be read, so it was changed: {reason}")
        return
    if read.seq != place:
        yield Finding(
            "reordered", place, f"第{place}条记录原为第{read.seq}条", f"entry {place} says that it is entry {read.seq}: it was moved"
        )
        return
    yield read


def first_difference(found: Sequence[bytes], leaves: Mapping[int, bytes], sound_until: int, stone: Signed) -> Finding:
    """Name the first entry that is not what was witnessed; without witnessed leaves, the stretch it lies in."""
    size = stone.checkpoint.size
    for place in range(sound_until, size):
        witnessed = leaves.get(place)
        if witnessed is not None and witnessed != found[place]:
            return _differs(place, found, leaves)
    zh = f"第{sound_until}条至第{size - 1}条记录与{stone.place}中的检查点{size}不符"
    en = f"entries {sound_until} to {size - 1} do not have the root of checkpoint {size} in {stone.place}; one of them was changed"
    return Finding("changed", sound_until, zh, en)


def _differs(place: int, found: Sequence[bytes], leaves: Mapping[int, bytes]) -> Finding:
    """Tell what became of an entry by where it and its neighbours went."""
    expected = leaves[place]
    ahead_found = list(islice(found, place + 1, place + 1 + LOOKAHEAD))
    ahead_known = [leaves[n] for n in range(place + 1, place + 1 + LOOKAHEAD) if n in leaves]
    is_elsewhere, has_stranger = expected in ahead_found, found[place] not in ahead_known
    if is_elsewhere and has_stranger:
        return Finding("inserted", place, f"第{place}条是后来插入的记录", f"entry {place} was inserted: what stood there comes later")
    if is_elsewhere:
        return Finding("reordered", place, f"自第{place}条起记录顺序被调换", f"entries from {place} on were reordered")
    if not has_stranger:
        return Finding("removed", place, f"第{place}条记录被删除", f"entry {place} was removed: what came after it stands in its place")
    return Finding("changed", place, f"第{place}条记录被改动", f"entry {place} was changed")


def _cut(found: Sequence[bytes], leaves: Mapping[int, bytes], sound_until: int, stone: Signed) -> Finding:
    """Fewer entries than were signed: the end was cut off, unless one was taken out before it."""
    size, kept = stone.checkpoint.size, len(found)
    for place in range(sound_until, kept):
        if leaves.get(place, found[place]) != found[place]:
            return _differs(place, found, leaves)
    zh = f"账本应有{size}条记录({stone.place}),现存{kept}条:自第{kept}条起被截断"
    en = f"the log had {size} entries by {stone.place} and has {kept}: it was cut off from entry {kept} on"
    return Finding("cut-off", kept, zh, en)
