"""One explained score: jifen's scorer on a float64 row, against `Booster.predict` with `shap.TreeExplainer` on a one-row frame.

Both explain the same booster; jifen's answer also holds the calibrated PD and integer score points.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import lightgbm
import numpy as np
import pandas as pd
import shap

from benchmarks.decisions import FIRMS, SEED, UNTIL
from benchmarks.report import Result, write_result
from service.cli.province import prepare_province
from service.config import settings_from
from training.bundle import Bundle
from training.shelf import resolve_local

ROUNDS, CALLS = 5, 200


def _milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - began) * 1e3 / CALLS


def main() -> None:
    """Measure and write `benchmarks/results/scoring.json`."""
    home = Path(os.environ.get("JIFEN_HOME", "var")) / "bench"
    prepare_province(replace(settings_from(), home=home), firms=FIRMS, seed=SEED, until=UNTIL, fresh=False)
    folder = resolve_local(home, "jifen-growth", "champion")
    assert folder is not None
    bundle = Bundle.load(folder)
    row = np.random.default_rng(SEED).normal(size=(1, len(bundle.features)))
    booster = lightgbm.Booster(model_file=str(folder / "model.txt"))
    explainer = shap.TreeExplainer(booster)

    def usual() -> None:
        frame = pd.DataFrame(row, columns=list(bundle.features))
        booster.predict(frame, num_threads=1)
        explainer.shap_values(frame)

    calls = {
        "jifen: pd, score and integer contributions of one row": lambda: bundle.score(row),
        "lightgbm prediction of one row, no explanation": lambda: booster.predict(row, num_threads=1),
        "one-row frame: lightgbm prediction and shap.TreeExplainer": usual,
    }
    found: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(ROUNDS):
        for name, call in calls.items():
            found[name].append(_milliseconds(call))
    ours, plain, rival = (median(found[name]) for name in calls)
    ratios = {"frame with shap / jifen, one explained score": rival / ours, "jifen explained / plain prediction, one row": ours / plain}
    results = [Result(name, {"median_ms": median(values), "min_ms": min(values), "max_ms": max(values)}) for name, values in found.items()]
    write_result("scoring", "One explained score", __doc__ or "", results, ratios, {})


if __name__ == "__main__":
    main()
