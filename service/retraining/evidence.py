"""Where a retraining's evidence comes from: a folder of files, or what is on file of every firm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.evidence import gathered_frames
from features.tables import TABLES
from service.errors import BadRetraining
from service.store.blobs import read_blobs
from service.store.engine import Store
from service.store.evidence import latest_versions
from training.evidence_files import read_evidence

__all__ = ["Evidence", "evidence_on_file", "folders_below", "is_simulated", "read_for_training"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Checked, typed tables, whether they are simulated, and where they came from."""

    tables: Mapping[str, pl.DataFrame]
    simulated: bool
    source: str


def is_simulated(folder: Path) -> bool:
    """Does the manifest beside these evidence files say that they were simulated?"""
    manifest = folder / "manifest.json"
    return manifest.is_file() and bool(json.loads(manifest.read_bytes()).get("simulated"))


def folders_below(home: Path) -> list[str]:
    """Name the folders right below `home` that hold evidence files."""
    return sorted(path.parent.name for path in home.glob("*/firms.*") if path.suffix in {".csv", ".parquet"})


def read_for_training(where: str, *, store: Store, home: Path, today: date, simulated: bool) -> Evidence:
    """Read a folder (below `home` unless absolute), or where none is named what is on file.

    Evidence on file carries no mark of simulation, so `simulated` says whether it is; a folder's manifest may say so too.
    Raises what reading a folder raises, and `BadRetraining` where no evidence is on file.
    """
    if where:
        folder = home / where
        tables = read_evidence(folder, today=today)
        return Evidence(tables, simulated or is_simulated(folder), f"folder {where}")
    tables, firms = evidence_on_file(store)
    return Evidence(tables, simulated, f"evidence on file of {firms:,} firms")


def evidence_on_file(store: Store) -> tuple[Mapping[str, pl.DataFrame], int]:
    """Give the newest evidence of every firm as one set of tables, firms in the order of their codes, and count the firms."""
    with store.reading() as unit:
        newest = latest_versions(unit)
        hashes = [newest[firm].sha256 for firm in sorted(newest)]
        dossiers = dict(read_blobs(unit, hashes))
    if not hashes:
        raise BadRetraining("no evidence is on file; load it with `jifen ingest`, or name a folder of evidence files")
    lost = [firm for firm in sorted(newest) if not dossiers.get(newest[firm].sha256)]
    if lost:
        raise BadRetraining(
            f"the evidence of {len(lost):,} of {len(hashes):,} firms cannot be read, first {lost[0]}; `jifen audit verify` says more"
        )
    frames = gathered_frames(dossiers[sha256] for sha256 in hashes)
    return {name: _dated(name, frame) for name, frame in frames.items()}, len(hashes)


def _dated(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Turn day numbers into days, as they stand in tables read from files."""
    days = [column.name for column in TABLES[table].columns if column.kind == "date"]
    return frame.with_columns(pl.col(days).cast(pl.Int32).cast(pl.Date))
