"""What a retraining is asked to do, and the steps that takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

__all__ = ["MOST_SECONDS", "MOST_TRIALS", "ON_FILE", "Plan", "RejectsMethod", "SegmentName"]

SegmentName: TypeAlias = Literal["startup", "growth"]
RejectsMethod: TypeAlias = Literal["parcelling", "fuzzy", "propensity"]

ON_FILE = ""
"""The evidence that is on file in the service's database, instead of a folder of files."""
SEED = 20
MOST_TRIALS, MOST_SECONDS = 200, 3_600


class Plan(BaseModel):
    """A retraining as it was asked for; the same plan on the same evidence gives the same models, bit for bit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str = Field(min_length=1, max_length=500, description="Why; kept in the ledger and in the proposal")
    evidence: str = Field(
        default=ON_FILE, max_length=400, description="Folder of evidence files, below JIFEN_HOME unless absolute; empty: evidence on file"
    )
    segments: Annotated[tuple[SegmentName, ...], Field(min_length=1)] = Field(
        default=("startup", "growth"), description="Which models to train"
    )
    seed: StrictInt = Field(default=SEED, ge=0, lt=2**31, description="Seed of every draw")
    challengers: StrictBool = Field(default=True, description="Train a scorecard, logistic regression, EBM and plain LightGBM too")
    trials: StrictInt = Field(default=0, ge=0, le=MOST_TRIALS, description="Trials to search settings in; 0 keeps the defaults")
    seconds: StrictInt = Field(default=600, ge=1, le=MOST_SECONDS, description="No new trial after so many seconds, for each model")
    rejects: RejectsMethod | None = Field(default=None, description="Add the declined under this assumption (docs/training.md)")
    simulated: StrictBool = Field(default=False, description="The evidence is simulated; also marked so where its folder or models say so")

    @model_validator(mode="after")
    def _once(self) -> Plan:
        if len(set(self.segments)) != len(self.segments):
            raise ValueError("segments name a model twice; name each once")
        return self

    @property
    def steps(self) -> tuple[str, ...]:
        """Name the steps in their order."""
        return tuple(self._steps())

    def _steps(self) -> Iterator[str]:
        yield "evidence"
        for segment in self.segments:
            yield f"train-{segment}"
            yield f"register-{segment}"
            yield f"validate-{segment}"
        yield "propose"
