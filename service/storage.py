"""Whether folders take what must be kept: tried by writing, because free space alone says nothing of quotas and read-only mounts."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

from service.outages import DatabaseUnavailable, Outage, StorageFull, outage_of

__all__ = ["Storage"]

PROBE = b"0" * 4096
MEGABYTE = 2**20


class Storage:
    """Watches folders; what was found is good for `seconds`. With less than `free_megabytes` free nothing new is decided.

    That is refused before the disk is full, so that what is under way, the ledger's seals and the witness still find room.
    """

    def __init__(
        self, folders: Sequence[Path], *, free_megabytes: int, seconds: float = 2, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folders, self._free, self._seconds, self._clock = tuple(folders), free_megabytes * MEGABYTE, seconds, clock
        self._lock = Lock()
        self._until = float("-inf")
        self._found: Outage | None = None

    def check(self) -> None:
        """Raise `StorageFull`, `StorageReadOnly` or `DatabaseUnavailable` when a folder does not take what must be kept."""
        if self._clock() >= self._until and self._lock.acquire(blocking=False):
            try:
                self._found = next((found for one in self._folders if (found := self._tried(one)) is not None), None)
                self._until = self._clock() + self._seconds
            finally:
                self._lock.release()
        if self._found is not None:
            raise type(self._found)(str(self._found))

    def _tried(self, folder: Path) -> Outage | None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(folder).free
            if free < self._free:
                return StorageFull(
                    f"{folder} has {free // MEGABYTE:,} MB free, less than JIFEN_FREE_MEGABYTES ({self._free // MEGABYTE:,}); free more"
                )
            _write(folder)
        except OSError as error:
            known = outage_of(error) or DatabaseUnavailable()
            return type(known)(f"{folder} cannot be written to ({error.strerror}): {known}")
        return None


def _write(folder: Path) -> None:
    """Write a page and take it away again; a probe that a crash left is written over by the next process of that number."""
    path = folder / f".probe-{os.getpid()}"
    try:
        with path.open("wb") as file:
            file.write(PROBE)
            file.flush()
            os.fsync(file.fileno())
    finally:
        path.unlink(missing_ok=True)
