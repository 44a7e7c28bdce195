"""Checkpoints (C2SP tlog-checkpoint): what the log is called, how many entries it has, and their root."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass
from typing import Self

from service.ledger.note import BadNote

__all__ = ["Checkpoint"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A statement of the log's size and root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the signed lines; `BadNote` unless they are exactly those a checkpoint is written as."""
        try:
            origin, size, root, rest = text.split("\n", 3)
            found = cls(origin, int(size), b64decode(root, validate=True))
        except (ValueError, Error) as error:
            raise BadNote("the note's text is no checkpoint of three lines: origin, size, root") from error
        if rest or found.text != text or found.size < 0 or len(found.root) != 32:
            raise BadNote("the note's text is no checkpoint of three lines: origin, size, root")
        return found
