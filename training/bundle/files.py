"""The bundle folder: which files count, and the one hash over them.

``hash = sha256(lines)`` where each line is ``<sha256 of the file>  <name>`` and lines are sorted by name. `files.json` keeps the lines;
`release.json` (version, time of writing) is the only file that does not count.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from training.errors import BundleError

__all__ = ["FILES", "INDEX", "RELEASE", "folder_hash", "json_bytes", "sha256", "verified", "write_files"]

FILES: Final = ("card.html", "card.md", "golden.json", "manifest.json", "model.txt", "reference_profile.json")
INDEX: Final = "files.json"
RELEASE: Final = "release.json"


def sha256(data: bytes) -> str:
    """Digest of bytes as `sha256:<hex>`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def json_bytes(value: Any) -> bytes:
    """JSON with sorted keys and no NaN: equal values give equal bytes."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


def folder_hash(digests: Mapping[str, str]) -> str:
    """The bundle's hash from the digests of its files, name -> sha256."""
    return sha256("".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode())


def write_files(folder: Path, contents: Mapping[str, bytes], release: bytes) -> str:
    """Write the six files, their index and the release note; give the bundle's hash. A folder in use is refused."""
    if folder.exists() and any(folder.iterdir()):
        raise BundleError(f"{folder} is not empty; a bundle is never overwritten, choose a new version")
    folder.mkdir(parents=True, exist_ok=True)
    digests = {name: sha256(contents[name]) for name in FILES}
    total = folder_hash(digests)
    for name in FILES:
        (folder / name).write_bytes(contents[name])
    (folder / RELEASE).write_bytes(release)
    (folder / INDEX).write_bytes(json_bytes({"files": digests, "hash": total}))
    return total


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise BundleError(f"{folder} is not a whole bundle: {name} cannot be read ({error.strerror}); fetch or train it again") from error


def verified(folder: Path) -> tuple[dict[str, bytes], bytes, str]:
    """Give the files of a bundle, its release note and its hash after comparing every digest with the index."""
    try:
        index = json.loads(_read(folder, INDEX))
        listed, total = dict(index["files"]), str(index["hash"])
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{folder / INDEX} is not a bundle index ({error}); fetch or train the bundle again") from error
    contents = {name: _read(folder, name) for name in FILES}
    for name, data in contents.items():
        if listed.get(name) != sha256(data):
            raise BundleError(f"{folder / name} was changed after it was written; restore the file or train the bundle again")
    if folder_hash(listed) != total or sorted(listed) != list(FILES):
        raise BundleError(f"{folder / INDEX} does not sum to its own hash; restore it or train the bundle again")
    return contents, _read(folder, RELEASE), total
