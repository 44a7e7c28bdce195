"""Pictures of a trained model for the registry: calibration, ROC, and global SHAP as bars and as a beeswarm."""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any, Final

import lightgbm as lgb
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from training.assembly import TrainResult
from training.metrics import BINS

__all__ = ["draw_calibration", "draw_roc", "draw_shap", "figures", "shap_module"]

SHOWN: Final = 15


def _canvas(title: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(7, 5), layout="tight")
    axes = figure.add_subplot()
    axes.set_title(title)
    return figure, axes


def draw_calibration(result: TrainResult) -> Figure:
    """Default rate against mean PD in ten bins of equal mass of the test rows, with 95 % binomial error bars."""
    figure, axes = _canvas(f"Calibration on {result.test.n:,} unseen rows ({result.test.defaults:,} defaults)")
    pd = 1 / (1 + np.exp(-result.log_odds))
    bins = np.array_split(np.argsort(pd, kind="stable"), BINS)
    mean, rate = (np.array([values[part].mean() for part in bins]) for values in (pd, result.target))
    error = 1.96 * np.sqrt(rate * (1 - rate) / [len(part) for part in bins])
    axes.errorbar(mean, rate, yerr=error, fmt="o", capsize=3)
    top = 1.05 * float(max(mean.max(), (rate + error).max()))
    axes.plot([0, top], [0, top], linestyle="--", color="grey")
    axes.set(xlabel="mean PD", ylabel="default rate")
    return figure


def draw_roc(result: TrainResult) -> Figure:
    """ROC curve of the test rows."""
    figure, axes = _canvas(f"ROC on {result.test.n:,} unseen rows: AUC {result.test.metrics['auc']}")
    false_rate, true_rate, _ = roc_curve(result.target, result.log_odds)
    axes.plot(false_rate, true_rate)
    axes.plot([0, 1], [0, 1], linestyle="--", color="grey")
    axes.set(xlabel="payers counted as risky", ylabel="defaults caught")
    return figure


def shap_module() -> ModuleType:
    """Import shap without the warning it raises about its own colours."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The set_(bad|over|under) function", category=PendingDeprecationWarning)
        import shap  # noqa: PLC0415 - slow, and only pictures need it
    module: ModuleType = shap
    return module


def draw_shap(result: TrainResult) -> tuple[Figure, Figure]:
    """Global SHAP of up to 500 test rows, margin units: mean absolute contributions as bars, and every row as a beeswarm."""
    shap = shap_module()
    booster = lgb.Booster(model_str=(result.folder / "model.txt").read_text(encoding="utf-8"))
    explained = shap.TreeExplainer(booster)(result.sample)
    explained.feature_names = list(result.bundle.features)
    bars, bar_axes = _canvas(f"Mean |SHAP| on {len(result.sample)} unseen rows")
    shap.plots.bar(explained, show=False, ax=bar_axes, max_display=SHOWN)
    swarm, swarm_axes = _canvas(f"SHAP of {len(result.sample)} unseen rows")
    shap.plots.beeswarm(explained, show=False, ax=swarm_axes, max_display=SHOWN, plot_size=None)
    return bars, swarm


def figures(result: TrainResult) -> dict[str, Figure]:
    """Every picture by file name; curves are left out where the test rows were too few to measure."""
    bars, swarm = draw_shap(result)
    pictures = {"shap_bar.png": bars, "shap_beeswarm.png": swarm}
    if result.test.metrics:
        pictures |= {"calibration.png": draw_calibration(result), "roc.png": draw_roc(result)}
    return pictures
