"""Where a run takes its evidence from: a folder of Parquet files, or what is on file; chunk after chunk, never all at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Protocol

import polars as pl

from features.checks import EvidenceFaults, checked_tables
from features.errors import EvidenceError
from features.evidence import gathered_frames
from features.frames import POLARS_TYPES
from features.tables import TABLES
from service.portfolio.spread import CHUNK, ROW, shard_of, spread
from service.store import Store
from service.store.blobs import get_blob
from service.store.evidence import Version, latest_versions
from training.evidence_files import evidence_files

__all__ = ["Filed", "Folder", "Source"]

Tables = Mapping[str, pl.DataFrame]


class Source(Protocol):
    """Evidence of many firms, cut into chunks in the order of their codes."""

    @property
    def checksum(self) -> str:
        """`sha256:` over what is read: a run is resumed on the same evidence only."""

    @property
    def firms(self) -> int:
        """How many firms there are."""

    @property
    def chunks(self) -> int:
        """How many chunks there are, at least one."""

    def prepare(self) -> None:
        """Make ready what chunks are read from; what is ready stays."""

    def read(self, number: int) -> Tables:
        """Give the checked tables of one chunk's firms; raises `EvidenceFaults`."""


@dataclass(frozen=True)
class Folder:
    """A folder with one Parquet file a table. Rows are sorted into chunks under `work` first, so memory holds a chunk at a time."""

    folder: Path
    work: Path
    size: int
    today: date

    @cached_property
    def files(self) -> Mapping[str, Path]:
        """The file of each table; anything that is no such file is refused."""
        files, faults = evidence_files(self.folder)
        if faults:
            raise EvidenceFaults(faults)
        texts = sorted(path.name for path in files.values() if path.suffix != ".parquet")
        if texts:
            raise EvidenceError(f"a portfolio reads Parquet; {', '.join(texts)} in {self.folder} are not: write them as .parquet")
        checked_tables({name: pl.read_parquet(path, n_rows=0) for name, path in files.items()})
        return files

    @cached_property
    def checksum(self) -> str:
        """Hash every file, whatever their order."""
        lines = []
        for name, path in sorted(self.files.items()):
            with path.open("rb") as file:
                lines.append(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}")
        return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def codes(self) -> pl.Series:
        """Every firm's code, in order."""
        told = pl.read_parquet(self.files["firms"], columns=["firm_id"])["firm_id"]
        return told.cast(pl.String).drop_nulls().unique().sort()

    @property
    def firms(self) -> int:
        """How many firms the table of firms names."""
        return len(self.codes)

    @property
    def chunks(self) -> int:
        """How many chunks of `size` firms; one where there is no firm."""
        return max(1, -(-self.firms // self.size))

    def prepare(self) -> None:
        """Sort the rows of every table into chunks; done once, and again where it was cut off."""
        note = self.work / "sorted"
        wanted = f"{self.checksum} {self.size}"
        if note.is_file() and note.read_text("utf-8") == wanted:
            return
        chunks = pl.DataFrame({"firm_id": self.codes}).with_row_index(CHUNK).with_columns(pl.col(CHUNK).cast(pl.Int32) // self.size)
        for name, path in self.files.items():
            spread(path, self.work / name, chunks)
        note.write_text(wanted, "utf-8")

    def read(self, number: int) -> Tables:
        """Read a chunk and check it; a fault names the row of the file it came from."""
        frames = {name: self._shard(name, number) for name in self.files}
        try:
            return checked_tables({name: frame.drop(ROW) for name, frame in frames.items()}, self.today)
        except EvidenceFaults as found:
            placed = [one._replace(row=int(frames[one.table][ROW][one.row - 1])) if one.row else one for one in found.faults]
            raise EvidenceFaults(placed) from None

    def _shard(self, name: str, number: int) -> pl.DataFrame:
        """Read a table's rows of a chunk; none where the chunk's firms have none."""
        path = shard_of(self.work / name, number)
        if path.is_file():
            return pl.read_ipc(path)
        return pl.read_parquet(self.files[name], n_rows=0).with_columns(pl.lit(0, pl.Int64).alias(ROW))


@dataclass(frozen=True)
class Filed:
    """What is on file in the service's database: each firm's newest evidence."""

    store: Store
    size: int

    @cached_property
    def versions(self) -> Sequence[Version]:
        """The newest version of each firm's evidence, in the order of their codes."""
        with self.store.reading() as unit:
            return sorted(latest_versions(unit).values(), key=lambda one: one.firm_id)

    @cached_property
    def checksum(self) -> str:
        """Hash which evidence each firm has."""
        lines = (f"{one.firm_id} {one.sha256}\n" for one in self.versions)
        return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def firms(self) -> int:
        """How many firms are on file."""
        return len(self.versions)

    @property
    def chunks(self) -> int:
        """How many chunks of `size` firms; one where there is no firm."""
        return max(1, -(-self.firms // self.size))

    def prepare(self) -> None:
        """Nothing has to be made ready."""

    def read(self, number: int) -> Tables:
        """Read a chunk; it was checked when it was put on file."""
        asked = self.versions[number * self.size : (number + 1) * self.size]
        if not asked:
            return {"firms": pl.DataFrame(schema={column.name: POLARS_TYPES[column.kind] for column in TABLES["firms"].columns})}
        with self.store.reading() as unit:
            return gathered_frames(get_blob(unit, one.sha256) for one in asked)
