"""A province on disk: files a bank could have sent, the truth apart, a manifest that proves both."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from training.evidence_files import read_evidence
from training.simulate import Province, SimulationError, simulate, write_province


@pytest.fixture(scope="module")
def small() -> Province:
    return simulate(firms=120, seed=8, until=date(2026, 6, 30))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_is_written_is_read_back(small: Province, tmp_path: Path, form: str) -> None:
    """The product's own reader accepts the folder and gives the same rows; the truth beside them does not disturb it."""
    write_province(small, tmp_path, format=form)
    read = read_evidence(tmp_path)
    for name, table in small.tables.items():
        columns = [c for c in table.columns if c in read[name].columns]
        assert read[name].select(columns).cast(dict(table.select(columns).schema)).equals(table.select(columns)), name


def test_the_manifest_names_what_made_the_files(small: Province, tmp_path: Path) -> None:
    """Seed, date, parameters, rows and the SHA-256 of every file; and the word simulated."""
    manifest = json.loads(write_province(small, tmp_path, format="csv").read_text("utf-8"))
    assert (manifest["simulated"], manifest["seed"], manifest["firms"], manifest["until"]) == (True, 8, 120, "2026-06-30")
    assert manifest["notice"].startswith("Simulated")
    assert manifest["parameters"]["conduct"]["rates"]["lawsuit"] == pytest.approx(0.06)
    assert len(manifest["sha256"]) == 13
    for file, digest in manifest["sha256"].items():
        assert hashlib.sha256((tmp_path / file).read_bytes()).hexdigest() == digest
    assert manifest["rows"]["firms"] == 120


def test_the_truth_is_kept_apart(small: Province, tmp_path: Path) -> None:
    """Traits and would-be outcomes stand in a folder of their own."""
    write_province(small, tmp_path, format="parquet")
    assert "capability" in pl.read_parquet(tmp_path / "truth" / "firms.parquet").columns
    assert "default_12m" in pl.read_parquet(tmp_path / "truth" / "loans.parquet").columns
    assert "capability" not in {column for table in small.tables.values() for column in table.columns}


def test_an_unknown_format_is_refused(small: Province, tmp_path: Path) -> None:
    """Nothing is written, and the message names the two formats."""
    with pytest.raises(SimulationError, match="csv or parquet"):
        write_province(small, tmp_path / "new", format="xlsx")
    assert not (tmp_path / "new").exists()
