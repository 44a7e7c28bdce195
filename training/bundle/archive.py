"""A bundle as one file: an uncompressed tar of its files in a fixed order, with nothing in it that differs between two writings."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Final

from training.bundle.files import FILES, INDEX, RELEASE
from training.errors import BundleError

__all__ = ["archived", "restored"]

NAMES: Final = tuple(sorted((*FILES, INDEX, RELEASE)))


def archived(folder: Path) -> bytes:
    """Give a bundle folder as tar bytes (USTAR): equal files give equal bytes. A file that cannot be read is a `BundleError`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in NAMES:
            try:
                content = (folder / name).read_bytes()
            except OSError as error:
                raise BundleError(f"{folder} is not a whole bundle: {name} cannot be read ({error.strerror}); fetch it again") from error
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def restored(archive: bytes, folder: Path) -> None:
    """Write the files of an archive into an empty folder; `Bundle.load` then verifies them.

    Only the names of a bundle are written, each once and directly below `folder`: an archive that holds anything else (another
    name, a path, a link) or lacks one is a `BundleError`, and nothing is written.
    """
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isreg() else None
                if file is None or member.name not in NAMES or member.name in contents:
                    raise BundleError(f"the archive holds {member.name!r}, which is no file of a bundle; archive the bundle again")
                contents[member.name] = file.read()
    except tarfile.TarError as error:
        raise BundleError(f"these bytes are no archive of a bundle ({error}); archive the bundle again") from error
    lacking = [name for name in NAMES if name not in contents]
    if lacking:
        raise BundleError(f"the archive lacks {', '.join(lacking)}; archive the bundle again")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
