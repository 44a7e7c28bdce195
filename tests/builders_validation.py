"""Records of validations for the tests of what names them: one gate, found as the test says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import builders_cases as cases

from training.bundle import Bundle, GateOutcome, GatesUsed, ValidatedOn, Validation, verdict_of
from training.bundle.pictures import CaughtPoint, ChangedReason, GradeCount, Pictures, ReasonChurn, ScoreBins, SwapSet

WHEN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
HASH = "sha256:" + "a" * 64
CURVE = tuple(CaughtPoint(rows=rows, defaults=defaults) for rows, defaults in ((0, 0), (50, 20), (200, 35), (400, 40)))
PICTURES = Pictures(
    caught=CURVE,
    champion_caught=CURVE,
    champion=cases.HASH,
    grades=(GradeCount(grade=1, n=300, defaults=10, mean_pd=0.03), GradeCount(grade=2, n=0, defaults=0, mean_pd=0.0)),
    score=ScoreBins(edges=(600.0,), trained=(0.5, 0.5), counts=(250, 150)),
    inputs={"revenue": (100, 300)},
    swap=(
        SwapSet(side="both", n=300, defaults=10, asked=900_000_000, defaulted=20_000_000),
        SwapSet(side="out", n=0, defaults=0, asked=0, defaulted=0),
    ),
    reasons=ReasonChurn(stay=(1, 2, 397), features=(ChangedReason(feature="revenue", lost=3, gained=1),)),
)
CHAPTER = {
    "id": "calibration",
    "title": {"zh": "校准", "en": "Calibration"},
    "about": {"zh": "水平与斜率", "en": "level and slope"},
    "measures": {
        "auc": {"value": 0.75, "low": 0.7, "high": 0.8, "n": 400, "method": "DeLong"},
        "red_grades": {"value": 0.0, "low": None, "high": None, "n": 4, "method": ""},
    },
    "grids": [
        {
            "title": {"zh": "数值", "en": "Numbers"},
            "columns": [{"zh": "项", "en": "what"}, {"zh": "值", "en": "value"}],
            "rows": [
                [{"zh": "斜率", "en": "slope"}, {"value": 0.93, "low": 0.8, "high": 1.1, "method": "Wald"}],
                ["n", 1234],
                ["tiny", 0.000012],
                ["large", 123.456],
                ["none", None],
            ],
        },
        {"title": {"zh": "空", "en": "Empty"}, "columns": [], "rows": []},
    ],
    "curve": [[0.01, {"value": 0.02, "low": 0.0, "high": 0.1, "method": "Wilson"}, 100]],
    "notes": [{"zh": "附注", "en": "a note"}],
}


def gate(standing: str = "pass", **said: Any) -> GateOutcome:
    """A gate on AUC with the standing the test wants."""
    usual: dict[str, Any] = {
        "id": "ranks",
        "zh": "区分",
        "en": "ranks",
        "measure": "auc",
        "of": "low",
        "at_least": 0.55,
        "at_most": None,
        "blocks": True,
        "required": False,
        "found": None if standing == "not-enough-data" else 0.7,
        "n": 400,
        "standing": standing,
    }
    return GateOutcome(**(usual | said))


def validation_of(bundle: Bundle, *standings: str, **said: Any) -> Validation:
    """A validation of a bundle with a gate for each standing, one that passes unless said otherwise."""
    outcomes = tuple(gate(standing, id=f"gate-{number}") for number, standing in enumerate(standings or ("pass",), start=1))
    usual: dict[str, Any] = {
        "model": bundle.name,
        "version": bundle.version,
        "segment": bundle.segment,
        "bundle": bundle.hash,
        "data": ValidatedOn(sha256=HASH, n=400, defaults=40, simulated=True, said={}),
        "gates": GatesUsed(name="of-a-test", version="1", status="illustrative", sha256=HASH),
        "outcomes": outcomes,
        "verdict": verdict_of(outcomes),
        "chapters": (),
        "operator": "zhao",
        "made_at": WHEN,
    }
    return Validation(**(usual | said))


def full_validation(bundle: Bundle, made_at: datetime) -> Validation:
    """One with pictures and a chapter, a gate that passed, one with too few data, and one that fails and only warns."""
    record = validation_of(bundle, "pass", "not-enough-data", pictures=PICTURES, chapters=(CHAPTER,), made_at=made_at)
    failing = record.outcomes[0].model_copy(update={"id": "warns", "standing": "fail", "blocks": False, "found": 0.7})
    return record.model_copy(update={"outcomes": (*record.outcomes, failing)})
