"""Programs on file: the very files that decided, kept outside the database so that decisions replay after any upgrade.

They are not kept in the database, because whoever can write there must not be able to have code run here.
"""

from __future__ import annotations

import os
import platform
import tempfile
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import orjson

from service.domain.program import code_version, hash_of_files, hash_of_version, program_files
from service.errors import ArtefactUnusable

__all__ = ["ABOUT", "Programs"]

ABOUT = "program.json"
"""The member that says under which Python and libraries the program ran when it was first kept; the hash is over all others."""
EPOCH = (1980, 1, 1, 0, 0, 0)
MOST_BYTES = 64 * 2**20
"""Far more than the packages have: a larger archive is not one of ours."""


class Programs:
    """A folder of programs, each a zip named by the hash of its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self) -> Path:
        """Keep this program if it is not there yet; it is whole and durable when this returns. `OSError` when it cannot be written."""
        path = self._path(code_version())
        assert path is not None  # this program's version has its hash
        if not path.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as draft:
                _write(draft.name)
                os.fsync(draft.fileno())
            Path(draft.name).replace(path)
        return path

    def has(self, code: str) -> bool:
        """Is the program of this version kept?"""
        path = self._path(code)
        return path is not None and path.is_file()

    def extract(self, code: str, folder: Path) -> None:
        """Extract a program into an empty folder; one that is not there, or not as its hash says, is an `ArtefactUnusable`."""
        path = self._path(code)
        if path is None or not path.is_file():
            raise ArtefactUnusable(f"the program {code} is not kept in {self.folder}; restore its zip from a backup of that folder")
        try:
            contents = _read(path)
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            raise ArtefactUnusable(f"the program {path} cannot be read: {error}; restore it from a backup") from error
        if hash_of_files(contents) != hash_of_version(code):
            raise ArtefactUnusable(f"the program {path} was changed: its files have another hash; restore it from a backup")
        for name, content in contents.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)

    def path(self, code: str) -> Path | None:
        """Give where a program is kept, None where it is not."""
        return self._path(code) if self.has(code) else None

    def _path(self, code: str) -> Path | None:
        digest = hash_of_version(code)
        return None if digest is None else self.folder / f"{digest}.zip"


def _write(name: str) -> None:
    about = {
        "format": "program/1",
        "program": code_version(),
        "python": platform.python_version(),
        "libraries": dict(sorted((one.name, one.version) for one in distributions())),
    }
    members = {**program_files(), ABOUT: orjson.dumps(about, option=orjson.OPT_INDENT_2)}
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            info = zipfile.ZipInfo(path, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)


def _read(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if one.filename != ABOUT]
        if sum(one.file_size for one in members) > MOST_BYTES:
            raise ValueError(f"its files are larger than {MOST_BYTES:,} bytes")
        for one in members:
            place = Path(one.filename)
            if place.is_absolute() or ".." in place.parts:
                raise ValueError(f"the member {one.filename!r} would be written outside")
        return {one.filename: archive.read(one) for one in members}
