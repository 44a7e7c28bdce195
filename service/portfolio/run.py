"""A portfolio run: chunks of firms become part files, one after another, and a manifest says which are done.

A part is written whole and then named in the manifest, both atomically. So whatever interrupts a run, the same command goes on where
it stood, and no firm is missing or there twice.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import orjson
import polars as pl

from features.build import build_features
from features.firm_row import BASES
from features.indicators import catalogue_hash
from features.vocabulary import Product
from service.domain.calendar import day_number
from service.domain.program import code_version
from service.errors import PortfolioRefused
from service.portfolio.columns import prefix_of
from service.portfolio.offers import Bench
from service.portfolio.relay import with_relay
from service.portfolio.rows import rows_of
from service.portfolio.sources import Source, Tables

__all__ = ["MANIFEST", "Made", "Manifest", "Run", "asked_of", "built", "parts_of", "products_of", "run"]

FORMAT = "portfolio/1"
MANIFEST = "manifest.json"
Report = Callable[[str, float], None]
"""Told what is being done and which share of it is done."""


@dataclass(frozen=True, slots=True)
class Made:
    """A part that is done."""

    file: str
    rows: int
    sha256: str


@dataclass(slots=True)
class Manifest:
    """What a run was asked, on which evidence and rules, and which of its chunks are done."""

    asked: Mapping[str, Any]
    chunks: int
    firms: int
    parts: dict[int, Made] = field(default_factory=dict)

    @property
    def is_finished(self) -> bool:
        """Is every chunk done?"""
        return len(self.parts) == self.chunks

    def write(self, folder: Path) -> None:
        """Replace the manifest of the folder; a reader sees the old one or the new one, whole."""
        _put(folder / MANIFEST, lambda file: file.write(self.body()))

    def body(self) -> bytes:
        """Write it down, as JSON."""
        parts = {f"{number:05d}": asdict(one) for number, one in sorted(self.parts.items())}
        said = {"format": FORMAT, "asked": self.asked, "firms": self.firms, "chunks": self.chunks, "finished": self.is_finished}
        return orjson.dumps(said | {"parts": parts}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """Read the folder's manifest, None where there is none; `PortfolioRefused` for what is none of ours."""
        path = folder / MANIFEST
        return cls.parsed(path.read_bytes(), str(path)) if path.is_file() else None

    @classmethod
    def parsed(cls, body: bytes, path: str) -> Manifest:
        """Read what `body` wrote; `PortfolioRefused` for anything else."""
        try:
            said = orjson.loads(body)
            if said["format"] != FORMAT:
                raise PortfolioRefused(f"{path} is of format {said['format']!r}, this program writes {FORMAT}; choose another folder")
            parts = {int(number): Made(**one) for number, one in said["parts"].items()}
            return cls(asked=said["asked"], chunks=said["chunks"], firms=said["firms"], parts=parts)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise PortfolioRefused(f"{path} is no manifest of a portfolio ({error}); choose another folder") from error

    def refuse_other(self, asked: Mapping[str, Any], folder: object) -> None:
        """Raise `PortfolioRefused` where another run was asked."""
        changed = sorted(name for name in {*asked, *self.asked} if asked.get(name) != self.asked.get(name))
        if changed:
            raise PortfolioRefused(
                f"{folder} holds a run with another {', '.join(changed)}; finish it with what it was begun with, or choose another folder"
            )


@dataclass(frozen=True, slots=True)
class Run:
    """All that a chunk needs to become rows."""

    source: Source
    bench: Bench
    folder: Path
    with_offers: bool = True

    def make(self, number: int) -> Made:
        """Write the part of one chunk, in place of whatever stood there."""
        frame = rows_of(built(self.source.read(number), self.bench), self.bench, with_offers=self.with_offers)
        path = self.folder / f"part-{number:05d}.parquet"
        _put(path, lambda file: frame.write_parquet(file, compression="zstd", compression_level=1))
        return Made(path.name, frame.height, hash_of(path))


def built(tables: Tables, bench: Bench) -> pl.DataFrame:
    """Build what every row is judged on, firms in the order of their codes."""
    standing, active = bench.standing, bench.active
    day = day_number(standing.as_of)
    asked = (
        tables["firms"]
        .select(
            application_id="firm_id",
            firm_id="firm_id",
            as_of=pl.lit(day, pl.Int64),
            amount=pl.lit(standing.amount, pl.Int64),
            term_months=pl.lit(standing.term_months, pl.Int64),
        )
        .sort("firm_id")
    )
    frame = build_features(asked, tables, keep=BASES)
    return with_relay(frame, tables, active.policy, active.scheme, active.reference, day)


