"""Sealing: within a second of a commit its entries are under a signed checkpoint, in the database and with the witness."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Event, Lock, Thread

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from service.clock import Clock
from service.config import Settings
from service.domain.record import canonical_bytes
from service.errors import NotReady
from service.keys import PRIVATE, KeyRing, open_keys, rotate
from service.ledger import Actor, Draft, Kind
from service.ledger.checkpoint import Checkpoint
from service.ledger.note import BadNote, Signer, open_note, read_note, sign
from service.ledger.tree import TILE_HEIGHT, Peaks, leaf_hash
from service.outages import DatabaseUnavailable, LedgerKeyUnusable, LedgerUnsealed
from service.store.engine import Store
from service.store.ledger import (
    KeptNodes,
    append,
    count_tiles,
    entries_between,
    entry_of,
    keep_checkpoint,
    keep_tiles,
    newest_checkpoint,
    replace_tiles,
    sealed_size,
    size_of,
)
from service.witness import Witness

__all__ = ["Sealer", "enter_key", "open_ring", "open_sealer", "rotate_key", "seal"]

log = logging.getLogger(__name__)
LEDGER = Actor(kind="system", id="ledger")
TOLD_SECONDS = 60


def seal(unit: Connection, keys: KeyRing, witness: Witness, clock: Clock, *, also: tuple[Signer, ...] = ()) -> Checkpoint | None:
    """Sign a checkpoint over all entries, inside a write transaction; None when the newest one covers them already.

    The witness is written first: should the transaction fail then, the witness has a true statement about entries that are durable.
    So nothing may be appended in the same transaction. `also` signs beside the key in use, when that one is new.
    """
    now = clock()
    start, size = sealed_size(unit), size_of(unit)
    if size == start:
        return None
    peaks = _taken_up(unit, start)
    leaves = [leaf_hash(entry) for entry in entries_between(unit, start, size)]
    tiles = [tile for leaf in leaves for tile in peaks.add(leaf)]
    checkpoint = Checkpoint(keys.origin, size, peaks.root())
    note = sign(checkpoint.text, (keys.signer, *also))
    witness.write(now, start, leaves, note)
    keep_tiles(unit, tiles)
    keep_checkpoint(unit, size, note, now)
    return checkpoint


def _taken_up(unit: Connection, size: int) -> Peaks:
    """Take up the tree of the newest checkpoint; it must have the root that was signed.

    Kept subtrees that do not are made anew from the entries; entries that do not are `NotReady`: nothing is signed on top of them.
    """
    newest = newest_checkpoint(unit)
    if newest is None:
        return Peaks()
    signed = Checkpoint.parse(read_note(newest[1]).text)
    peaks = Peaks.of_prefix(KeptNodes(unit), size) if _has_tiles(unit, size) else Peaks()
    if (peaks.size, peaks.root()) == (signed.size, signed.root):
        return peaks
    log.warning("kept subtrees of the ledger do not have the signed root; they are made anew")
    peaks = Peaks()
    tiles = [tile for entry in entries_between(unit, 0, size) for tile in peaks.add(leaf_hash(entry))]
    if (peaks.size, peaks.root()) != (signed.size, signed.root):
        raise NotReady(
            "entries of the ledger do not have the root that was signed, so nothing more is; `jifen audit verify` names the first"
        )
    replace_tiles(unit, tiles)
    return peaks


def _has_tiles(unit: Connection, size: int) -> bool:
    return count_tiles(unit) == sum(size >> height for height in range(TILE_HEIGHT, 64, TILE_HEIGHT))


def enter_key(unit: Connection, keys: KeyRing, now: datetime, actor: Actor = LEDGER) -> None:
    """Enter the public key that signs, unless it stands in the log: who trusts the first key can follow to the newest."""
    verifier = keys.signer.verifier
    number = verifier.number.hex()
    if entry_of(unit, Kind.KEY, number) is None:
        content = canonical_bytes({"format": "key/1", "origin": keys.origin, "public_key": verifier.text})
        append(unit, [Draft(kind=Kind.KEY, subject=number, actor=actor, at=now, content=content)])


class Sealer:
    """Seals in the background: the first commit of a process starts its thread; several processes may seal in turn.

    `keys` are read when first needed, so a missing key stops decisions, not the process. When entries have waited longer than `limit`
    seconds, `check` refuses: what cannot be sealed must not grow. `key_file` is looked for at each check: a process goes on signing with
    the key it has read, but what it could not sign after its next start is not to be begun.
    """

    def __init__(
        self,
        store: Store,
        keys: Callable[[], KeyRing],
        witness: Witness,
        clock: Clock,
        *,
        wait: float,
        limit: float,
        key_file: Path | None = None,
    ) -> None:
        self._store, self._keys, self._witness, self._clock, self._key_file = store, keys, witness, clock, key_file
        self._wait, self._limit = wait, limit
        self._due = Event()
        self._starting = Lock()
        self._process = 0
        self._failing_since: float | None = None
        self._told_at = 0.0
        self._reason = ""
        self._has_keys = self._is_keyless = False

    @property
    def keys(self) -> KeyRing:
        """The keys of this ledger; `NotReady` when they are missing or not its own."""
        return self._keys()

    @property
    def witness(self) -> Witness:
        """What is written outside the database."""
        return self._witness

    def poke(self) -> None:
        """Tell that something was committed."""
        if self._process != os.getpid():
            with self._starting:
                if self._process != os.getpid():
                    self._due = Event()
                    Thread(target=self._work, name="sealer", daemon=True).start()
                    self._process = os.getpid()
        self._due.set()

    def seal_now(self) -> Checkpoint | None:
        """Seal everything that is committed, unless it is sealed; raises what stands in the way."""
        with self._store.reading() as unit:
            if size_of(unit) == sealed_size(unit):
                return None
        keys = self._read_keys()
        with self._store.writing(silent=True) as unit:
            enter_key(unit, keys, self._clock())
        with self._store.writing(silent=True) as unit:
            return seal(unit, keys, self._witness, self._clock)

    def close(self) -> None:
        """Seal before the process ends; a failure is logged, and made good by the next start."""
        self._attempt()

    def check(self) -> None:
        """Raise `LedgerUnsealed` when sealing has failed for too long, and `LedgerKeyUnusable` at once when the key that signed is gone."""
        if self._key_file is not None and self._has_keys and not self._key_file.exists():
            raise LedgerKeyUnusable(f"{self._key_file} is gone, and the ledger was signed with it; restore it from its backup")
        since = self._failing_since
        if since is None:
            return
        if self._is_keyless:
            raise LedgerKeyUnusable(self._reason)
        if time.monotonic() - since > self._limit:
            raise LedgerUnsealed(
                f"records could not be sealed for {self._limit:.0f} s: {self._reason}; put that right, sealing goes on by itself"
            )

    @property
    def failing_for(self) -> float:
        """Seconds since sealing first failed, 0 while it works."""
        since = self._failing_since
        return 0.0 if since is None else time.monotonic() - since

    def open_keys(self) -> None:
        """Read the keys ahead of the first seal, so that a missing one is told at the start and not by the first commit."""
        try:
            self._read_keys()
        except LedgerKeyUnusable as error:
            self._failed(error)
        except (SQLAlchemyError, DatabaseUnavailable) as error:
            log.warning("whose keys are needed could not be read: %s", type(error).__name__)

    def _read_keys(self) -> KeyRing:
        ring = self._keys()
        self._has_keys = True
        return ring

    def _work(self) -> None:
        while True:
            self._due.wait()
            time.sleep(self._wait)
            self._due.clear()
            self._attempt()

    def _attempt(self) -> None:
        """Seal; a failure is logged, remembered for `check`, and tried again."""
        try:
            self.seal_now()
        except Exception as error:  # noqa: BLE001 whatever it is, it is told and tried again
            self._failed(error)
            self._due.set()
        else:
            if self._failing_since is not None:
                log.warning("the ledger is sealed again", extra={"seconds": round(self.failing_for)})
            self._failing_since, self._is_keyless = None, False

    def _failed(self, error: Exception) -> None:
        """Remember a failure, and log it when it is new and once a minute after that: a log must not fill the disk that is full."""
        now = time.monotonic()
        reason = str(error)
        if self._failing_since is None or reason != self._reason or now - self._told_at >= TOLD_SECONDS:
            log.error("the ledger could not be sealed", exc_info=error)
            self._told_at = now
        self._reason, self._is_keyless = reason, isinstance(error, LedgerKeyUnusable)
        if self._failing_since is None:
            self._failing_since = now


def open_ring(store: Store, settings: Settings) -> KeyRing:
    """Read the keys of a database's ledger; the first are made when nothing was signed yet. Raises `NotReady`."""
    with store.reading() as unit:
        newest = newest_checkpoint(unit)
    ring = open_keys(settings.key_folder, may_create=newest is None)
    if newest is not None:
        _hold_to(newest[1], ring, settings.key_folder)
    return ring


