"""A search for better settings, within compactness and declared directions, on folds in order of time.

Optuna's TPE sampler (J. Bergstra et al. 2011; T. Akiba et al. 2019) with a fixed seed: equal data and an equal number of trials give equal
settings. The untuned default is the first trial and stays unless the best one gains more than a standard error.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from training.book import Book, Floats
from training.boosting import CrossValidated, Settings, cross_validate, dataset_of
from training.folds import Fold, make_folds, time_folds

__all__ = ["SEARCHED", "Budget", "tune"]

SEARCHED: Final = ("depth", "leaves", "learning_rate", "min_rows", "shrinkage", "feature_share")
DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long a search may last: so many trials, and no new one after so many seconds."""

    trials: int = 30
    seconds: float = 600.0
    """A search cut short by the clock is not repeatable, and the card says that it was cut short."""


def _suggested(trial: Any, base: Settings) -> Settings:
    """Settings no larger than the compact ones: depth and leaves may only shrink, rounds keep their limit."""
    depth = trial.suggest_int("depth", 2, base.depth) if base.depth > 2 else base.depth
    return replace(
        base,
        depth=depth,
        leaves=trial.suggest_int("leaves", 3, base.leaves),
        learning_rate=round(trial.suggest_float("learning_rate", 0.02, 0.2, log=True), DIGITS),
        min_rows=trial.suggest_int("min_rows", 5, 100, log=True),
        shrinkage=round(trial.suggest_float("shrinkage", 0.1, 100.0, log=True), DIGITS),
        feature_share=round(trial.suggest_float("feature_share", 0.3, 1.0), DIGITS),
    )


def _losses(book: Book, cross: CrossValidated) -> Floats:
    """Log loss of every row that some fold held out."""
    held = np.concatenate([fold.test for fold in cross.folds])
    sign = 1 - 2 * book.target[book.train][held]
    loss: Floats = np.logaddexp(0, sign * cross.margin[held])
    return loss if book.weight is None else loss * book.weight[book.train][held]


def _folds(book: Book, settings: Settings) -> tuple[str, Sequence[Fold]]:
    """Folds in order of time where the book is dated and long enough, else the grouped folds of training."""
    target = book.target[book.train]
    firm = None if book.firm is None else book.firm[book.train]
    ordered = [] if book.days is None else time_folds(target, book.days[book.train], firm)
    if len(ordered) > 1:
        return "in order of time", ordered
    return "by firm, not in order of time", make_folds(target, firm, folds=settings.folds, seed=settings.seed)


def tune(book: Book, base: Settings, budget: Budget, *, progress: Callable[[str], None] = lambda _: None) -> tuple[Settings, dict[str, Any]]:
    """Search settings; give those to train with and what was tried.

    The best trial replaces `base` only if its mean log loss on held-out rows is lower by more than one standard error of the paired
    difference. The best of many trials flatters itself on the folds it was chosen on; the standard error is the guard against that.
    """
    import optuna  # noqa: PLC0415 - half a second, and only a search needs it

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    how, folds = _folds(book, base)
    dataset, found = dataset_of(book, base), dict[int, Floats]()

    def measured(trial: Any) -> float:
        progress(f"trial {trial.number + 1} of {budget.trials}")
        settings = base if trial.number == 0 else _suggested(trial, base)
        found[trial.number] = _losses(book, cross_validate(dataset, book, folds, settings))
        return float(found[trial.number].mean())

    study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=base.seed))
    stop = time.monotonic() + budget.seconds
    while len(found) < budget.trials and (not found or time.monotonic() < stop):
        study.optimize(measured, n_trials=1)
    best = study.best_trial.number
    return _outcome(base, found, best, study.best_trial.params, {"folds": how, "number_of_folds": len(folds), "trials_asked": budget.trials})


def _outcome(
    base: Settings, found: dict[int, Floats], best: int, chosen: dict[str, Any], said: dict[str, Any]
) -> tuple[Settings, dict[str, Any]]:
    gaps = found[0] - found[best]
    gain, error = float(gaps.mean()), float(gaps.std(ddof=1) / np.sqrt(len(gaps)))
    is_better = best != 0 and gain > error
    picked = {name: round(value, DIGITS) for name, value in chosen.items()}
    said |= {
        "trials": len(found),
        "cut_short": len(found) < said["trials_asked"],
        "n": len(gaps),
        "default_log_loss": round(float(found[0].mean()), DIGITS),
        "best_log_loss": round(float(found[best].mean()), DIGITS),
        "gain": round(gain, DIGITS),
        "standard_error": round(error, DIGITS),
        "best": picked,
        "taken": is_better,
    }
    return replace(base, **picked) if is_better else base, said
