"""A trained model ready to score: loaded from a plain folder, verified, without MLflow, pandas or shap."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
from pydantic import ValidationError

from training.bundle.doubt import METHOD
from training.bundle.encoding import Encoded, Feature, columns_of, encode
from training.bundle.files import verified
from training.bundle.golden import check_golden
from training.bundle.manifest import FORMAT, Manifest, Release
from training.bundle.native import Booster, Floats
from training.bundle.scale import Scale
from training.bundle.scores import Predictions, Scores, predict_rows, score_rows
from training.bundle.splits import thresholds
from training.bundle.tables import Tables
from training.errors import BundleError

__all__ = ["Bundle", "Model"]


class Model:
    """Booster and manifest together: the one scorer, before and after it is written to a folder."""

    def __init__(self, text: str, manifest: Manifest) -> None:
        self.manifest = manifest
        self._booster = Booster(text)
        if self._booster.width != len(manifest.features):
            raise BundleError(
                f"model.txt reads {self._booster.width} features, manifest.json lists {len(manifest.features)}; train it again"
            )
        self._tables = Tables(self._booster, text) if manifest.explained_by == "tables" else None
        self.features: tuple[str, ...] = tuple(feature.name for feature in manifest.features)
        """Names in schema order: the order of matrix columns and of contributions."""
        calibration = manifest.calibration
        self.scale = Scale(calibration.slope, calibration.intercept, manifest.expected_margin, manifest.base_score, manifest.pdo)
        fills = np.array([np.nan if f.fill is None else f.fill for f in manifest.features])
        self._fills = fills if np.isfinite(fills).any() else None
        self.thresholds: Mapping[str, tuple[float, ...]] = thresholds(text, self.features)
        """By feature, the sorted values at which the model splits; `value <= threshold` is one side."""

    def row(self, values: Mapping[str, float | None]) -> Floats:
        """Matrix (1, k) of one applicant; None is missing. A feature that is not named at all is a `BundleError`."""
        absent = [name for name in self.features if name not in values]
        if absent:
            raise BundleError(f"bundle {self.manifest.name} needs {', '.join(absent)}; give them, as null where unknown")
        return np.array([[np.nan if (value := values[name]) is None else value for name in self.features]], dtype=np.float64)

    def score(self, matrix: Floats) -> Scores:
        """Score and explain n rows: a float64 matrix (n, k) in schema order with NaN for missing; infinities are refused.

        A value missing where training never saw one missing is read as the feature's `fill` (its training median), and counts as missing
        in the interval of the PD.
        """
        rows, doubt = self._checked(matrix), self.manifest.doubt
        scores = score_rows(self._booster, self.scale, rows, self._contributions(rows))
        return scores if doubt is None else replace(scores, pd_interval=doubt.interval(matrix, scores.margin, scores.log_odds))

    def _contributions(self, rows: Floats) -> Floats:
        return self._booster.contributions(rows)[:, :-1] if self._tables is None else self._tables.contributions(rows)

    def predict(self, matrix: Floats) -> Predictions:
        """Score n rows without explaining them, some five times faster: the same margins, PDs and scores as `score`."""
        return predict_rows(self._booster, self.scale, self._checked(matrix))

    def _checked(self, matrix: Floats) -> Floats:
        if matrix.ndim != 2 or matrix.shape[1] != len(self.manifest.features):
            raise BundleError(f"bundle {self.manifest.name} scores {len(self.manifest.features)} columns, the matrix is {matrix.shape}")
        if np.isinf(matrix).any():
            raise BundleError("the matrix holds an infinite value; correct it, or pass NaN for missing")
        return self._filled(matrix)

    def _filled(self, matrix: Floats) -> Floats:
        return matrix if self._fills is None else np.where(np.isnan(matrix), self._fills, matrix)

    @property
    def interval_stated(self) -> tuple[float, str] | None:
        """Level and method of `pd_interval`; None for a bundle that gives none."""
        return None if self.manifest.doubt is None else (self.manifest.doubt.level, METHOD)

    def hazards_bp(self, log_odds: float) -> tuple[int, ...] | None:
        """Hazard of year 1, 2, ... of a case against its first year, basis points; None where the book does not tell later years."""
        term = self.manifest.term_structure
        return None if term is None else term.hazards_bp(log_odds)

    def read_rows(self, rows: Any) -> Encoded:
        """Encode records, columns or a frame shaped like the training table; says which categories training had not seen."""
        columns = columns_of(rows)
        features = self.manifest.features
        if not any(feature.derive == "days-before-decision" for feature in features):
            return encode(features, columns)
        decided = self.manifest.decided
        if decided is None:
            raise BundleError(f"bundle {self.manifest.name} counts days before the decision but names no decision column; train it again")
        when = Feature(name="decided", source=decided.column, type="date", date_format=decided.date_format)
        return encode(features, columns, decisions=encode([when], columns).matrix[:, 0])

    def encode(self, rows: Any) -> Floats:
        """Matrix (n, k) of records, columns or a frame; `read_rows` also tells what was unknown in them."""
        return self.read_rows(rows).matrix


class Bundle(Model):
    """A model with its folder: hash, version, reference profile and card."""

    def __init__(self, text: str, manifest: Manifest, release: Release, *, digest: str, profile: Mapping[str, Any], folder: Path) -> None:
        super().__init__(text, manifest)
        self.hash = digest
        """`sha256:...` over every file but the release note; what a decision pins."""
        self.reference_profile = profile
        self.folder = folder
        self.version = release.version
        self.created_at: datetime = release.created_at

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Load and verify a bundle folder; anything missing, changed or scoring differently is a `BundleError`."""
        path = Path(folder)
        contents, release, digest = verified(path)
        try:
            manifest = Manifest.model_validate_json(contents["manifest.json"])
            noted = Release.model_validate_json(release)
        except ValidationError as error:
            raise BundleError(f"{path} has a manifest this version cannot read (format {FORMAT} expected): {error}") from error
        profile = json.loads(contents["reference_profile.json"])
        bundle = cls(contents["model.txt"].decode(), manifest, noted, digest=digest, profile=profile, folder=path)
        check_golden(json.loads(contents["golden.json"]), bundle.score)
        return bundle

    @property
    def name(self) -> str:
        """Registered name, such as `jifen-startup`."""
        return self.manifest.name

    @property
    def segment(self) -> str:
        """The part of the book the model was trained on, such as `startup`."""
        return self.manifest.segment

    @property
    def simulated(self) -> bool:
        """Was any of the training data simulated?"""
        return self.manifest.simulated

    @property
    def base_score(self) -> int:
        """Score of the average applicant of the training book."""
        return self.manifest.base_score

    @property
    def meta(self) -> dict[str, Any]:
        """The manifest as JSON-safe values."""
        return self.manifest.model_dump(mode="json")