def _hold_to(note: str, ring: KeyRing, folder: Path) -> None:
    """Keys of another log must not go on with this one."""
    try:
        open_note(note, ring.known)
    except BadNote as error:
        raise LedgerKeyUnusable(
            f"the keys in {folder} did not sign this ledger's newest checkpoint ({error}); restore the right folder"
        ) from error


def open_sealer(store: Store, settings: Settings, clock: Clock) -> Sealer:
    """Make the sealer of a database; its keys are read with its first seal."""
    return Sealer(
        store,
        cache(lambda: open_ring(store, settings)),
        Witness(settings.witness_folders),
        clock,
        wait=settings.seal_milliseconds / 1000,
        limit=settings.unsealed_seconds,
        key_file=settings.key_folder / PRIVATE,
    )


def rotate_key(store: Store, settings: Settings, clock: Clock, actor: Actor) -> Checkpoint | None:
    """Let a new key sign from now on; the entry that tells of it is under a checkpoint that both keys signed.

    Running services go on with the key they loaded until they are restarted; its public half stays known, so both verify.
    """
    Sealer(store, lambda: open_ring(store, settings), Witness(settings.witness_folders), clock, wait=0, limit=1).seal_now()
    before, after = rotate(settings.key_folder)
    with store.writing(silent=True) as unit:
        enter_key(unit, after, clock(), actor)
    with store.writing(silent=True) as unit:
        return seal(unit, after, Witness(settings.witness_folders), clock, also=(before.signer,))
