"""What the benchmarks say of their aims, and the nation that the portfolio is measured on."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import polars as pl
import pytest

from benchmarks import features, provinces, report
from benchmarks.__main__ import EVERY

RESULTS = Path(report.FOLDER)


def test_every_aim_on_file_is_told_with_what_was_reached() -> None:
    """The table has a line for each aim of each result, and says yes exactly where the figure keeps to its bound."""
    lines = report.aims_table().splitlines()
    for path in RESULTS.glob("*.json"):
        found = json.loads(path.read_text("utf-8"))
        for name, aim in found["aims"].items():
            value = found["ratios"][name]
            kept = value >= aim["bound"] if aim["sense"] == "at least" else value <= aim["bound"]
            (line,) = [one for one in lines if one.startswith(f"| {path.stem} | {name} |")]
            assert line.endswith("| yes |") is kept, line


def test_the_page_of_benchmarks_is_what_the_results_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Gathering the results again changes nothing: no figure of the page was typed in."""
    page = (RESULTS.parent / "README.md").read_text("utf-8")
    copied = tmp_path / "results"
    copied.mkdir()
    for path in RESULTS.glob("*.json"):
        (copied / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(report, "FOLDER", copied)
    report.gather()
    assert (tmp_path / "README.md").read_text("utf-8") == page


@pytest.mark.parametrize("name", EVERY)
def test_every_benchmark_can_be_run(name: str) -> None:
    """Each name that `make bench` runs is a module with a `main`; it is read, not loaded, for some load libraries that warn."""
    module = ast.parse((RESULTS.parent / f"{name}.py").read_text("utf-8"))
    assert "main" in {one.name for one in module.body if isinstance(one, ast.FunctionDef)}


def test_a_nation_is_simulated_in_blocks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every firm is there once, whatever block it is of; the same number is found again and not made again."""
    monkeypatch.setattr(provinces, "BLOCK", 40)
    folder = provinces.nation(tmp_path / "nation", 100)
    codes = pl.read_parquet(folder / "firms.parquet")["firm_id"]
    assert codes.n_unique() == len(codes) == 100
    assert set(pl.read_parquet(folder / "patents.parquet")["firm_id"]) <= set(codes)
    written = (folder / "firms.parquet").stat().st_mtime_ns
    provinces.nation(folder, 100)
    assert (folder / "firms.parquet").stat().st_mtime_ns == written


def test_the_firms_of_the_benchmark_have_what_indicators_read() -> None:
    """Tables that lack a column would stop `make bench` after half an hour."""
    found = features._one_firm(2)
    assert found["one_firm_ms"] > 0
