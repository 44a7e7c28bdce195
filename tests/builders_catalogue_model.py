"""A small real bundle that reads the whole catalogue, trained in a blink on whatever outcomes a test has."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import polars as pl

from features.indicators import CATALOGUE
from training.bundle import Bundle, Calibration, Feature, Hashes, Manifest, write_bundle
from training.bundle.native import Booster
from training.profile import binned

HASH = "sha256:" + "0" * 64


def catalogue_bundle(
    folder: Path, frame: pl.DataFrame, outcome: np.ndarray[Any, Any], *, segment: str, constrained: bool = False, **told: Any
) -> Bundle:
    """Train twenty small trees on every indicator of the catalogue and write them as a bundle; calibration is the identity.

    A `constrained` model is held to the catalogue's directions, as trained models are: better is less default. `told` are further parts
    of the manifest, or others in place of the usual ones.
    """
    names = tuple(CATALOGUE)
    matrix = frame.select(names).to_numpy().astype(np.float64)
    compact: dict[str, Any] = {"objective": "binary", "max_depth": 3, "num_leaves": 8, "min_data_in_leaf": 10}
    if constrained:
        compact["monotone_constraints"] = [-CATALOGUE[name].direction for name in names]
    quiet = {"verbosity": -1, "num_threads": 1, "seed": 1}
    text = lgb.train(compact | quiet, lgb.Dataset(matrix, outcome), num_boost_round=20).model_to_string()
    usual: dict[str, Any] = {
        "name": f"jifen-{segment}",
        "segment": segment,
        "simulated": True,
        "seed": 1,
        "features": tuple(Feature(name=name, source=name, direction=CATALOGUE[name].direction) for name in names),
        "calibration": Calibration(slope=1.0, intercept=0.0, observed=0.1, central_tendency=0.1, shift=0.0),
        "expected_margin": float(Booster(text).contributions(matrix)[0, -1]),
        "hashes": Hashes(data=HASH, code=HASH, config=HASH),
        **{part: {} for part in ("libraries", "settings", "training", "metrics", "findings")},
    }
    manifest = Manifest(**(usual | told))
    profile = {"rows": len(matrix), "features": {name: binned(matrix[:, column]) for column, name in enumerate(names)}}
    card = {"card.md": "# a test's model\n", "card.html": "<h1>a test's model</h1>\n"}
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    return write_bundle(folder, text=text, manifest=manifest, rows=matrix, profile=profile, card=card, version="1", created_at=moment)
