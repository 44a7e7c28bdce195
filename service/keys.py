"""The keys that sign the ledger: in files of their own, never in the database. Old public keys are kept for good."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

from service.ledger.note import BadNote, Signer, Verifier
from service.outages import LedgerKeyUnusable

__all__ = ["PRIVATE", "KeyRing", "open_keys", "rotate"]

PRIVATE, PUBLIC = "ledger.key", "ledger-public-keys.txt"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The key that signs now, and every public key the log was ever signed with, oldest first."""

    signer: Signer
    known: tuple[Verifier, ...]

    @property
    def origin(self) -> str:
        """What the log is called; it outlives its keys."""
        return self.signer.name


def open_keys(folder: Path, *, may_create: bool) -> KeyRing:
    """Read the keys; where there are none and it may, make the first.

    `LedgerKeyUnusable` when they are missing though the log was signed before (a new key would start another log), unreadable, or
    readable by others.
    """
    if not (folder / PRIVATE).exists():
        if not may_create:
            raise LedgerKeyUnusable(f"{folder / PRIVATE} is missing, and the ledger was signed with it before; restore the folder {folder}")
        _create(folder)
    return KeyRing(_signer(folder / PRIVATE), _known(folder / PUBLIC))


def rotate(folder: Path) -> tuple[KeyRing, KeyRing]:
    """Replace the signing key by a new one under the same name; gives the old ring and the new. The old private key is gone."""
    with _locked(folder):
        before = open_keys(folder, may_create=False)
        signer = Signer.new(before.origin)
        after = KeyRing(signer, (*before.known, signer.verifier))
        _write_public(folder, after.known)
        _write_private(folder, signer)
    return before, after


def _create(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(folder):
        if not (folder / PRIVATE).exists():  # another process was faster
            signer = Signer.new(f"jifen/{secrets.token_hex(8)}")
            _write_public(folder, (signer.verifier,))
            _write_private(folder, signer)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(file, LOCK_EX)
        yield
    finally:
        os.close(file)


def _write_public(folder: Path, keys: tuple[Verifier, ...]) -> None:
    _replace(folder / PUBLIC, "".join(f"{key.text}\n" for key in keys), 0o644)


def _write_private(folder: Path, signer: Signer) -> None:
    _replace(folder / PRIVATE, f"{signer.text}\n", 0o600)


def _replace(path: Path, text: str, mode: int) -> None:
    """Write a file whole or not at all, durable when this returns."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        os.write(file, text.encode())
        os.fsync(file)
    finally:
        os.close(file)
    draft.replace(path)
    parent = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def _signer(path: Path) -> Signer:
    try:
        mode = path.stat().st_mode
        if mode & 0o077:
            raise LedgerKeyUnusable(
                f"{path} can be read by others (mode {mode & 0o777:o}); make it private with chmod 600, or rotate the key"
            )
        return Signer.parse(path.read_text("utf-8"))
    except (OSError, BadNote) as error:
        raise LedgerKeyUnusable(f"the ledger's key {path} cannot be used: {error}; restore it") from error


def _known(path: Path) -> tuple[Verifier, ...]:
    try:
        return tuple(Verifier.parse(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    except (OSError, BadNote) as error:
        raise LedgerKeyUnusable(f"the ledger's public keys {path} cannot be used: {error}; restore the file") from error
