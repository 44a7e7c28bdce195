"""Sealing what is personal: AES-256-GCM under a fresh key per record, that key wrapped under a master key in a file.

The master key never enters the database, and a record's own key never leaves it unwrapped. So a copy of the database reads nothing,
and a record whose wrapped key is destroyed is unreadable in every copy of its sealed texts: in the tables, in the ledger's
content, which commits to what is sealed, and in exports.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.errors import KeysUnusable

__all__ = ["KEY_FILE", "MasterKey", "MasterKeys", "Wrapped", "new_data_key", "open_text", "seal_text", "unwrap", "wrap"]

KEY_FILE = "personal.key"
KEY_BYTES, NONCE_BYTES = 32, 12
VERSION = b"\x01"


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A key that wraps the keys of records; its id is a hash, so that a wrapped key says which one opens it."""

    secret: bytes

    @property
    def id(self) -> str:
        """16 hexadecimal digits."""
        return hashlib.sha256(b"jifen personal key " + self.secret).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A record's key under a master key."""

    master: str
    wrapped: bytes


class MasterKeys:
    """The file of master keys in a folder, made on first use; its first line is in use, later lines only open what is older."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / KEY_FILE

    def current(self) -> MasterKey:
        """Give the key that wraps now."""
        return self._keys()[0]

    def of(self, number: str) -> MasterKey:
        """Give the key of an id; `KeysUnusable` when it is not in the file."""
        for key in self._keys():
            if key.id == number:
                return key
        raise KeysUnusable(f"{self.path} has no key {number}; restore the file from its backup, what it sealed cannot be read without it")

    def begin_rotation(self) -> MasterKey:
        """Put a new key in front; the older ones stay until `end_rotation`, so a rotation that is cut off loses nothing."""
        keys = [MasterKey(secrets.token_bytes(KEY_BYTES)), *self._keys()]
        self._write(keys)
        return keys[0]

    def end_rotation(self) -> None:
        """Forget every key but the one in use; call it once every record's key is wrapped under that one."""
        self._write([self.current()])

    def _keys(self) -> list[MasterKey]:
        if not self.path.exists():
            self._make()
        self._refuse_strangers()
        try:
            keys = [MasterKey(base64.b64decode(line, validate=True)) for line in self.path.read_text("ascii").split()]
        except ValueError as error:
            raise KeysUnusable(f"{self.path} is no file of keys; restore it from its backup") from error
        if not keys or any(len(key.secret) != KEY_BYTES for key in keys):
            raise KeysUnusable(f"{self.path} holds no key of {KEY_BYTES} bytes; restore it from its backup")
        return keys

    def _refuse_strangers(self) -> None:
        mode = stat.S_IMODE(self.path.stat().st_mode)
        if mode & 0o077:
            raise KeysUnusable(f"{self.path} has the mode {mode:04o}, so others can read it; set it to 0600 and rotate the key")

    def _make(self) -> None:
        """Make the first key; of several processes that try at once, one wins and all use its key."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._draft([MasterKey(secrets.token_bytes(KEY_BYTES))])
        try:
            os.link(draft, self.path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def _write(self, keys: list[MasterKey]) -> None:
        self._draft(keys).replace(self.path)

    def _draft(self, keys: list[MasterKey]) -> Path:
        draft = self.path.with_name(f"{KEY_FILE}.{secrets.token_hex(6)}")
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as content:
            content.writelines(base64.b64encode(key.secret) + b"\n" for key in keys)
            content.flush()
            os.fsync(content.fileno())
        return draft


def new_data_key() -> bytes:
    """Make the key of one record."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def wrap(master: MasterKey, record_id: str, data_key: bytes) -> Wrapped:
    """Wrap a record's key; it opens for this record only."""
    return Wrapped(master.id, _encrypt(master.secret, f"key {record_id}", data_key))


def unwrap(master: MasterKey, record_id: str, wrapped: bytes) -> bytes:
    """Unwrap a record's key; `KeysUnusable` when it was changed or belongs to another record."""
    return _decrypt(master.secret, f"key {record_id}", wrapped)


def seal_text(data_key: bytes, record_id: str, field: str, text: str) -> bytes:
    """Seal a text; it opens in its own field of its own record only."""
    return _encrypt(data_key, f"{record_id}/{field}", text.encode())


def open_text(data_key: bytes, record_id: str, field: str, sealed: bytes) -> str:
    """Open a sealed text; `KeysUnusable` when it was changed or moved."""
    return _decrypt(data_key, f"{record_id}/{field}", sealed).decode()


def _encrypt(key: bytes, place: str, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, VERSION + place.encode())


def _decrypt(key: bytes, place: str, sealed: bytes) -> bytes:
    nonce, content = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, content, sealed[:1] + place.encode())
    except (InvalidTag, ValueError) as error:
        raise KeysUnusable(f"what is sealed at {place} does not open: it was changed, or the key is another one") from error
