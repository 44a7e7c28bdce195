"""`jifen portfolio` and `jifen leads` as a user calls them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from builders_portfolio import DAY, Nation, rows_in
from polars.testing import assert_frame_equal

from service.cli import main

Jifen = Callable[..., tuple[int, str, str]]


@pytest.fixture
def jifen(nation: Nation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Jifen:
    """Run `jifen` in the nation's home; gives exit code and both streams."""
    monkeypatch.setenv("JIFEN_HOME", str(nation.settings.home))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: Any) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["jifen", *map(str, words)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_the_command_writes_the_rows_of_what_is_on_file(jifen: Jifen, rows: pl.DataFrame, tmp_path: Path) -> None:
    """And says how many, and that nothing was recorded."""
    asked = ["--filed", "--as-of", DAY, "--amount", 3_000_000, "--term", 24]
    code, out, err = jifen("portfolio", *asked, "--out", tmp_path / "run")
    assert code == 0, err
    assert "210 firms in 1 part files" in out
    assert "not recorded" in out
    assert_frame_equal(rows_in(tmp_path / "run"), rows, check_exact=True)


@pytest.mark.parametrize("both", [True, False])
def test_the_evidence_is_said_exactly_once(jifen: Jifen, nation: Nation, tmp_path: Path, *, both: bool) -> None:
    """Both places, or neither, is a wrong use."""
    code, _, err = jifen("portfolio", "--out", tmp_path / "run", *(["--filed", "--evidence", nation.evidence] if both else []))
    assert code == 2
    assert "say either --evidence FOLDER, or --filed" in err


def test_a_plan_of_ones_own_changes_the_income_alone(jifen: Jifen, nation: Nation, rows: pl.DataFrame, tmp_path: Path) -> None:
    """Dearer funding earns less; the offers are the policy's."""
    text = (files("service") / "plans" / "illustrative-2026-11.toml").read_text("utf-8")
    plan = tmp_path / "mine.toml"
    plan.write_text(text.replace('funding = "1.90 %"', 'funding = "2.10 %"'), "utf-8")
    asked = ["--evidence", nation.evidence, "--as-of", DAY, "--amount", 3_000_000, "--term", 24, "--plan", plan]
    code, _, err = jifen("portfolio", *asked, "--out", tmp_path / "run")
    assert code == 0, err
    found, incomes = rows_in(tmp_path / "run"), [name for name in rows.columns if name.endswith("income_fen")]
    assert_frame_equal(found.drop(incomes), rows.drop(incomes), check_exact=True)
    assert found["common_growth_income_fen"].sum() < rows["common_growth_income_fen"].sum()


def test_leads_are_written_as_parquet_or_csv(jifen: Jifen, whole: Path, tmp_path: Path) -> None:
    """Of all products, or of those that are named."""
    code, out, err = jifen("leads", whole, "--top", 3, "--out", tmp_path / "new" / "leads.parquet")
    assert code == 0, err
    found = pl.read_parquet(tmp_path / "new" / "leads.parquet")
    assert f"{found.height:,} leads of {found['product'].n_unique()} products" in out
    assert found["rank"].max() == 3
    code, _, err = jifen("leads", whole, "--product", "common-growth", "--out", tmp_path / "leads.csv")
    assert code == 0, err
    assert set(pl.read_csv(tmp_path / "leads.csv")["product"]) == {"common-growth"}


def test_wrong_uses_of_leads_are_refused(jifen: Jifen, whole: Path, tmp_path: Path) -> None:
    """An ending that is neither, and a folder without a finished run."""
    assert "ends in '.xlsx'; use .parquet or .csv" in jifen("leads", whole, "--out", tmp_path / "leads.xlsx")[2]
    code, _, err = jifen("leads", tmp_path, "--out", tmp_path / "leads.csv")
    assert code == 2
    assert "holds no finished portfolio" in err
