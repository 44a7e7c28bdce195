"""Write a trained model as a bundle folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from training.bundle.bundle import Bundle, Model
from training.bundle.files import json_bytes, write_files
from training.bundle.golden import golden_cases, golden_rows
from training.bundle.manifest import Manifest, Release
from training.bundle.native import Floats

__all__ = ["write_bundle"]


def write_bundle(
    folder: Path,
    *,
    text: str,
    manifest: Manifest,
    rows: Floats,
    profile: Mapping[str, Any],
    card: Mapping[str, str],
    version: str,
    created_at: datetime,
) -> Bundle:
    """Write the folder and load it again, so that what is returned has passed every check.

    `rows` (training or test rows, any number) supply the golden cases; `card` maps `card.md` and `card.html` to their text.
    Equal inputs but for `version` and `created_at` give an equal bundle hash.
    """
    model = Model(text, manifest)
    golden = golden_rows(rows, model.predict(rows).margin)
    contents = {
        "model.txt": text.encode(),
        "manifest.json": json_bytes(manifest.model_dump(mode="json")),
        "reference_profile.json": json_bytes(profile),
        "golden.json": json_bytes(golden_cases(golden, model.score(golden))),
        **{name: said.encode() for name, said in card.items()},
    }
    release = Release(version=version, created_at=created_at)
    write_files(folder, contents, json_bytes(release.model_dump(mode="json")))
    return Bundle.load(folder)
