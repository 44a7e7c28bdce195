"""Sealing: what is committed comes under a signed checkpoint, in the database and outside it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from builders_ledger import OFFICER, draft
from builders_service import Clock, wait_until
from sqlalchemy import select, update

from service.config import Settings
from service.errors import NotReady
from service.keys import open_keys, rotate
from service.ledger.checkpoint import Checkpoint
from service.ledger.note import open_note
from service.ledger.proofs import is_consistent, is_included
from service.sealer import Sealer, open_ring, open_sealer, rotate_key
from service.store import Store
from service.store.ledger import KeptNodes, append, checkpoint_notes, newest_checkpoint, sealed_size, size_of
from service.store.models import Base, LedgerEntry, TreeTile
from service.use_cases.proving import consistency, inclusion
from service.use_cases.verify import verify
from service.witness import Witness


@pytest.fixture
def sealer(store: Store, settings: Settings, clock: Clock) -> Sealer:
    return open_sealer(store, settings, clock)


@pytest.fixture
def enter(store: Store) -> Callable[[int], None]:
    """Append so many entries."""

    def append_some(count: int) -> None:
        with store.writing() as unit:
            append(unit, [draft(number) for number in range(count)])

    return append_some


@pytest.fixture
def size(store: Store) -> Callable[[], int]:
    def read() -> int:
        with store.reading() as unit:
            return size_of(unit)

    return read


def test_a_checkpoint_covers_everything_and_is_signed(
    store: Store, sealer: Sealer, enter: Callable[[int], None], settings: Settings
) -> None:
    """The newest checkpoint has the size of the ledger, and opens with the public key that the ledger's own first seal entered."""
    enter(3)
    made = sealer.seal_now()
    with store.reading() as unit:
        found = newest_checkpoint(unit)
    assert made is not None
    assert found is not None
    text, keys = open_note(found[1], open_ring(store, settings).known)
    assert Checkpoint.parse(text) == made
    assert (made.size, len(keys)) == (4, 1)  # three entries and the key's own


def test_nothing_new_is_not_sealed_again(sealer: Sealer, enter: Callable[[int], None], store: Store) -> None:
    """A second seal without a new entry makes no checkpoint, and an empty ledger none at all."""
    assert sealer.seal_now() is None
    enter(1)
    assert sealer.seal_now() is not None
    assert sealer.seal_now() is None
    with store.reading() as unit:
        assert len(checkpoint_notes(unit)) == 1


def test_proofs_hold_across_seals_of_every_size(store: Store, sealer: Sealer, enter: Callable[[int], None]) -> None:
    """Over kept subtrees and loose ends, every checkpoint is proved to begin with every earlier one, and entries to be in the newest."""
    sizes = []
    for count in (1, 2, 250, 1, 256, 300, 5):
        enter(count)
        made = sealer.seal_now()
        assert made is not None
        sizes.append(made.size)
    for before in sizes:
        for after in sizes:
            if before <= after:
                proof = consistency(store, before, after)
                path = [bytes.fromhex(step) for step in proof.path]
                assert is_consistent(before, after, path, bytes.fromhex(proof.root_before), bytes.fromhex(proof.root_after))
                assert proof.checkpoint_after is not None
    for seq in (0, 1, 255, 256, 511, 512, sizes[-1] - 1):
        shown = inclusion(store, seq)
        path = [bytes.fromhex(step) for step in shown.path]
        assert is_included(bytes.fromhex(shown.leaf), seq, shown.size, path, bytes.fromhex(shown.root))


def test_a_commit_is_sealed_in_the_background(store: Store, settings: Settings, clock: Clock, enter: Callable[[int], None]) -> None:
    """Within the set time of a commit its entry is under a checkpoint, without anybody asking."""
    sealer = Sealer(store, lambda: open_ring(store, settings), Witness(settings.witness_folders), clock, wait=0.01, limit=60)
    store.committed = sealer.poke
    enter(2)

    def is_sealed() -> bool:
        with store.reading() as unit:
            return sealed_size(unit) == size_of(unit) == 3

    wait_until(is_sealed)


def test_the_witness_has_what_the_database_has(store: Store, sealer: Sealer, enter: Callable[[int], None], settings: Settings) -> None:
    """Every checkpoint is kept outside too, with the hashes of the leaves that it was the first to cover."""
    enter(2)
    sealer.seal_now()
    enter(3)
    sealer.seal_now()
    seen = [sighting for _, _, sighting in Witness(settings.witness_folders).sightings()]
    with store.reading() as unit:
        assert [sighting.note for sighting in seen if sighting] == [note for _, note in checkpoint_notes(unit)]
        leaves = KeptNodes(unit).full(0, 0, 6)
    assert [leaf for sighting in seen if sighting for leaf in sighting.leaves] == leaves
    assert (settings.home / "witness" / "checkpoint").read_text("utf-8") == seen[-1].note  # type: ignore[union-attr]


