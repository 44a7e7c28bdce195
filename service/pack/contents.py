"""The files of an export pack: laid out, listed in a manifest with their hashes, and zipped the same way each time."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import IO, Any, Final

import orjson

from service.domain.record import content_hash
from service.ledger.note import Signer, sign
from service.spreadsheet import csv_bytes

__all__ = ["INDEX_COLUMNS", "PackFile", "PackManifest", "index_of", "programs", "write_pack"]

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip: the same content gives the same bytes."""
PROGRAMS: Final = ("verify.py", "ed25519.py")
GUIDES: Final = ("README.zh.md", "README.en.md")
INDEX_COLUMNS: Final = (
    "decision_id",
    "decided_at",
    "firm_id",
    "product",
    "asked",
    "outcome",
    "amount",
    "rate_bp",
    "score",
    "tier",
    "sha256",
)


@dataclass(frozen=True, slots=True)
class PackFile:
    """A file of the pack."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PackManifest:
    """What the pack says of itself."""

    made_at: str
    made_by: str
    program: str
    origin: str
    size: int
    entry: int
    """Place of the ledger's entry that tells of this export."""
    decisions: tuple[str, ...]
    simulated: bool

    def to_json(self, listed: Sequence[Mapping[str, Any]]) -> bytes:
        """Write it with the list of files."""
        said = {
            "format": "jifen-export/1",
            "made_at": self.made_at,
            "made_by": self.made_by,
            "program": f"jifen {self.program}",
            "ledger": {"origin": self.origin, "size": self.size, "export_entry": self.entry},
            "decisions": list(self.decisions),
            "simulated": self.simulated,
            "files": list(listed),
        }
        return orjson.dumps(said, option=orjson.OPT_INDENT_2)


def programs() -> list[PackFile]:
    """Give the program that verifies the pack, and the guides in both languages."""
    folder = files("service.pack")
    return [PackFile(name, (folder / name).read_bytes()) for name in (*PROGRAMS, *GUIDES)]


def index_of(decisions: Iterable[tuple[bytes, Mapping[str, Any]]]) -> PackFile:
    """Give the list of decisions for a spreadsheet: bytes and content of each."""
    return PackFile("decisions.csv", csv_bytes(INDEX_COLUMNS, (_row(body, said) for body, said in decisions)))


def _row(body: bytes, said: Mapping[str, Any]) -> list[Any]:
    asked, offer, risk, points = said["application"], said["offer"] or {}, said["risk"] or {}, said["points"] or {}
    return [
        said["decision_id"],
        said["decided_at"],
        asked["firm_id"],
        asked["product"],
        asked["amount"],
        said["outcome"],
        offer.get("amount"),
        offer.get("rate_bp"),
        risk.get("score"),
        points.get("tier"),
        content_hash(body),
    ]


def write_pack(sink: IO[bytes], contents: Iterable[PackFile], manifest: PackManifest, signer: Signer) -> str:
    """Write the zip, file by file as they come; gives the hash of its manifest, which covers everything in it and is signed."""
    listed = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in contents:
            archive.writestr(_info(file.path), file.content)
            listed.append({"path": file.path, "bytes": len(file.content), "sha256": content_hash(file.content)})
        text = manifest.to_json(listed)
        archive.writestr(_info("manifest.json"), text)
        archive.writestr(_info("manifest.note"), sign(f"{manifest.origin}\nexport manifest\n{content_hash(text)}\n", [signer]))
    return content_hash(text)


def _info(path: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
