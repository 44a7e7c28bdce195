"""From a fitted model to a bundle folder with its metrics, profile and card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from training.book import Book, Floats, Targets, refuse_thin
from training.boosting import Settings
from training.bundle import Bundle, Hashes, Manifest, write_bundle
from training.bundle.bundle import Model
from training.bundle.native import Booster
from training.bundle.tables import can_tabulate
from training.card import render_card
from training.challengers import hold_contest
from training.effort import Effort
from training.errors import TrainingRefused
from training.fitting import Fitted, Progress, fit
from training.metrics import Evaluation, evaluate, evaluate_by
from training.profile import reference_profile
from training.provenance import code_hash, config_hash, library_versions
from training.tuning import tune

__all__ = ["TrainResult", "train_book"]

PICTURED: Final = 500
"""Test rows kept for the global SHAP pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainResult:
    """A trained bundle and how it did on the rows it has not seen."""

    bundle: Bundle
    folder: Path
    test: Evaluation
    """On the held-out rows."""
    out_of_fold: Evaluation
    """On the training rows, each scored by boosters blind to its firm."""
    by_group: Mapping[str, Mapping[str, Evaluation]]
    """Test metrics by each grouping, such as stage and field."""
    findings: Mapping[str, Any]
    """Suspicious columns, resisted directions, the cost of compactness."""
    counts: Mapping[str, Any]
    """What was left out and why."""
    target: Targets
    """Outcomes of the test rows, for curves."""
    log_odds: Floats
    """Their calibrated log odds of default."""
    sample: Floats
    """Up to 500 test rows in schema order, for SHAP pictures."""
    example: Mapping[str, Sequence[Any]]
    """A few test rows as a caller would send them."""


def _draft(book: Book, fitted: Fitted, settings: Settings) -> Manifest:
    blank = np.full((1, len(fitted.features)), np.nan)
    return Manifest(
        name=book.name,
        segment=book.segment,
        simulated=book.simulated,
        seed=settings.seed,
        features=fitted.features,
        decided=book.decided,
        calibration=fitted.calibration,
        doubt=fitted.doubt,
        term_structure=fitted.term_structure,
        explained_by="tables" if can_tabulate(fitted.text) else "lightgbm",
        expected_margin=float(Booster(fitted.text).contributions(blank)[0, -1]),
        hashes=Hashes(**{"code": code_hash(), "config": config_hash(settings.to_dict()), **book.hashes}),
        libraries=library_versions(),
        settings=settings.to_dict() | {"rounds_kept": fitted.rounds},
        training={**book.counts, **_counts(book)},
        metrics={},
        findings={**book.findings, **fitted.findings},
    )


def _counts(book: Book) -> dict[str, Any]:
    train, test = book.target[book.train], book.target[book.held_out]
    return {
        "train_rows": len(train),
        "train_defaults": int(train.sum()),
        "test_rows": len(test),
        "test_defaults": int(test.sum()),
    }


def _next_version(home: Path) -> str:
    taken = [int(path.name) for path in home.glob("*") if path.name.isdigit()]
    return str(max(taken, default=0) + 1)


@dataclass(frozen=True, slots=True)
class Measured:
    """How the model did where it could not have seen the answer."""

    log_odds: Floats
    test: Evaluation
    out_of_fold: Evaluation
    by_group: dict[str, dict[str, Evaluation]]

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form, as the manifest keeps it."""
        groups = {by: {name: found.to_dict() for name, found in named.items()} for by, named in self.by_group.items()}
        return {"test": self.test.to_dict(), "out_of_fold": self.out_of_fold.to_dict(), "by_group": groups}


def _measure(book: Book, fitted: Fitted, model: Model, seed: int) -> Measured:
    rows = book.held_out
    log_odds, target = model.predict(book.matrix[rows]).log_odds, book.target[rows]
    return Measured(
        log_odds,
        evaluate(target, log_odds, seed=seed),
        evaluate(book.target[book.train], fitted.out_of_fold, seed=seed),
        {by: evaluate_by(labels[rows].tolist(), target, log_odds, seed=seed) for by, labels in book.groups.items()},
    )


def _refuse(book: Book, *, force: bool) -> None:
    refuse_thin(book, force=force)
    if not len(book.held_out):
        raise TrainingRefused(f"{book.name}: the split leaves no test row; move its date or raise its share")


def train_book(
    book: Book,
    *,
    out: Path,
    now: datetime,
    settings: Settings | None = None,
    version: str | None = None,
    force: bool = False,
    effort: Effort = Effort(),  # noqa: B008 - frozen
    progress: Progress = lambda _: None,
) -> TrainResult:
    """Train, calibrate, evaluate and write `out/<name>/<version>/`; the version defaults to the next whole number.

    Raises `TrainingRefused` for fewer than 50 defaults in training (unless `force`) and for an empty test set.
    """
    chosen = settings or Settings()
    _refuse(book, force=force)
    chosen, tried = _tuned(book, chosen, effort, progress)
    fitted = fit(book, chosen, progress=progress)
    progress("measuring on unseen rows")
    draft = _draft(book, fitted, chosen)
    model = Model(fitted.text, draft)
    measured = _measure(book, fitted, model, chosen.seed)
    found = draft.findings | tried | _contested(book, fitted, measured, chosen, effort, progress)
    manifest = draft.model_copy(update={"metrics": measured.to_dict(), "findings": found})
    progress("writing the bundle")
    train = book.matrix[book.train]
    folder = out / book.name / (version or _next_version(out / book.name))
    bundle = write_bundle(
        folder,
        text=fitted.text,
        manifest=manifest,
        rows=train,
        profile=reference_profile(fitted.features, train, model.predict(train)),
        card=render_card(manifest),
        version=folder.name,
        created_at=now,
    )
    return _result(book, bundle, measured)


def _tuned(book: Book, settings: Settings, effort: Effort, progress: Progress) -> tuple[Settings, dict[str, Any]]:
    if effort.tuning is None:
        return settings, {}
    chosen, said = tune(book, settings, effort.tuning, progress=progress)
    return chosen, {"tuning": said}


def _contested(book: Book, fitted: Fitted, measured: Measured, settings: Settings, effort: Effort, progress: Progress) -> dict[str, Any]:
    if not effort.challengers:
        return {}
    said = hold_contest(
        book,
        test=measured.log_odds,
        out_of_fold=fitted.out_of_fold,
        folds=fitted.cross.folds,
        seed=settings.seed,
        progress=progress,
    )
    return {"challengers": said}


def _result(book: Book, bundle: Bundle, measured: Measured) -> TrainResult:
    rows = book.held_out
    return TrainResult(
        bundle=bundle,
        folder=bundle.folder,
        test=measured.test,
        out_of_fold=measured.out_of_fold,
        by_group=measured.by_group,
        findings=bundle.manifest.findings,
        counts=bundle.manifest.training,
        target=book.target[rows],
        log_odds=measured.log_odds,
        sample=book.matrix[rows][:PICTURED],
        example=book.example,
    )
