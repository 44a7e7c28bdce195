"""What a bundle says about itself: `manifest.json`, hashed, and `release.json`, which is not."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from training.bundle.doubt import Doubt
from training.bundle.encoding import Feature
from training.bundle.scale import BASE_SCORE, PDO
from training.bundle.term import TermStructure

__all__ = ["FORMAT", "Calibration", "Decided", "Hashes", "Manifest", "Release"]

FORMAT: Final = 3
"""Rises when a bundle of this version could not be read by older code."""


class Part(BaseModel):
    """A part of the manifest: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Calibration(Part):
    """Affine calibration of the margin: log odds of default = slope * margin + intercept."""

    slope: float = Field(gt=0)
    intercept: float
    observed: float
    """Default rate of the training book."""
    central_tendency: float
    """Mean PD the intercept was set to; equal to `observed` unless one was stated."""
    shift: float
    """What stating it added to the intercept."""


class Hashes(Part):
    """What the model was made of; each is `sha256:...`."""

    data: str
    code: str
    config: str
    catalogue: str | None = None
    scheme: str | None = None


class Decided(Part):
    """Where the rows of a table keep their decision date."""

    column: str
    date_format: str = "%Y-%m-%d"


class Manifest(Part):
    """Everything about the model that must not change unnoticed."""

    format: int = FORMAT
    name: str
    segment: str
    simulated: bool
    """True when any of the training data were simulated: every decision then carries a warning."""
    seed: int
    features: tuple[Feature, ...] = Field(min_length=1)
    decided: Decided | None = None
    calibration: Calibration
    doubt: Doubt | None = None
    """How far a PD may be off, by margin and missing evidence; older bundles have none."""
    term_structure: TermStructure | None = None
    """Hazards of later years; None where the book does not tell how long loans were followed."""
    explained_by: Literal["lightgbm", "tables"] = "lightgbm"
    """Who computes contributions: LightGBM row by row, as in older bundles and for larger trees, or the tables made from it."""
    expected_margin: float
    base_score: int = BASE_SCORE
    pdo: int = PDO
    hashes: Hashes
    libraries: dict[str, str]
    settings: dict[str, Any]
    training: dict[str, Any]
    """Counts: rows, defaults, exclusions, dates, split."""
    metrics: dict[str, Any]
    findings: dict[str, Any]
    """Suspicious columns, directions the data resist, what compactness costs."""


class Release(Part):
    """What differs between two writings of the same model; kept outside the hash so that equal models have equal hashes."""

    version: str
    created_at: datetime
