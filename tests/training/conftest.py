"""What tests of training share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from builders_training import trained

from training.assembly import TrainResult
from training.bundle import Bundle


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    """A toy model, trained once."""
    return trained(tmp_path_factory.mktemp("bundles"))


@pytest.fixture
def bundle(toy: TrainResult) -> Bundle:
    """The toy model's bundle."""
    return toy.bundle


@pytest.fixture
def copied(toy: TrainResult, tmp_path: Path) -> Path:
    """A copy of the toy bundle's folder, free to damage."""
    return Path(shutil.copytree(toy.folder, tmp_path / "copy"))
