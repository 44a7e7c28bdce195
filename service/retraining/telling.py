"""From a training result and its validation to what a retraining says of the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from service.retraining.outcome import GateSaid, Measured, ModelMade, Swapped, Versus
from training.assembly import TrainResult
from training.bundle import Bundle, GateOutcome
from training.challengers.words import contest_rows
from training.validation import Chapter, Measure, Validated

__all__ = ["model_made"]

SHOWN: Final = ("auc", "ks", "brier", "ece", "calibration_slope")
SETS: Final[tuple[Literal["both", "out", "in", "neither"], ...]] = ("both", "out", "in", "neither")
"""In the order of the report's rows."""


def model_made(
    result: TrainResult, found: Validated, *, champion: Bundle | None, why_not: str, reports: Mapping[str, str], run_id: str | None
) -> ModelMade:
    """Say of one model how it did and how it stands to gates and champion; its measures are those of the validation's rows."""
    bundle, record = result.bundle, found.record
    gates = record.gates
    return ModelMade(
        segment=bundle.segment,
        name=bundle.name,
        version=bundle.version,
        sha256=bundle.hash,
        simulated=bundle.simulated,
        train_rows=result.counts["train_rows"],
        train_defaults=result.counts["train_defaults"],
        test_rows=found.overall.n,
        test_defaults=found.overall.defaults,
        measures=dict(_measures(found)),
        contest=tuple(contest_rows(result.findings["challengers"])) if "challengers" in result.findings else (),
        verdict=record.verdict,
        validation=record.sha256,
        gates_held=len(record.standing("pass")),
        gates_file=f"{gates.name} {gates.version} ({gates.status})",
        gates=tuple(_gate(one) for one in record.outcomes if one.standing != "pass"),
        versus=None if champion is None else _versus(champion, why_not, {chapter.id: chapter for chapter in found.chapters}),
        reports=dict(reports),
        run_id=run_id,
    )


def _measures(found: Validated) -> Iterator[tuple[str, Measured]]:
    for name in SHOWN:
        if name in found.overall.metrics:
            one = found.overall.metrics[name]
            yield name, Measured(value=one.value, low=one.low, high=one.high, method=one.method, n=found.overall.n)


def _gate(one: GateOutcome) -> GateSaid:
    said: dict[str, Any] = {name: getattr(one, name) for name in GateSaid.model_fields if name != "holds_back"}
    return GateSaid(**said, holds_back=one.blocks if one.standing == "fail" else one.required)


def _versus(champion: Bundle, why_not: str, chapters: Mapping[str, Chapter]) -> Versus:
    label = f"{champion.name}@{champion.version}"
    if why_not:
        return Versus(champion=label, champion_sha256=champion.hash, why_not=why_not)
    chapter = chapters["swap"]
    rows = zip(SETS, chapter.grids[0].rows, strict=True)
    return Versus(
        champion=label,
        champion_sha256=champion.hash,
        auc_difference=_measured(chapter.measures["auc_difference"]),
        reasons_changed=_measured(chapter.measures["reasons_changed"]),
        sets=tuple(
            Swapped(set=name, **dict(zip(("n", "defaults", "asked", "defaulted"), _numbers(row), strict=True))) for name, row in rows
        ),
    )


def _numbers(row: tuple[Any, ...]) -> list[Any]:
    """Leave out the set's name and the rate, which follows from the counts."""
    _, n, defaults, _, asked, defaulted = row
    return [n, defaults, asked, defaulted]


def _measured(one: Measure) -> Measured:
    return Measured(value=one.value, low=one.low, high=one.high, method=one.method, n=one.n)
