"""Train on our own tables: the loan book of the province, with indicators as they were known when each loan was asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import polars as pl
from scipy.special import expit

from features.build import build_features
from features.indicators import CATALOGUE, catalogue_hash
from features.stages import segment_of, stage_of
from features.vocabulary import LoanDecision
from training.assembly import TrainResult, train_book
from training.book import Book, Floats, Mask, Spells, Targets, refuse_thin
from training.boosting import Settings
from training.bundle import Feature
from training.bundle.encoding import EPOCH
from training.effort import Effort
from training.errors import BookError
from training.evidence_files import read_evidence
from training.fitting import Progress, fit
from training.label import MEANING, label_loans
from training.loanbook import SUSPICIOUS_AUC, Suspicion
from training.metrics import univariate_auc
from training.provenance import arrays_hash
from training.rejects import Rejected, RejectInference, with_rejects
from training.split import TEST_SHARE, cut_day, from_day, keep_new_firms

__all__ = [
    "NAMES",
    "SEGMENTS",
    "EvidenceBook",
    "Segment",
    "SegmentRows",
    "application_rows",
    "declined",
    "evidence_book",
    "prepare",
    "segment_rows",
    "train_evidence",
]

Segment: TypeAlias = Literal["startup", "growth"]
Frames: TypeAlias = Mapping[str, pl.DataFrame]

SEGMENTS: Final[tuple[Segment, ...]] = ("startup", "growth")
NAMES: Final[Mapping[str, str]] = {"startup": "jifen-startup", "growth": "jifen-growth"}
"""Registered name of each segment's model; the growth model also serves stable firms."""
EVE: Final = 1
"""Days before the application: the loan asked for must not be part of its own evidence, as it is not when a request is scored."""
EXAMPLES: Final = 3
GROUPS: Final = ("stage", "field")


@dataclass(frozen=True, slots=True)
class EvidenceBook:
    """Labelled loans with their indicators, for every segment."""

    frame: pl.DataFrame
    """application_id, firm_id, applied (day number), asked (yuan), target, days followed, failed, segment, stage, field, indicators."""
    counts: Mapping[str, Any]
    simulated: bool
    tables: Frames = field(default_factory=dict, repr=False)
    """What it was built from: declined applications are read from it where reject inference is asked for."""


def _applications(labelled: pl.DataFrame) -> pl.DataFrame:
    """Applications as the builder takes them, as of the eve of each."""
    return labelled.select(
        application_id=pl.concat_str("firm_id", "loan_id", separator="/"),
        firm_id="firm_id",
        as_of=pl.col("applied_on") - pl.duration(days=EVE),
        amount="amount",
        term_months="term_months",
    )


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    """Name segment and growth stage of each row; unknown stages are null."""
    stages = frame["growth_stage"].to_list()
    return frame.with_columns(
        segment=pl.Series([segment_of(stage) for stage in stages], dtype=pl.Utf8),
        stage=pl.Series([stage_of(stage) for stage in stages], dtype=pl.Utf8),
    )


def application_rows(loans: pl.DataFrame, tables: Frames) -> pl.DataFrame:
    """Indicators of loan applications, granted or not, as of the eve of each, with segment and stage; one row an application."""
    return _named(build_features(_applications(loans), tables))


def prepare(evidence: Frames | str | os.PathLike[str], *, simulated: bool, progress: Progress = lambda _: None) -> EvidenceBook:
    """Label the loans of a folder (or of checked tables) and build their indicators, once for both models.

    `simulated` has no default: whether people or a program wrote the data decides what the model may be used for. Raises
    `BookError` when there is no loan to learn from.
    """
    tables = evidence if isinstance(evidence, Mapping) else read_evidence(Path(evidence))
    if "loans" not in tables or tables["loans"].is_empty():
        raise BookError("the evidence has no loans; training needs the table loans with outcomes")
    progress("labelling loans")
    labelled, counts = label_loans(tables["loans"])
    if labelled.is_empty():
        raise BookError(f"none of {counts.applications} applications has an outcome yet; training needs loans observed for 12 months")
    progress(f"building indicators of {labelled.height:,} loans")
    features = application_rows(labelled, tables)
    outcome = labelled.select(
        application_id=pl.concat_str("firm_id", "loan_id", separator="/"),
        applied=pl.col("applied_on").to_physical().cast(pl.Int64),
        target="target",
        asked="amount",
        followed=pl.min_horizontal("default_on", "closed_on", "observed_until").to_physical() - pl.col("drawn_on").to_physical(),
        failed=pl.col("default_on").is_not_null(),
    )
    frame = features.join(outcome, on="application_id", how="left", maintain_order="left")
    return EvidenceBook(frame.sort("applied", "application_id"), counts.to_dict(), simulated, tables)


def _features() -> tuple[Feature, ...]:
    return tuple(Feature(name=i.id, source=i.id, direction=i.direction) for i in CATALOGUE.values())


def _suspicious(features: Sequence[Feature], matrix: Floats, target: Targets) -> list[dict[str, Any]]:
    """Indicators that rank training rows too well alone: one of them might know the outcome."""
    powers = {feature.name: univariate_auc(target, matrix[:, position]) for position, feature in enumerate(features)}
    found = [Suspicion(name, power, "used as a feature") for name, power in powers.items() if power >= SUSPICIOUS_AUC]
    return [one.to_dict() for one in sorted(found, key=lambda one: (-one.auc, one.column))]