class Pinned(Protocol):
    """Evidence that is known by a hash."""

    @property
    def checksum(self) -> str:
        """Tell it from other evidence."""


def asked_of(source: Pinned, bench: Bench, *, size: int, offers: str) -> Mapping[str, Any]:
    """Give everything a run's rows depend on: two runs of the same are the same."""
    active, standing = bench.active, bench.standing
    return {
        "evidence": source.checksum,
        "as_of": standing.as_of.isoformat(),
        "amount": standing.amount,
        "term_months": standing.term_months,
        "purpose": None if standing.purpose is None else str(standing.purpose),
        "orders": [one.given_by for one in standing.orders],
        "reviews": sorted(one.given_by for orders in standing.reviews.values() for one in orders),
        "offers": offers,
        "size": size,
        "models": {segment: bundle.hash for segment, bundle in sorted(active.bundles.items())},
        "scheme": active.scheme.hash,
        "reference": None if active.reference is None else active.reference.hash,
        "policy": active.policy.hash,
        "plan": bench.plan.hash,
        "catalogue": catalogue_hash(),
        "program": code_version(),
    }


def run(
    asked: Mapping[str, Any],
    source: Source,
    folder: Path,
    made: Callable[[Iterable[int]], Iterator[tuple[int, Made]]],
    *,
    report: Report = lambda _what, _share: None,
) -> Manifest:
    """Make every part that is not there yet; `made` makes those it is given, in any order.

    Raises `PortfolioRefused` where the folder holds another run, or another process works in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        manifest = _begun(asked, source, folder)
        left = [number for number in range(manifest.chunks) if number not in manifest.parts]
        if left:
            report("sort the rows by firm", 0.0)
            source.prepare()
        for number, one in made(left):
            manifest.parts[number] = one
            manifest.write(folder)
            done = len(manifest.parts)
            report(f"{sum(part.rows for part in manifest.parts.values()):,} of {manifest.firms:,} firms", done / manifest.chunks)
    return manifest


def _begun(asked: Mapping[str, Any], source: Source, folder: Path) -> Manifest:
    """Go on with what is there, or begin; parts that are gone or changed are made again."""
    found = Manifest.read(folder)
    if found is None:
        strangers = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
        if strangers:
            raise PortfolioRefused(f"{folder} holds {strangers[0]} and no manifest; choose an empty folder")
        begun = Manifest(asked=asked, chunks=source.chunks, firms=source.firms)
        begun.write(folder)
        return begun
    found.refuse_other(asked, folder)
    found.parts = {number: one for number, one in found.parts.items() if _stands(folder, one)}
    return found


def _stands(folder: Path, one: Made) -> bool:
    path = folder / one.file
    return path.is_file() and hash_of(path) == one.sha256


def parts_of(folder: Path) -> list[Path]:
    """Give the part files of a finished run; `PortfolioRefused` where there is none, or it is not finished."""
    manifest = Manifest.read(folder)
    if manifest is None or not manifest.is_finished:
        raise PortfolioRefused(f"{folder} holds no finished portfolio; run `jifen portfolio` with the same options until it is done")
    return [folder / one.file for _, one in sorted(manifest.parts.items())]


def products_of(parts: Sequence[Path]) -> list[str]:
    """Name the products that the parts hold offers of; `PortfolioRefused` where they hold none."""
    known = {f"{prefix_of(product.value)}outcome": product.value for product in Product}
    there = [known[name] for name in pl.read_parquet_schema(parts[0]) if name in known]
    if not there:
        raise PortfolioRefused(f"{parts[0].parent} was made with --offers none; make another with --offers all")
    return there


def hash_of(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _put(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file whole: beside its place, onto the disk, and then into it."""
    draft = path.with_name(f".{path.name}.tmp")
    with draft.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    place = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second process out of the folder; the lock goes with its process, however that ends."""
    import fcntl  # noqa: PLC0415 only where there are files to lock

    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PortfolioRefused(f"another process works in {folder}; wait for it, or choose another folder") from error
        yield
