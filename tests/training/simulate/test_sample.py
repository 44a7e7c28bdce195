"""The shipped sample is what its README says, and can be made again bit for bit."""

from __future__ import annotations

import filecmp
import json
from pathlib import Path

import pytest

from training.evidence_files import read_evidence
from training.simulate.sample import COMMAND, FIRMS, SEED, UNTIL, write_sample

SHIPPED = Path(__file__).parents[3] / "data_samples"
FILES = sorted(str(path.relative_to(SHIPPED)) for path in SHIPPED.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder)
    return folder


@pytest.mark.parametrize("file", FILES)
def test_each_file_is_made_again_bit_for_bit(again: Path, file: str) -> None:
    """The stated command writes the committed bytes; after a change to simulation or dictionary, run it."""
    assert filecmp.cmp(SHIPPED / file, again / file, shallow=False), f"data_samples/{file} is stale; run: {COMMAND}"


def test_nothing_is_missing(again: Path) -> None:
    """Every file the command writes is shipped."""
    assert sorted(str(path.relative_to(again)) for path in again.rglob("*") if path.is_file()) == FILES


def test_the_sample_is_small() -> None:
    """All files together stay below 10 MB."""
    assert sum((SHIPPED / file).stat().st_size for file in FILES) < 10_000_000


def test_the_readme_gives_command_and_seed() -> None:
    """Whoever reads it can make it again."""
    readme = (SHIPPED / "README.md").read_text("utf-8")
    assert COMMAND in readme
    assert f"seed {SEED}" in readme
    assert f"{FIRMS:,} firms" in readme
    assert "no firm, person, patent or loan" in readme
    assert json.loads((SHIPPED / "manifest.json").read_text("utf-8"))["until"] == UNTIL.isoformat()


def test_the_sample_loads() -> None:
    """The product's reader finds no fault in it."""
    assert read_evidence(SHIPPED)["firms"].height == FIRMS
