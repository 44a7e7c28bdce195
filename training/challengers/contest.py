"""The contest: the model and its challengers on the same rows, and who won by how much, with paired intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from training.book import Book, Floats, Rows, Targets
from training.challengers.contenders import CONTENDERS, Contender
from training.folds import Fold
from training.metrics import MIN_EACH, REPLICATES, Interval, auc, evaluate

__all__ = ["COMPARED", "OURS", "hold_contest", "paired_differences"]

OURS: Final = "jifen"
COMPARED: Final = ("auc", "brier", "log_loss")
SHOWN: Final = ("auc", "ks", "brier", "ece", "log_loss", "calibration_slope")
TINY: Final = 1e-15
FOLDED_CELLS: Final = 400_000
"""Training rows times features up to which a challenger is also trained fold by fold."""


def _losses(target: Targets, log_odds: Floats) -> dict[str, Floats]:
    """Loss of each row: the squared gap, and the log of the probability given to what happened."""
    pd = 1 / (1 + np.exp(-log_odds))
    return {"brier": (pd - target) ** 2, "log_loss": -np.log(np.clip(np.where(target == 1, pd, 1 - pd), TINY, 1.0))}


def paired_differences(target: Targets, ours: Floats, theirs: Floats, *, seed: int) -> dict[str, Interval]:
    """Ours less theirs in AUC, Brier score and log loss: a stratified bootstrap of rows, both models on the same draws.

    B. Efron, R. Tibshirani (1993), An Introduction to the Bootstrap, ch. 13; percentile bounds at 95 %. Rows of one firm are drawn
    as if they were apart.
    """
    dice = np.random.default_rng(seed)
    bad, good = np.flatnonzero(target == 1), np.flatnonzero(target == 0)
    gaps = {name: loss - other for (name, loss), other in zip(_losses(target, ours).items(), _losses(target, theirs).values(), strict=True)}
    draws: dict[str, list[float]] = {name: [] for name in COMPARED}
    for _ in range(REPLICATES):
        rows = np.concatenate([dice.choice(bad, len(bad)), dice.choice(good, len(good))])
        draws["auc"].append(_area(target[rows], ours[rows]) - _area(target[rows], theirs[rows]))
        for name, gap in gaps.items():
            draws[name].append(float(gap[rows].mean()))
    values = {"auc": _area(target, ours) - _area(target, theirs)} | {name: float(gap.mean()) for name, gap in gaps.items()}
    bounds = {name: np.quantile(found, [0.025, 0.975]) for name, found in draws.items()}
    return {name: Interval(values[name], float(bounds[name][0]), float(bounds[name][1]), "paired bootstrap") for name in COMPARED}


def _area(target: Targets, risk: Floats) -> float:
    return auc(target, risk).value


def _verdict(difference: Mapping[str, Any] | None) -> str:
    """Did ours rank better, `ahead` or `behind` when the whole interval says so, else `level`."""
    if difference is None:
        return "unknown"
    return "ahead" if difference["low"] > 0 else "behind" if difference["high"] < 0 else "level"


def _compared(target: Targets, ours: Floats, theirs: Floats, seed: int) -> dict[str, Any]:
    """Metrics of one challenger and ours less theirs; empty where there were too few of either outcome."""
    if min(int(target.sum()), len(target) - int(target.sum())) < MIN_EACH:
        return {"metrics": {}, "difference": {}}
    measured = evaluate(target, theirs, seed=seed).metrics
    differences = paired_differences(target, ours, theirs, seed=seed)
    return {
        "metrics": {name: measured[name].to_dict() for name in SHOWN},
        "difference": {name: found.to_dict() for name, found in differences.items()},
    }


def _out_of_fold(book: Book, contender: Contender, folds: Sequence[Fold], seed: int) -> Floats:
    found = np.empty(len(book.train))
    for fold in folds:
        found[fold.test] = contender.train(book, book.train[fold.train], seed)(book.matrix[book.train[fold.test]])
    return found


def _entered(book: Book, contender: Contender, ours: Mapping[str, Floats], folds: Sequence[Fold], seed: int) -> dict[str, Any]:
    """Train one challenger on the training rows and measure it on the test rows, and fold by fold where that is cheap enough."""
    rows: Rows = book.held_out
    trained = contender.train(book, book.train, seed)
    said: dict[str, Any] = {
        "title": contender.title,
        "test": _compared(book.target[rows], ours["test"], trained(book.matrix[rows]), seed),
    }
    if contender.is_folded and len(book.train) * len(book.features) <= FOLDED_CELLS:
        said["out_of_fold"] = _compared(book.target[book.train], ours["out_of_fold"], _out_of_fold(book, contender, folds, seed), seed)
    said["verdict"] = _verdict(said["test"]["difference"].get("auc"))
    return said


def hold_contest(
    book: Book,
    *,
    test: Floats,
    out_of_fold: Floats,
    folds: Sequence[Fold],
    seed: int,
    contenders: Mapping[str, Contender] = CONTENDERS,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Train every challenger on the book's training rows and compare it with ours.

    `test` and `out_of_fold` are our calibrated log odds on the held-out and on the training rows. Work is bounded by size, never by
    the clock, so that the same book gives the same card: a challenger with a bound on rows sits out a larger book and the result says so;
    an EBM, or any challenger on a book of more than 400,000 cells, is not refitted fold by fold.
    """
    entered: dict[str, Any] = {}
    for number, (name, contender) in enumerate(contenders.items(), 1):
        if contender.most_rows is not None and len(book.train) > contender.most_rows:
            entered[name] = {"title": contender.title, "left_out": f"{len(book.train):,} training rows, at most {contender.most_rows:,}"}
            continue
        progress(f"challenger {number} of {len(contenders)}: {contender.title}")
        entered[name] = _entered(book, contender, {"test": test, "out_of_fold": out_of_fold}, folds, seed)
    target = book.target[book.held_out]
    return {"n": len(target), "defaults": int(target.sum()), "train_rows": len(book.train), "challengers": entered}
