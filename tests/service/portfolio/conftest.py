"""One nation for all tests of portfolios, and its run."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from builders_portfolio import Nation, done, made_nation, rows_in


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    """210 simulated firms on disk and on file, and a release in force."""
    return made_nation(tmp_path_factory.mktemp("nation"))


@pytest.fixture(scope="session")
def whole(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run: 3 m yuan over 24 months, five parts."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    done(nation.wish(folder))
    return folder


@pytest.fixture(scope="session")
def rows(whole: Path) -> pl.DataFrame:
    """Its rows."""
    return rows_in(whole)
