"""The demo from nothing to a checked answer over HTTP: what a newcomer runs first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl


def test_the_demo_builds_a_province_and_its_answer_holds(tmp_path: Path) -> None:
    """`jifen demo --check` simulates, trains, releases, serves, decides over HTTP, and holds answer, ledger, replay and export to it."""
    home = tmp_path / "home"
    command = [str(Path(sys.executable).parent / "jifen"), "demo", "--check", "--firms", "8000", "--seed", "7"]
    done = subprocess.run(command, env=os.environ | {"JIFEN_HOME": str(home)}, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "WRONG" not in done.stdout
    assert done.stdout.count("ok ") == 9
    assert pl.read_parquet(home / "check" / "evidence" / "firms.parquet").height == 8000
