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
from training.calibration import fit_affine
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
    """Log loss of every held-out row, each fold calibrated on itself: what is left is what the margins know.

    Eras differ in their level of risk, which no setting can foresee and a central tendency corrects; left in, it would drown what
    settings do change and reward a model that says little.
    """
    target, losses = book.target[book.train], []
    for fold in cross.folds:
        margin, outcome = cross.margin[fold.test], target[fold.test]
        affine = fit_affine(margin, outcome)
        losses.append(np.logaddexp(0, (1 - 2 * outcome) * (affine.slope * margin + affine.intercept)))
    loss: Floats = np.concatenate(losses)
    return loss if book.weight is None else loss * book.weight[book.train][np.concatenate([fold.test for fold in cross.folds])]


@dataclass(frozen=True, slots=True)
class _Judge:
    """Measures settings as training would use them: rounds from grouped folds, losses from folds in order of time."""

    book: Book
    dataset: Any
    grouped: Sequence[Fold]
    ordered: Sequence[Fold]

    def losses(self, settings: Settings) -> Floats:
        """Loss of each held-out row."""
        searched = cross_validate(self.dataset, self.book, self.grouped, settings)
        if not self.ordered:
            return _losses(self.book, searched)
        return _losses(self.book, cross_validate(self.dataset, self.book, self.ordered, settings, rounds=searched.rounds))


def _judge(book: Book, settings: Settings) -> _Judge:
    target = book.target[book.train]
    firm = None if book.firm is None else book.firm[book.train]
    ordered = [] if book.days is None else time_folds(target, book.days[book.train], firm)
    grouped = make_folds(target, firm, folds=settings.folds, seed=settings.seed)
    return _Judge(book, dataset_of(book, settings), grouped, ordered if len(ordered) > 1 else [])


def tune(
    book: Book, base: Settings, budget: Budget, *, progress: Callable[[str], None] = lambda _: None
) -> tuple[Settings, dict[str, Any]]:
    """Search settings; give those to train with and what was tried.

    Each trial finds its rounds as training does and is judged on folds in order of time where the book is dated and long enough, else
    on the grouped folds. The best one replaces `base` only if its mean log loss on held-out rows is lower by more than one standard
    error of the paired difference (the best of many trials flatters itself on the folds it was chosen on) and, in order of time, if it
    does not lose on the latest fold, which is nearest to the loans to come.
    """
    import optuna  # noqa: PLC0415 - half a second, and only a search needs it

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    judge, found = _judge(book, base), dict[int, Floats]()

    def measured(trial: Any) -> float:
        progress(f"trial {trial.number + 1} of {budget.trials}")
        found[trial.number] = judge.losses(base if trial.number == 0 else _suggested(trial, base))
        return float(found[trial.number].mean())

    study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=base.seed))
    stop = time.monotonic() + budget.seconds
    while len(found) < budget.trials and (not found or time.monotonic() < stop):
        study.optimize(measured, n_trials=1)
    said = {"folds": "in order of time" if judge.ordered else "by firm, not in order of time", "trials_asked": budget.trials}
    latest = len(judge.ordered[-1].test) if judge.ordered else 0
    return _outcome(base, found, study.best_trial.number, study.best_trial.params, said, latest)


def _outcome(
    base: Settings, found: dict[int, Floats], best: int, chosen: dict[str, Any], said: dict[str, Any], latest: int
) -> tuple[Settings, dict[str, Any]]:
    """Take the best trial if it gains enough on all rows and something on the `latest` ones, those of the last fold in time."""
    gaps = found[0] - found[best]
    gain, error = float(gaps.mean()), float(gaps.std(ddof=1) / np.sqrt(len(gaps)))
    recent = float(gaps[-latest:].mean()) if latest else None
    is_better = best != 0 and gain > error and (recent is None or recent > 0)
    picked = {name: round(value, DIGITS) for name, value in chosen.items()}
    said |= {
        "trials": len(found),
        "cut_short": len(found) < said["trials_asked"],
        "n": len(gaps),
        "default_log_loss": round(float(found[0].mean()), DIGITS),
        "best_log_loss": round(float(found[best].mean()), DIGITS),
        "gain": round(gain, DIGITS),
        "standard_error": round(error, DIGITS),
        "gain_in_latest_fold": None if recent is None else round(recent, DIGITS),
        "best": picked,
        "taken": is_better,
    }
    return replace(base, **picked) if is_better else base, said
