"""The model bundle: a folder that scores and explains without MLflow, pandas or shap."""

from __future__ import annotations

from training.bundle.archive import archived, restored
from training.bundle.bundle import Bundle
from training.bundle.encoding import Encoded, Feature
from training.bundle.manifest import Calibration, Decided, Hashes, Manifest, Release
from training.bundle.pictures import CaughtPoint, GradeCount, Pictures, ReasonChurn, ScoreBins, SwapSet
from training.bundle.scale import BASE_SCORE, PDO, RESIDUAL_TOLERANCE
from training.bundle.scores import Predictions, Scores
from training.bundle.validation import FILE as VALIDATION_FILE
from training.bundle.validation import GateOutcome, GatesUsed, ValidatedOn, Validation, read_validation, verdict_of, write_validation
from training.bundle.writing import write_bundle

__all__ = [
    "BASE_SCORE",
    "PDO",
    "RESIDUAL_TOLERANCE",
    "VALIDATION_FILE",
    "Bundle",
    "Calibration",
    "CaughtPoint",
    "Decided",
    "Encoded",
    "Feature",
    "GateOutcome",
    "GatesUsed",
    "GradeCount",
    "Hashes",
    "Manifest",
    "Pictures",
    "Predictions",
    "ReasonChurn",
    "Release",
    "ScoreBins",
    "Scores",
    "SwapSet",
    "ValidatedOn",
    "Validation",
    "archived",
    "read_validation",
    "restored",
    "verdict_of",
    "write_bundle",
    "write_validation",
]
