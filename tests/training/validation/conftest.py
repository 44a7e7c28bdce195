"""A toy model with held-out rows, and its validation, made once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders_training import NOW, toy_book, trained

from training.assembly import TrainResult
from training.validation import Sample, Scales, Validated, load_gates, sample_of, validate

BOUNDS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
SCALES = Scales(bounds=BOUNDS, cutoff=0.3)


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    """A toy model, trained once."""
    return trained(tmp_path_factory.mktemp("validated"))


@pytest.fixture(scope="session")
def sample(toy_model: TrainResult) -> Sample:
    """Its held-out rows, with a region drawn apart from everything, days and amounts."""
    found = sample_of(toy_book(), toy_model.bundle)
    dice = np.random.default_rng(3)
    groups = {"region": dice.choice(np.array(["340100", "340200"]), found.n), "half": found.groups["half"]}
    return replace(found, groups=groups, days=np.arange(float(found.n)), amounts=np.full(found.n, 1_000_000.0))


@pytest.fixture(scope="session")
def validated(sample: Sample) -> Validated:
    """Its validation under the shipped gates."""
    return validate(sample, scales=SCALES, gates=load_gates(), operator="zhao", now=NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder."""
    return tmp_path / "reports"
