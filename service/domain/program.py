"""The running program as a value: its files, the one hash over them, and the name that decisions pin."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["PACKAGES", "code_version", "hash_of_files", "hash_of_version", "program_files"]

PACKAGES = ("features", "training", "service")
"""What decides is in these; the libraries beneath them are named by their versions where a program is kept."""
COMPILED = "__pycache__"
MARK = "+sha256."


def program_files() -> dict[str, bytes]:
    """Read every file of the packages by its path below them, byte code aside, in the order of the paths."""
    found: dict[str, bytes] = {}
    for package in PACKAGES:
        _gather(files(package), package, found)
    return dict(sorted(found.items()))


def _gather(folder: Traversable, path: str, found: dict[str, bytes]) -> None:
    for one in folder.iterdir():
        place = f"{path}/{one.name}"
        if one.is_file():
            found[place] = one.read_bytes()
        elif one.name != COMPILED:
            _gather(one, place, found)


def hash_of_files(contents: Mapping[str, bytes]) -> str:
    """Hash names and contents, whatever archive or folder they lie in: 64 hexadecimal digits."""
    lines = (f"{sha256(content).hexdigest()}  {path}\n" for path, content in sorted(contents.items()))
    return sha256("".join(lines).encode()).hexdigest()


@cache
def code_version() -> str:
    """Give this program's version with the hash of its files, as decisions pin it: `0.1.0+sha256.6f1c...`.

    The number alone would not do: what replays years later must be the very program, not one that was called the same.
    """
    return f"{version('jifen')}{MARK}{hash_of_files(program_files())}"


def hash_of_version(code: str) -> str | None:
    """Read the hash out of a pinned version; None of one that has none, as decisions of early programs have."""
    _, mark, digest = code.partition(MARK)
    return digest if mark and len(digest) == 64 and set(digest) <= set("0123456789abcdef") else None