def _day(number: float) -> str:
    return date.fromordinal(int(number) + EPOCH).isoformat()


@dataclass(frozen=True, slots=True)
class SegmentRows:
    """The rows of one segment that train or test, and the day the test begins."""

    frame: pl.DataFrame
    held: Mask
    """Which rows of `frame` test."""
    first: float
    days: Floats
    """Day numbers of every labelled loan of the segment, left out or not."""
    left_out: int
    """Test rows of firms that training has seen."""


def segment_rows(prepared: EvidenceBook, segment: str, *, test_from: date | None = None) -> SegmentRows:
    """Split one segment out of time: the latest 30 % test (or what was applied for from `test_from`), without firms seen before."""
    frame = prepared.frame.filter(pl.col("segment") == segment)
    if frame.is_empty():
        raise BookError(f"no labelled loan belongs to the segment {segment!r}; the segments are {', '.join(NAMES)}")
    days = frame["applied"].to_numpy().astype(np.float64)
    first = cut_day(days) if test_from is None else float(test_from.toordinal() - EPOCH)
    test = from_day(days, first)
    kept = keep_new_firms(test, frame["firm_id"].to_numpy())
    return SegmentRows(frame.filter(pl.Series(kept)), test[kept], first, days, int((~kept).sum()))


def evidence_book(prepared: EvidenceBook, segment: Segment, *, test_from: date | None = None, suspect: bool = True) -> Book:
    """The rows of one segment as a book, split by `segment_rows`; `suspect` looks for indicators that know the outcome."""
    split = segment_rows(prepared, segment, test_from=test_from)
    rows, held, days = split.frame, split.held, split.days
    features = _features()
    matrix = rows.select(f.name for f in features).to_numpy().astype(np.float64)
    target = rows["target"].to_numpy()
    return Book(
        name=NAMES[segment],
        segment=segment,
        features=features,
        matrix=matrix,
        target=target,
        test=held,
        firm=rows["firm_id"].to_numpy(),
        days=rows["applied"].to_numpy().astype(np.float64),
        spells=Spells(rows["followed"].to_numpy().astype(np.float64), rows["failed"].to_numpy()),
        groups={by: rows[by].fill_null("unknown").to_numpy() for by in GROUPS},
        example=rows.filter(pl.Series(held)).head(EXAMPLES).select(f.name for f in features).to_dict(as_series=False),
        simulated=prepared.simulated,
        counts={
            "label": MEANING,
            "whole_book": dict(prepared.counts),
            "loans_of_segment": len(days),
            "split": f"out of time: the latest {TEST_SHARE:.0%} by application, from {_day(split.first)}",
            "test_from": _day(split.first),
            "first_application": _day(days.min()),
            "last_application": _day(days.max()),
            "test_rows_of_training_firms_left_out": split.left_out,
        },
        findings={"suspicious": _suspicious(features, matrix[~held], target[~held])} if suspect else {},
        hashes={"data": arrays_hash([("matrix", matrix), ("target", target), ("test", held)]), "catalogue": catalogue_hash()},
    )


def declined(evidence: Frames, book: Book, segment: Segment) -> Rejected:
    """Applications of a segment that were declined before the book's test begins, as of the eve of each."""
    loans = evidence["loans"].filter(pl.col("decision").cast(pl.Utf8) == LoanDecision.DECLINED.value)
    first = date.fromisoformat(book.counts["test_from"])
    rows = application_rows(loans.filter(pl.col("applied_on") < first), evidence).filter(pl.col("segment") == segment)
    matrix = rows.select(feature.name for feature in book.features).to_numpy().astype(np.float64)
    days = rows["as_of"].to_physical().to_numpy().astype(np.float64) + EVE
    return Rejected(matrix, rows["firm_id"].to_numpy(), days)


def _augmented(
    book: Book, tables: Frames, segment: Segment, plan: RejectInference, settings: Settings, progress: Progress, *, force: bool
) -> Book:
    progress("assuming outcomes of the declined")
    turned_down = declined(tables, book, segment)
    if not len(turned_down.matrix):
        raise BookError(f"no application of the segment {segment!r} was declined before the test begins; train without reject inference")
    refuse_thin(book, force=force)
    return with_rejects(book, turned_down, expit(fit(book, settings).log_odds(turned_down.matrix)), plan)


def train_evidence(
    evidence: EvidenceBook | Frames | str | os.PathLike[str],
    *,
    segment: Segment,
    out: Path,
    now: datetime,
    simulated: bool = False,
    settings: Settings | None = None,
    version: str | None = None,
    force: bool = False,
    effort: Effort = Effort(),  # noqa: B008 - frozen
    rejects: RejectInference | None = None,
    progress: Progress = lambda _: None,
) -> TrainResult:
    """Train the model of one segment and write `out/jifen-<segment>/<version>/`.

    Pass what `prepare` gave to train both segments from one build of the indicators. `rejects` adds the declined applications of the
    training period under an assumption, which the card states; metrics out of fold then count what was assumed. Raises `TrainingRefused`
    for fewer than 50 defaults in training, with the counts, unless `force`.
    """
    prepared = evidence if isinstance(evidence, EvidenceBook) else prepare(evidence, simulated=simulated, progress=progress)
    book = evidence_book(prepared, segment)
    if rejects is not None:
        book = _augmented(book, prepared.tables, segment, rejects, settings or Settings(), progress, force=force)
    return train_book(book, out=out, now=now, settings=settings, version=version, force=force, effort=effort, progress=progress)
