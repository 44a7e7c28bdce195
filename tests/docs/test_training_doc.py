"""docs/training.md says what the code does: its contract reads, its snippet runs, its figures are the constants' and the results'."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

from benchmarks import innovation, loanbooks, quality, truth
from training.assembly import TrainResult
from training.book import MIN_DEFAULTS
from training.boosting import Settings
from training.bundle import BASE_SCORE, PDO, RESIDUAL_TOLERANCE, Bundle
from training.bundle.encoding import Derive
from training.bundle.files import FILES, INDEX, RELEASE
from training.challengers import CONTENDERS
from training.challengers.contenders import EBM_ROWS
from training.challengers.contest import FOLDED_CELLS
from training.doubt import DEFAULTS_A_BIN, EDGES, LEVEL, MOST_BINS
from training.hazard import LEAST_DEFAULTS, MOST_YEARS
from training.label import HORIZON_DAYS
from training.loanbook import SUSPICIOUS_AUC, read_contract
from training.loanbook.categories import LEAST_ROWS, MOST_CATEGORIES
from training.loanbook.contract import Known
from training.metrics import MIN_EACH, REPLICATES
from training.rejects import ASSUMPTIONS, LEAST_CHANCE
from training.split import TEST_SHARE
from training.table import CONTRACTS, train_table

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "training.md").read_text("utf-8")
FLAT = " ".join(PAGE.split())


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    """A model trained with the page's own contract on rows of that shape."""
    folder, dice, rows = tmp_path_factory.mktemp("shop"), np.random.default_rng(0), 900
    turnover = dice.lognormal(11, 1, rows)
    lost = dice.random(rows) < 1 / (1 + np.exp(0.5 + 1.5 * (np.log(turnover) - 11)))
    decided = [date(2022, 1, 1) + timedelta(days=int(day)) for day in np.linspace(0, 1200, rows)]
    frame = pl.DataFrame(
        {
            "shop": [str(row) for row in range(rows)],
            "state": np.where(lost, "lost", "paid"),
            "decided": [str(day) for day in decided],
            "turnover": [f"${value:,.0f}" for value in turnover],
            "trade_code": [str(code) for code in dice.choice([4711, 4722, 5610, 0], rows)],
            "opened": [str(day - timedelta(days=int(age))) for day, age in zip(decided, dice.integers(100, 4000, rows), strict=True)],
            "lost_on": ["2025-01-01" if one else "" for one in lost],
        }
    )
    frame.write_csv(folder / "loans.csv")
    (folder / "shop.toml").write_text(block("toml"), encoding="utf-8")
    settings = Settings(rounds=40, learning_rate=0.2)
    return train_table(folder / "shop.toml", out=folder / "out", now=datetime(2026, 11, 23, tzinfo=UTC), settings=settings)


def test_the_contract_on_the_page_trains(shop: TrainResult):
    """It reads as it stands and makes a model of three features."""
    assert shop.bundle.features == ("turnover", "trade", "age")
    assert read_contract(block("toml"), name="page").columns["lost_on"].use is False


def test_the_snippet_on_the_page_runs(shop: TrainResult, capsys: pytest.CaptureFixture[str]):
    """Loading, encoding, scoring and the sum of points, as printed there."""
    exec(compile(block("python"), "docs/training.md", "exec"), {"folder": shop.folder, "Bundle": Bundle})
    assert "turnover" in capsys.readouterr().out


@pytest.mark.parametrize(
    "said",
    [
        f"fewer than {MIN_DEFAULTS} defaults",
        f"an AUC of {SUSPICIOUS_AUC} alone",
        f"on or before day {HORIZON_DAYS}",
        f"the latest {TEST_SHARE:.0%}".replace("%", " %"),
        f"at least {LEAST_ROWS} training rows, at most {MOST_CATEGORIES} of them",
        f"at most {Settings().rounds} trees of {Settings().leaves} leaves and depth {Settings().depth}",
        f"{Settings().folds} folds",
        f"{BASE_SCORE} for the average applicant, {PDO} points double the odds",
        f"above {RESIDUAL_TOLERANCE:.6f} points",
        f"a stratified bootstrap of {REPLICATES}",
        f"fewer than {MIN_EACH} defaults or payers",
        f"left out above {EBM_ROWS:,} training rows",
        f"Up to {FOLDED_CELLS:,} training cells",
        f"at a level of {LEVEL:.0%}".replace("%", " %"),
        f"each with at least {DEFAULTS_A_BIN} defaults, at most {MOST_BINS} bins",
        f"(up to {', '.join(f'{edge:.0%}' for edge in EDGES)}, and more)".replace("%", " %"),
        f"up to {('one', 'two', 'three', 'four', 'five')[MOST_YEARS - 1]} years, each with at least {LEAST_DEFAULTS} defaults",
        f"weigh more, up to {1 / LEAST_CHANCE:.0f} times",
    ],
)
def test_figures_on_the_page_are_the_constants(said: str):
    """A constant that changes makes the page wrong, and is found here."""
    assert said in FLAT


@pytest.mark.parametrize("word", [*FILES, INDEX, RELEASE, *(known.value for known in Known), *Derive.__args__])
def test_every_file_clock_and_derivation_is_named(word: str):
    """A new one must be documented."""
    assert word in PAGE


@pytest.mark.parametrize("module", [loanbooks, quality, truth, innovation])
def test_every_table_of_results_is_the_measured_one(module: ModuleType):
    """Nothing in it was typed in."""
    found = json.loads((ROOT / "benchmarks" / "results" / f"{module.__name__.split('.')[1]}.json").read_text("utf-8"))
    assert PAGE.split(module.MARKS[0])[1].split(module.MARKS[1])[0] == module.table(found["results"])


@pytest.mark.parametrize("word", [*CONTENDERS, *ASSUMPTIONS, *(path.name for path in CONTRACTS.glob("*.toml"))])
def test_every_challenger_assumption_and_contract_is_named(word: str):
    """A new one must be documented."""
    assert f"`{word}`" in PAGE
