"""Signed notes (C2SP signed-note): a text, a blank line, and a line for each Ed25519 signature.

A signature line is an em dash, the key's name and the base64 of 4 bytes of key number and 64 of signature. The key's number is the
beginning of SHA-256 over name, newline, 0x01 (Ed25519) and the public key.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["BadNote", "Note", "Signer", "Verifier", "open_note", "read_note", "sign"]

ED25519: Final = b"\x01"
NAME: Final = re.compile(r"[^\s+]+")
LINE: Final = re.compile(r"— (\S+) ([A-Za-z0-9+/=]+)")
LONGEST: Final = 1 << 16
MOST_SIGNATURES: Final = 100


class BadNote(ValueError):  # noqa: N818 named after what is wrong
    """The text is no signed note, or none of the known keys signed it, or a known key's signature does not fit."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under its name."""

    name: str
    public: bytes

    @property
    def number(self) -> bytes:
        """Four bytes that say which key signed."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as it is handed out: name, number and key, joined by plus signs (C2SP vkey)."""
        return f"{self.name}+{self.number.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a handed-out key; `BadNote` when it is none."""
        parts = text.strip().split("+", 2)
        try:
            name, number, key = parts
            content = b64decode(key, validate=True)
        except (ValueError, Error) as error:
            raise BadNote(f"{text[:80]!r} is no public key; one is NAME+NUMBER+KEY") from error
        found = cls(name, content[1:])
        if not NAME.fullmatch(name) or content[:1] != ED25519 or len(content) != 33 or found.number.hex() != number:
            raise BadNote(f"{text[:80]!r} is no Ed25519 key whose number fits its name")
        return found

    def fits(self, text: str, signature: bytes) -> bool:
        """Is it this key's signature of the text?"""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under its name. It is shown nowhere: its `repr` leaves it out."""

    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.private.public_key().public_bytes_raw())

    @classmethod
    def new(cls, name: str) -> Self:
        """Make a key."""
        if not NAME.fullmatch(name):
            raise BadNote(f"{name!r} cannot name a key; leave out spaces and plus signs")
        return cls(name, Ed25519PrivateKey.generate())

    @property
    def text(self) -> str:
        """The private key as it is kept in its file (the form of Go's note package)."""
        kept = b64encode(ED25519 + self.private.private_bytes_raw()).decode()
        return f"PRIVATE+KEY+{self.name}+{self.verifier.number.hex()}+{kept}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a kept key; `BadNote`, which never repeats the text, when it is none."""
        try:
            name, number, key = text.strip().removeprefix("PRIVATE+KEY+").split("+", 2)
            content = b64decode(key, validate=True)
            found = cls(name, Ed25519PrivateKey.from_private_bytes(content[1:]))
        except (ValueError, Error) as error:
            raise BadNote("the file holds no private key of the form PRIVATE+KEY+NAME+NUMBER+KEY") from error
        if content[:1] != ED25519 or found.verifier.number.hex() != number:
            raise BadNote("the file holds a private key whose number does not fit its name")
        return found


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was read: its text, and each signature by (name, key number); not verified yet."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]


def sign(text: str, signers: Sequence[Signer]) -> str:
    """Sign a text that ends with a newline and holds no blank line at its end."""
    if not text.endswith("\n") or any(ord(character) < 32 and character != "\n" for character in text):
        raise BadNote("a note's text ends with a newline and holds no other control characters")
    lines = (_line(text, signer) for signer in signers)
    return f"{text}\n{''.join(lines)}"


def _line(text: str, signer: Signer) -> str:
    signature = signer.verifier.number + signer.private.sign(text.encode())
    return f"— {signer.name} {b64encode(signature).decode()}\n"


def read_note(note: str) -> Note:
    """Take a note apart; `BadNote` when it is none."""
    text, gap, lines = note.rpartition("\n\n")
    listed = lines.split("\n")
    if not gap or len(note) > LONGEST or listed[-1] != "" or not 1 <= len(listed) - 1 <= MOST_SIGNATURES:
        raise BadNote("the note has no text, a blank line and signature lines after it")
    return Note(f"{text}\n", tuple(_signature(line) for line in listed[:-1]))


def _signature(line: str) -> tuple[str, bytes, bytes]:
    found = LINE.fullmatch(line)
    try:
        content = b64decode(found[2], validate=True) if found else b""
    except Error:
        content = b""
    if not found or len(content) < 5 or b64encode(content).decode() != found[2]:
        raise BadNote(f"{line[:80]!r} is no signature line")
    return found[1], content[:4], content[4:]


def open_note(note: str, known: Iterable[Verifier]) -> tuple[str, tuple[Verifier, ...]]:
    """Give the text of a note and the known keys that signed it.

    `BadNote` when no known key signed, or when the signature of a known key does not fit: one that is broken spoils the note.
    """
    keys = {(key.name, key.number): key for key in known}
    read = read_note(note)
    signed = []
    for name, number, signature in read.signatures:
        key = keys.get((name, number))
        if key is None:
            continue
        if not key.fits(read.text, signature):
            raise BadNote(f"the signature of {name} does not fit the text")
        signed.append(key)
    if not signed:
        raise BadNote("no known key signed the note")
    return read.text, tuple(signed)
