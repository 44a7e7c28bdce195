"""A whole portfolio: explained scoring, a nation from raw tables to rows with offers of every product, and its features.

The firms are simulated (`benchmarks.provinces`). `jifen portfolio --workers 2` reads their tables from disk and writes the rows to disk;
time is the whole command's, memory the most that all its processes hold together (proportional set size, sampled twice a second). A second
run has twice as many firms, with the same peers and models; the first is run again after it, and the ratio is to the mean of both.
Run it as `python -m benchmarks.portfolio [--firms 548000] [--more 1100000]`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from benchmarks import features
from benchmarks.decisions import FIRMS as TRAINED_ON
from benchmarks.decisions import SEED
from benchmarks.decisions import UNTIL as TRAINED_UNTIL
from benchmarks.provinces import UNTIL, nation
from benchmarks.report import Result, write_result
from service.cli.province import prepare_province
from service.config import settings_from
from training.bundle import Bundle
from training.shelf import resolve_local

__all__ = ["Measured", "explained", "main", "whole"]

NATION, MORE = 548_000, 1_100_000
"""Technology firms of the nation, and twice as many."""
ROWS, ROUNDS = 20_000, 5
GIB = 2**30
COMMAND = (sys.executable, "-c", "from service.cli import main; main()", "portfolio")


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of a run from start to end, the most memory of all its processes together, and the seconds their cores worked."""

    firms: int
    seconds: float
    peak_bytes: int
    core_seconds: float

    @property
    def result(self) -> Result:
        """The figures as they are shown."""
        each = 1e6 * self.core_seconds / self.firms
        values = {"seconds": self.seconds, "peak_gib": self.peak_bytes / GIB, "core_seconds": self.core_seconds, "core_us_a_firm": each}
        return Result(f"{self.firms:,} firms from raw tables", values)


def whole(home: Path, evidence: Path, out: Path, firms: int, *, workers: int = 2) -> Measured:
    """Run the command on a folder of evidence and watch it."""
    shutil.rmtree(out, ignore_errors=True)
    words = ["--evidence", evidence, "--out", out, "--as-of", UNTIL, "--workers", workers]
    before, began, peak = os.times(), time.perf_counter(), 0
    process = subprocess.Popen([*COMMAND, *map(str, words)], env=os.environ | {"JIFEN_HOME": str(home)}, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, _held_by(process.pid))
        time.sleep(0.5)
    seconds, after = time.perf_counter() - began, os.times()
    if process.returncode:
        raise SystemExit(f"jifen portfolio ended with {process.returncode}")
    worked = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(firms, seconds, peak, worked)


def _held_by(parent: int) -> int:
    """Sum the proportional set sizes of a process and all below it; one that ends meanwhile holds nothing."""
    held = 0
    try:
        for line in Path(f"/proc/{parent}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                held += int(line.split()[1]) * 1024
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii").split()
    except OSError:
        return held
    return held + sum(_held_by(int(child)) for child in children)


def explained(bundle: Bundle, booster: lightgbm.Booster, rows: int, rounds: int) -> dict[str, list[float]]:
    """Time PD, score and contributions of many rows against the plain prediction of the same rows, in turns, one thread each."""
    matrix = np.random.default_rng(SEED).normal(size=(rows, len(bundle.features)))
    calls: dict[str, Callable[[], Any]] = {
        "jifen: pd, score and contributions": lambda: bundle.score(matrix),
        "lightgbm: plain prediction": lambda: booster.predict(matrix, num_threads=1),
    }
    for call in calls.values():
        call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - began)
    return times


def main(words: Sequence[str] = ()) -> None:
    """Measure and write `benchmarks/results/portfolio.json`."""
    asked = _options(words)
    home = Path(os.environ.get("JIFEN_HOME", "var")) / "bench"
    prepare_province(replace(settings_from(), home=home), firms=TRAINED_ON, seed=SEED, until=TRAINED_UNTIL, fresh=False)
    times = _scoring(home)
    runs = [_run(home, firms) for firms in (asked.firms, asked.more) if firms]
    again = _run(home, asked.firms) if asked.more else runs[0]
    by_features = features.batch(features.RUNS, features.APPLICATIONS, features.FIRMS)
    ours, plain = times.values()
    first = runs[0]
    ratios = {
        f"explained scoring / plain LightGBM prediction, {ROWS:,} rows": features.ratio(ours, plain),
        f"{first.firms:,} firms from raw tables, seconds": first.seconds,
        f"{first.firms:,} firms from raw tables, GiB": first.peak_bytes / GIB,
        **{f"{one.firms:,} / {first.firms:,} firms, seconds": 2 * one.seconds / (first.seconds + again.seconds) for one in runs[1:]},
        "features / hand-written DuckDB SQL, 200,000 applications": features.ratio(by_features["jifen"], by_features["duckdb"]),
    }
    bounds = [10.0, 180.0 * first.firms / NATION, 2.0, *(2.1 * one.firms / MORE * NATION / first.firms for one in runs[1:]), 1.2]
    aims = {name: (bound, "at most") for name, bound in zip(ratios, bounds, strict=True)}
    shown = [Result(f"{name}, {ROWS:,} rows", {"median_s": statistics.median(each)}) for name, each in times.items()]
    write_result("portfolio", "A whole portfolio", __doc__ or "", [*shown, *(one.result for one in runs)], ratios, aims)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.portfolio")
    parser.add_argument("--firms", type=int, default=NATION, help="firms of the first run; its bound in seconds is in proportion")
    parser.add_argument("--more", type=int, default=MORE, help="firms of the second run; 0 leaves it out")
    return parser.parse_args(words)


def _scoring(home: Path) -> dict[str, list[float]]:
    folder = resolve_local(home, "jifen-growth", "champion")
    assert folder is not None  # the province has one
    return explained(Bundle.load(folder), lightgbm.Booster(model_file=str(folder / "model.txt")), ROWS, ROUNDS)


def _run(home: Path, firms: int) -> Measured:
    evidence = nation(home / "nations" / str(firms), firms)
    return whole(home, evidence, home / "portfolio", firms)


if __name__ == "__main__":
    main(sys.argv[1:])
