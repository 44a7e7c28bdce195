"""A kit: one folder with all that a decision is replayed from. Its layout never changes, so that each program reads what another wrote.

`kit/1`: `decisions/<number>.json` holds the record, `evidence/<hash>` the dossier, `artefacts/<kind>-<hash>` models, schemes, reference
bases and policies in the bytes they were kept in.
"""

from __future__ import annotations

from pathlib import Path

from service.artefacts import Source
from service.domain.record import content_hash
from service.domain.record.parts import Pins
from service.store.artefacts import ArtefactKind

__all__ = ["Kit", "pinned"]


def pinned(pins: Pins) -> list[tuple[ArtefactKind, str]]:
    """List the artefacts that a decision was made with, each by kind and hash."""
    named = [
        (ArtefactKind.MODEL, pins.bundle),
        (ArtefactKind.REFERENCE, pins.reference),
        (ArtefactKind.SCHEME, pins.scheme),
        (ArtefactKind.POLICY, pins.policy),
    ]
    return [(kind, pin.rsplit(" ", 1)[-1]) for kind, pin in named if pin is not None]


class Kit:
    """Writes and reads a kit's folder; several decisions share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def pack(self, body: bytes, number: str, pins: Pins, *, evidence: bytes, source: Source) -> None:
        """Put in a decision and what it stands on; what is there already stays. What the source lacks is left out, and found missing."""
        self._put("decisions", f"{number}.json", body)
        self._put("evidence", _bare(pins.evidence), evidence)
        for kind, pin in pinned(pins):
            name = f"{kind.value}-{_bare(pin)}"
            if not (self.folder / "artefacts" / name).exists():
                content = source(kind, pin)
                if content is not None:
                    self._put("artefacts", name, content)

    def body(self, number: str) -> bytes:
        """Give a record, byte for byte."""
        return (self.folder / "decisions" / f"{number}.json").read_bytes()

    def evidence(self, pin: str) -> bytes:
        """Give a dossier; one that is missing or has another hash is a `ValueError`."""
        path = self.folder / "evidence" / _bare(pin)
        content = path.read_bytes() if path.is_file() else b""
        if content_hash(content) != pin:
            raise ValueError(f"the kit has no evidence {pin}")
        return content

    def artefact(self, kind: ArtefactKind, pin: str) -> bytes | None:
        """Give the bytes of an artefact, None where the kit has none; whoever reads it holds it to its hash."""
        path = self.folder / "artefacts" / f"{kind.value}-{_bare(pin)}"
        return path.read_bytes() if path.is_file() else None

    def _put(self, part: str, name: str, content: bytes) -> None:
        folder = self.folder / part
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _bare(pin: str) -> str:
    return pin.removeprefix("sha256:")
