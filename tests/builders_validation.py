"""Records of validations for the tests of what names them: one gate, found as the test says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from training.bundle import Bundle, GateOutcome, GatesUsed, ValidatedOn, Validation, verdict_of

WHEN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
HASH = "sha256:" + "a" * 64


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
