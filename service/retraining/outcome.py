"""What came of a retraining: each model with its measures and gates, the comparison with the one in force, and the proposal if any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["GateSaid", "Measured", "ModelMade", "RetrainingOutcome", "Swapped", "Versus"]


class Kept(BaseModel):
    """Frozen; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Measured(Kept):
    """A number with its 95 % interval, and how that was found; no value where the rows do not carry one."""

    value: float | None
    low: float | None
    high: float | None
    method: str
    n: int


class GateSaid(Kept):
    """A gate that does not simply hold: its condition, what was found on how many rows, and what it does to a proposal."""

    id: str
    zh: str
    en: str
    measure: str
    of: str
    at_least: float | None
    at_most: float | None
    found: float | None
    n: int
    standing: Literal["fail", "not-enough-data"]
    holds_back: bool
    """Does it keep the model from being proposed? The others warn."""

    @property
    def condition(self) -> str:
        """Give the condition as a formula."""
        bound = f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"
        return f"{self.measure}.{self.of} {bound}"


class Swapped(Kept):
    """A swap set: `both`, `out` (only the champion passes), `in` (only the new model) or `neither`; money in yuan asked for."""

    set: Literal["both", "out", "in", "neither"]
    n: int
    defaults: int
    asked: int | None
    defaulted: int | None


class Versus(Kept):
    """The new model against the one in force, on the same held-out rows; `why_not` where they could not be compared."""

    champion: str
    champion_sha256: str
    why_not: str = ""
    auc_difference: Measured | None = None
    reasons_changed: Measured | None = None
    """Share of the four strongest reasons that change."""
    sets: tuple[Swapped, ...] = ()


class ModelMade(Kept):
    """A model that was trained and validated."""

    segment: str
    name: str
    version: str
    sha256: str
    simulated: bool
    train_rows: int
    train_defaults: int
    test_rows: int
    test_defaults: int
    measures: Mapping[str, Measured]
    contest: tuple[tuple[str, str], ...] = ()
    """Challengers on the same rows: who, and what was found."""
    verdict: Literal["passed", "failed", "not-enough-data"]
    validation: str
    gates_held: int
    gates_file: str
    gates: tuple[GateSaid, ...]
    versus: Versus | None
    """None where no model of the segment was in force."""
    reports: Mapping[str, str]
    """File name and hash of each document the validation left."""
    run_id: str | None
    """The MLflow run that carries model and reports."""

    @property
    def label(self) -> str:
        """Name and version."""
        return f"{self.name}@{self.version}"

    @property
    def holding_back(self) -> tuple[GateSaid, ...]:
        """Give the gates that keep it from being proposed."""
        return tuple(gate for gate in self.gates if gate.holds_back)


class RetrainingOutcome(Kept):
    """What came of it all: proposed, or held back by gates."""

    format: Literal["retraining-outcome/1"] = "retraining-outcome/1"
    evidence: str
    """Where it came from."""
    models: tuple[ModelMade, ...]
    proposal_id: str | None = None

    @property
    def is_held_back(self) -> bool:
        """Does any model keep the whole from being proposed?"""
        return any(model.verdict != "passed" for model in self.models)

    def short(self) -> dict[str, Any]:
        """Give what the ledger's entry says: hashes and verdicts, no measured number."""
        return {
            "evidence": self.evidence,
            "models": [dict(self._short(model)) for model in self.models],
            "proposal_id": self.proposal_id,
        }

    def _short(self, model: ModelMade) -> Iterator[tuple[str, Any]]:
        for name in ("segment", "name", "version", "sha256", "verdict", "validation"):
            yield name, getattr(model, name)
        yield "held_back_by", [gate.id for gate in model.holding_back]
        yield "reports", dict(model.reports)
