"""One validation from held-out rows to a verdict: every chapter, then the gates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from features.points import Reference, Scheme
from training.bundle import Bundle, ValidatedOn, Validation, verdict_of
from training.fitting import Progress
from training.metrics import Evaluation, evaluate
from training.validation.calibration import calibration
from training.validation.chapter import Chapter
from training.validation.discrimination import discrimination
from training.validation.explanations import explanations
from training.validation.fairness import fairness
from training.validation.gaming import TRICKS, Asking, gaming
from training.validation.gates import Gates, judge
from training.validation.grades import grade_backtest
from training.validation.leakage import leakage
from training.validation.overfit import overfit
from training.validation.pictures import pictures_of
from training.validation.prohibited import prohibited_factors
from training.validation.resilience import resilience
from training.validation.robustness import robustness
from training.validation.sample import Sample
from training.validation.swap import Comparison, compare, swap_sets
from training.validation.weak_spots import weak_spots

__all__ = ["GAMING_MEASURES", "Games", "Scales", "Validated", "validate"]

GAMING_MEASURES: Final = frozenset(f"{trick.id}_{what}" for trick in TRICKS for what in ("points", "score"))
"""Known to gates also where no evidence of firms was given."""
SWAP_MEASURES: Final = frozenset({"auc_difference", "swapped_share", "swap_default_difference", "reasons_changed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """What the policy does with a PD."""

    bounds: Sequence[float]
    """Upper PD of each grade of the master scale, safest first, the last one 1."""
    cutoff: float
    """Highest PD that is lent to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Games:
    """Firms on which tricks are tried, and what gives them points."""

    asking: Sequence[Asking]
    scheme: Scheme | None = None
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class Validated:
    """The record that is kept, and the chapters a report is made of."""

    record: Validation
    chapters: tuple[Chapter, ...]
    overall: Evaluation


def _chapters(
    sample: Sample, overall: Evaluation, scales: Scales, gates: Gates, games: Games | None, rival: Comparison | None, progress: Progress
) -> Iterator[Chapter]:
    progress("ranking and calibration")
    yield discrimination(sample, overall=overall)
    yield calibration(sample, overall=overall)
    yield grade_backtest(sample, overall=overall, bounds=scales.bounds)
    progress("weak spots, overfit, noise and shift")
    yield weak_spots(sample)
    yield overfit(sample, overall=overall)
    yield robustness(sample, overall=overall, bounds=scales.bounds)
    yield resilience(sample)
    progress("explanations, leakage and fairness")
    yield explanations(sample)
    yield leakage(sample)
    yield fairness(sample, cutoff=scales.cutoff)
    yield prohibited_factors(sample.bundle.manifest.features, factors=gates.prohibited.factors)
    if games is not None:
        progress("what tricks buy")
        yield gaming(games.asking, bundle=sample.bundle, scheme=games.scheme, reference=games.reference)
    if rival is not None:
        yield swap_sets(sample, rival)


def validate(
    sample: Sample,
    *,
    scales: Scales,
    gates: Gates,
    operator: str,
    now: datetime,
    games: Games | None = None,
    champion: Bundle | None = None,
    progress: Progress = lambda _: None,
) -> Validated:
    """Measure a model on rows it has not seen and hold it to the gates; nothing is written."""
    overall = evaluate(sample.target, sample.log_odds)
    rival = None
    if champion is not None:
        progress("champion against challenger")
        rival = compare(sample, champion=champion, cutoff=scales.cutoff)
    chapters = tuple(_chapters(sample, overall, scales, gates, games, rival, progress))
    measures = {name: one for chapter in chapters for name, one in chapter.measures.items()}
    outcomes = judge(gates, measures, known=frozenset(measures) | GAMING_MEASURES | SWAP_MEASURES)
    bundle = sample.bundle
    record = Validation(
        model=bundle.name,
        version=bundle.version,
        segment=bundle.segment,
        bundle=bundle.hash,
        data=ValidatedOn(sha256=sample.data_hash, n=sample.n, defaults=sample.defaults, simulated=sample.simulated, said=dict(sample.said)),
        gates=gates.used,
        outcomes=outcomes,
        verdict=verdict_of(outcomes),
        chapters=tuple(chapter.to_dict() for chapter in chapters),
        pictures=pictures_of(sample, bounds=scales.bounds, rival=rival),
        operator=operator,
        made_at=now,
    )
    return Validated(record, chapters, overall)
