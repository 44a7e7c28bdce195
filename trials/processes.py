"""What Linux tells of processes: whose children they are, how much memory they hold, who holds a lock."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

__all__ = ["children_of", "holder_of", "proportional_bytes", "resident_bytes"]


def children_of(parent: int) -> list[int]:
    """Give the living children of a process; none where it is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii").split()]
    return []


def resident_bytes(process: int) -> int | None:
    """Give the memory a process holds of its own, in bytes: resident and shared with nobody; None where it is gone."""
    return _summed(process, ("Private_Clean:", "Private_Dirty:"))


def proportional_bytes(process: int) -> int | None:
    """Give a process's memory with its share of what it shares with others (PSS), in bytes; None where it is gone."""
    return _summed(process, ("Pss:",))


def _summed(process: int, names: tuple[str, ...]) -> int | None:
    with suppress(FileNotFoundError, ProcessLookupError):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
        return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(names))
    return None


def holder_of(path: Path) -> int | None:
    """Give the process that holds a lock on a whole file (`flock`), or None."""
    with suppress(FileNotFoundError):
        number = path.stat().st_ino
        for line in Path("/proc/locks").read_text("ascii").splitlines():
            parts = line.split()
            if "->" not in parts and parts[1] == "FLOCK" and int(parts[5].rsplit(":", 1)[1]) == number:
                return int(parts[4])
    return None
