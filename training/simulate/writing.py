"""A province on disk: the evidence as files a bank could have sent, the truth apart from it, a manifest of both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from training.simulate.errors import SimulationError
from training.simulate.province import Province

__all__ = ["NOTICE", "manifest_of", "write_province"]

NOTICE = "Simulated: no firm, person, patent or loan in these files exists."


def write_province(province: Province, folder: Path, *, format: Literal["csv", "parquet"] = "csv") -> Path:  # noqa: A002 - the word the command line uses
    """Write each table as `<table>.<format>`, the truth under `truth/`, and `manifest.json` (which is returned).

    The manifest names seed, date, parameters, rows and the SHA-256 of every file. Files of the same names are replaced, others left
    alone. Raises `SimulationError` on an unknown format.
    """
    if format not in ("csv", "parquet"):
        raise SimulationError(f"format is {format!r}; a province is written as csv or parquet; name one of them")
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    frames = dict(province.tables) | {"truth/firms": province.truth, "truth/loans": province.loan_truth}
    sums = {f"{name}.{format}": _written(frame, folder / f"{name}.{format}") for name, frame in frames.items()}
    rows = {name: frame.height for name, frame in frames.items()}
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(manifest_of(province) | {"rows": rows, "sha256": sums}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return manifest


def manifest_of(province: Province) -> dict[str, object]:
    """Say what made the province: enough to make it again."""
    return {
        "simulated": True,
        "notice": NOTICE,
        "firms": province.firms,
        "seed": province.seed,
        "until": province.until.isoformat(),
        "parameters": _plain(province.parameters),
    }


def _written(frame: pl.DataFrame, path: Path) -> str:
    if path.suffix == ".csv":
        frame.write_csv(path, line_terminator="\n")
    else:
        frame.write_parquet(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _plain(value: object) -> object:
    """Turn parameters into JSON: dataclasses and tables become objects."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value
