"""The witness: checkpoints and leaf hashes written outside the database, so that what was cut off or rewritten in it shows."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from service.ledger.entry import moment_text

__all__ = ["Sighting", "Witness"]

LATEST = "checkpoint"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A checkpoint as it was witnessed: its note, and the hashes of the leaves from place `start` that it was the first to cover."""

    at: str
    start: int
    leaves: tuple[bytes, ...]
    note: str


class Witness:
    """Folders that each keep every checkpoint: a file a day, a line a checkpoint, and the newest by itself in `checkpoint`."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)

    def write(self, at: datetime, start: int, leaves: Sequence[bytes], note: str) -> None:
        """Add a checkpoint to every folder; it is durable when this returns. `OSError` when one cannot be written."""
        said = {"at": moment_text(at), "start": start, "leaves": b64encode(b"".join(leaves)).decode(), "note": note}
        line = orjson.dumps(said) + b"\n"
        for folder in self.folders:
            folder.mkdir(parents=True, exist_ok=True)
            _append(folder / f"{at.astimezone(UTC):%Y-%m-%d}.jsonl", line)
            _put(folder / LATEST, note.encode())

    def sightings(self) -> Iterator[tuple[Path, int, Sighting | None]]:
        """Read all that was witnessed: file, line (from 1), and the sighting, None where the line cannot be read.

        A last line without its end is what a crash leaves of a checkpoint that was never told to anybody; it is passed over.
        """
        for folder in self.folders:
            for path in sorted(folder.glob("*.jsonl")):
                content = path.read_bytes()
                for number, line in enumerate(content.split(b"\n")[:-1], start=1):
                    yield path, number, _read(line)


def _append(path: Path, line: bytes) -> None:
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _drop_torn_end(file)
        os.write(file, line)
        os.fsync(file)
    finally:
        os.close(file)


def _drop_torn_end(file: int) -> None:
    """Take off half a line that a crash left: its checkpoint was never told to anybody."""
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        os.ftruncate(file, os.pread(file, size, 0).rfind(b"\n") + 1)


def _put(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


def _read(line: bytes) -> Sighting | None:
    try:
        said = orjson.loads(line)
        joined = b64decode(said["leaves"], validate=True)
        leaves = tuple(joined[place : place + 32] for place in range(0, len(joined), 32))
        return Sighting(said["at"], int(said["start"]), leaves, said["note"])
    except (ValueError, KeyError, TypeError):
        return None
