"""The command line as a user calls it, and a small simulated province on disk."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from service.cli import main
from training.simulate import simulate, write_province

UNTIL = date(2026, 6, 30)


@dataclass(frozen=True)
class Said:
    """What a command left behind: exit code and both streams."""

    code: int
    out: str
    err: str


Jifen = Callable[..., Said]


@pytest.fixture
def jifen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Jifen:
    """Run `jifen` with arguments, its files under a folder of the test's own."""
    monkeypatch.setenv("JIFEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["jifen", *map(str, words)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A province of 400 simulated firms as CSV."""
    folder = tmp_path_factory.mktemp("province") / "evidence"
    write_province(simulate(firms=400, seed=3, until=UNTIL), folder, format="csv")
    return folder
