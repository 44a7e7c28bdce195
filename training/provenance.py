"""Hashes of what a model is made of: data, code, configuration, catalogue, and the versions of the libraries."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from training.bundle.files import json_bytes, sha256

__all__ = ["LIBRARIES", "ROOT", "arrays_hash", "code_hash", "config_hash", "library_versions"]

LIBRARIES: Final = ("lightgbm", "narwhals", "numpy", "polars", "scikit-learn", "scipy")
SOURCES: Final = (".py", ".toml")
ROOT: Final = Path(__file__).parent.parent
"""Where the packages stand."""


@cache
def code_hash() -> str:
    """Hash of every source and configuration file of `features` and `training`, path by path."""
    digest = hashlib.sha256()
    paths = sorted(path for package in ("features", "training") for path in (ROOT / package).rglob("*") if path.suffix in SOURCES)
    for path in paths:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"sha256:{digest.hexdigest()}"


def config_hash(config: Mapping[str, Any]) -> str:
    """Hash of JSON-safe settings."""
    return sha256(json_bytes(config))


def arrays_hash(named: Iterable[tuple[str, npt.NDArray[Any]]]) -> str:
    """Hash of named numeric arrays as trained on: name, shape, then little-endian values."""
    digest = hashlib.sha256()
    for name, values in named:
        plain = np.ascontiguousarray(values)
        digest.update(f"{name}{plain.shape}{plain.dtype.kind}\0".encode())
        digest.update(plain.astype(plain.dtype.newbyteorder("<")).tobytes())
    return f"sha256:{digest.hexdigest()}"


def library_versions() -> dict[str, str]:
    """Versions that decide what training gives, and Python's."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in LIBRARIES}}