def test_a_checkpoint_is_witnessed_before_it_is_kept(
    store: Store, sealer: Sealer, enter: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the witness cannot be written, nothing is kept as sealed; later it is made good."""
    enter(1)
    monkeypatch.setattr(Witness, "write", _disk_full)
    with pytest.raises(OSError, match="disk full"):
        sealer.seal_now()
    with store.reading() as unit:
        assert newest_checkpoint(unit) is None
    monkeypatch.undo()
    assert sealer.seal_now() is not None


def _disk_full(*_: object) -> None:
    raise OSError("disk full")


def test_what_cannot_be_sealed_stops_decisions(
    store: Store, settings: Settings, clock: Clock, enter: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the set time of failing, `check` says why nothing more may be decided; once sealing works, it is silent again."""
    sealer = Sealer(store, lambda: open_ring(store, settings), Witness(settings.witness_folders), clock, wait=0, limit=3600)
    monkeypatch.setattr(Witness, "write", _disk_full)
    enter(1)
    sealer.close()
    sealer.check()  # not yet
    sealer._limit = 0.05
    wait_until(lambda: _refuses(sealer))
    with pytest.raises(NotReady, match="disk full"):
        sealer.check()
    monkeypatch.undo()
    sealer.close()
    sealer.check()


def _refuses(sealer: Sealer) -> bool:
    try:
        sealer.check()
    except NotReady:
        return True
    return False


def test_a_missing_key_is_not_replaced(store: Store, settings: Settings, clock: Clock, enter: Callable[[int], None]) -> None:
    """A ledger that was signed before is not signed on with a new key: the old one must be restored."""
    enter(1)
    open_sealer(store, settings, clock).seal_now()
    (settings.home / "keys" / "ledger.key").unlink()
    with pytest.raises(NotReady, match=r"ledger\.key is missing"):
        open_ring(store, settings)


def test_the_key_of_another_ledger_is_refused(store: Store, settings: Settings, clock: Clock, enter: Callable[[int], None]) -> None:
    """Keys that did not sign the newest checkpoint do not go on with this ledger."""
    enter(1)
    open_sealer(store, settings, clock).seal_now()
    for path in (settings.home / "keys").iterdir():
        path.unlink()
    open_keys(settings.home / "keys", may_create=True)
    with pytest.raises(NotReady, match="did not sign"):
        open_ring(store, settings)


def test_a_rotated_key_is_vouched_for_by_the_old_one(
    store: Store, settings: Settings, clock: Clock, enter: Callable[[int], None], size: Callable[[], int]
) -> None:
    """The checkpoint over the new key's entry bears both signatures; old and new checkpoints verify with the kept public keys."""
    enter(2)
    open_sealer(store, settings, clock).seal_now()
    before = open_ring(store, settings)
    made = rotate_key(store, settings, clock, OFFICER)
    after = open_ring(store, settings)
    assert made is not None
    assert made.size == size() == 4
    assert after.known == (*before.known, after.signer.verifier)
    with store.reading() as unit:
        note = checkpoint_notes(unit)[-1][1]
    assert open_note(note, before.known)[1] == before.known
    assert len(open_note(note, after.known)[1]) == 2
    enter(1)
    open_sealer(store, settings, clock).seal_now()
    assert verify(store, after, Witness(settings.witness_folders)).is_intact


def test_keys_are_private(tmp_path: Path) -> None:
    """Made with mode 600 in a folder of mode 700, and refused once others may read them."""
    ring = open_keys(tmp_path / "keys", may_create=True)
    key = tmp_path / "keys" / "ledger.key"
    assert (key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert open_keys(tmp_path / "keys", may_create=False).signer.text == ring.signer.text
    key.chmod(0o640)
    with pytest.raises(NotReady, match="chmod 600"):
        open_keys(tmp_path / "keys", may_create=False)


def test_the_private_key_is_never_in_the_database(
    store: Store, sealer: Sealer, enter: Callable[[int], None], settings: Settings, clock: Clock
) -> None:
    """After seals and a rotation no column of no table holds either private key, whatever its form."""
    enter(2)
    sealer.seal_now()
    first = open_ring(store, settings).signer
    rotate_key(store, settings, clock, OFFICER)
    signers = (first, open_ring(store, settings).signer)
    secrets = [form for one in signers for form in (one.private.private_bytes_raw(), one.text.split("+", 4)[4].encode())]
    with store.reading() as unit:
        for table in Base.metadata.tables.values():
            for row in unit.execute(select(table)):
                held = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
                assert not any(secret in held or secret in _unpacked(held) for secret in secrets), table.name


def _unpacked(content: bytes) -> bytes:
    """What a packed column holds, as far as one is in it."""
    start = content.find(b"x\x9c")
    try:
        return b"" if start < 0 else zlib.decompressobj().decompress(content[start:])
    except zlib.error:
        return b""


@pytest.mark.parametrize("name", ["ledger.key", "ledger-public-keys.txt"])
def test_a_broken_key_file_is_told(tmp_path: Path, name: str) -> None:
    """A key file that cannot be read says which and what to do, and not what it holds."""
    open_keys(tmp_path, may_create=True)
    (tmp_path / name).write_text("PRIVATE+KEY+secret", encoding="utf-8")
    with pytest.raises(NotReady, match="restore") as caught:
        open_keys(tmp_path, may_create=False)
    assert "secret" not in str(caught.value) or name != "ledger.key"


def test_rotating_keeps_every_public_key(tmp_path: Path) -> None:
    """Twice rotated, three public keys are known, and only the newest private one is there."""
    first = open_keys(tmp_path, may_create=True)
    second = rotate(tmp_path)[1]
    third = rotate(tmp_path)[1]
    assert third.known == (first.signer.verifier, second.signer.verifier, third.signer.verifier)
    assert open_keys(tmp_path, may_create=False).signer.verifier == third.signer.verifier
    assert first.signer.text not in "".join(path.read_text("utf-8") for path in tmp_path.iterdir())


def test_several_witnesses_get_the_same(tmp_path: Path, clock: Clock) -> None:
    """Every folder gets every checkpoint."""
    witness = Witness([tmp_path / "one", tmp_path / "two"])
    witness.write(clock.now, 0, [b"\x00" * 32], "a note\n")
    assert [path.parent.name for path, _, _ in witness.sightings()] == ["one", "two"]
    assert len({path.read_bytes() for path, _, _ in witness.sightings()}) == 1


def test_half_a_line_is_what_a_crash_leaves(tmp_path: Path, clock: Clock) -> None:
    """A line without its end is passed over, and taken off before the next is written."""
    witness = Witness([tmp_path])
    witness.write(clock.now, 0, [], "one\n")
    (path,) = tmp_path.glob("*.jsonl")
    with path.open("ab") as file:
        file.write(b'{"at": "20')
    assert [sighting and sighting.note for _, _, sighting in witness.sightings()] == ["one\n"]
    witness.write(clock.now, 0, [], "two\n")
    assert [sighting and sighting.note for _, _, sighting in witness.sightings()] == ["one\n", "two\n"]


def test_a_line_that_cannot_be_read_is_told(tmp_path: Path, clock: Clock) -> None:
    """A whole line that is no checkpoint was put there, or changed."""
    witness = Witness([tmp_path])
    witness.write(clock.now, 0, [], "one\n")
    (path,) = tmp_path.glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"leaves"', b'"leaven"'))
    assert [(name.name, line, sighting) for name, line, sighting in witness.sightings()] == [(path.name, 1, None)]


@pytest.fixture
def sealed(store: Store, sealer: Sealer, enter: Callable[[int], None]) -> None:
    """A ledger of 301 entries with one kept subtree."""
    enter(300)
    sealer.seal_now()


@pytest.mark.usefixtures("sealed")
def test_a_changed_subtree_is_put_right(store: Store, sealer: Sealer, enter: Callable[[int], None], settings: Settings) -> None:
    """Kept subtrees are only a short cut: where they contradict the signed root and the entries do not, they are made anew."""
    with store.writing() as unit:
        unit.execute(update(TreeTile).values(root=b"\x00" * 32))
    enter(1)
    assert sealer.seal_now() is not None
    assert verify(store, open_ring(store, settings), Witness(settings.witness_folders)).is_intact


@pytest.mark.usefixtures("sealed")
def test_a_changed_entry_is_not_sealed_over(store: Store, sealer: Sealer, enter: Callable[[int], None]) -> None:
    """Where the entries themselves contradict the signed root, nothing more is signed, and the examiner's command is named."""
    with store.writing() as unit:
        unit.execute(update(LedgerEntry).where(LedgerEntry.seq == 299).values(entry=b"{}"))
    enter(1)
    with pytest.raises(NotReady, match="jifen audit verify"):
        sealer.seal_now()
