"""Small real bundles, for the tests of what loads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

from training.bundle import Bundle
from training.bundle.doubt import Band, Doubt
from training.bundle.encoding import Feature
from training.bundle.manifest import Calibration, Hashes, Manifest
from training.bundle.term import TermStructure, YearHazard
from training.bundle.writing import write_bundle

FEATURES = ("rd_intensity", "cash_cover_months", "net_margin")


WIDE = tuple(
    Band(below=below, low=-shift, high=shift, n=100) for below, shift in ((0.02, 0.1), (0.1, 0.3), (0.25, 0.6), (0.5, 1.2), (None, 2.4))
)
DOUBT = Doubt(level=0.9, weights=(0.5, 0.3, 0.2), by_missing=WIDE, by_margin=((Band(below=None, low=-0.2, high=0.2, n=300),),) * 5)
"""Wider with each class of missing weight, the same at every margin."""
LATER = TermStructure(
    mean_log_odds=-2.0,
    years=tuple(
        YearHazard(year=year, loans=100, defaults=20, intercept=intercept, slope=1.0, multiplier_bp=10_000, low_bp=1, high_bp=99_999)
        for year, intercept in ((1, 0.0), (2, 0.5), (3, 0.3))
    ),
)
"""The second year's hazard is e^0.5 = 1.65 times the first's whoever the firm is, the third's e^0.3 = 1.35 times."""


def small_bundle(folder: Path, segment: str, *, features: Sequence[str] = FEATURES, catalogue: str | None = None, **told: Any) -> Bundle:
    """Train three trees on 300 invented rows of three features and write them as the bundle of a segment.

    `told` are further parts of the manifest, such as `doubt` and `term_structure`, which it has not by itself.
    """
    random = np.random.default_rng(7)
    rows = random.normal(size=(300, len(FEATURES)))
    labels = (rows[:, 0] + random.normal(size=300) < -1).astype(float)
    settings = {"objective": "binary", "num_leaves": 4, "num_threads": 1, "verbosity": -1, "seed": 7}
    booster = lgb.train(settings, lgb.Dataset(rows, labels), num_boost_round=3)
    margin = booster.predict(rows, raw_score=True)
    manifest = Manifest(
        name=f"jifen-{segment}",
        segment=segment,
        simulated=True,
        seed=7,
        features=tuple(Feature(name=name, source=name, type="number") for name in features),
        calibration=Calibration(slope=1.0, intercept=-2.0, observed=0.2, central_tendency=0.2, shift=0.0),
        expected_margin=float(np.mean(margin)),
        hashes=Hashes(data="sha256:" + "1" * 64, code="sha256:" + "2" * 64, config="sha256:" + "3" * 64, catalogue=catalogue),
        libraries={},
        settings=settings,
        training={},
        metrics={},
        findings={},
        **told,
    )
    card = {"card.md": "# invented", "card.html": "<p>invented</p>"}
    profile = {"features": {}}
    return write_bundle(
        folder,
        text=booster.model_to_string(),
        manifest=manifest,
        rows=rows,
        profile=profile,
        card=card,
        version="1",
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
