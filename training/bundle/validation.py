"""The result of a validation as it is kept beside a bundle and named by a proposal: what was validated, on what, and which gates held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from training.bundle.files import json_bytes, sha256
from training.bundle.pictures import Pictures
from training.errors import BundleError

__all__ = ["FILE", "GateOutcome", "GatesUsed", "ValidatedOn", "Validation", "Verdict", "read_validation", "verdict_of", "write_validation"]

FILE: Final = "validation.json"
"""Beside the files of a bundle; outside its hash, for a model exists before it is validated."""
LATER: Final[Any] = {"pictures": True, "outcomes": {"__all__": {"why_zh", "why_en"}}}
"""What format 1 did not have, and what its bytes must not get."""
Verdict = Literal["passed", "failed", "not-enough-data"]
Standing = Literal["pass", "fail", "not-enough-data"]


class Kept(BaseModel):
    """Frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GateOutcome(Kept):
    """One gate and how the model stands to it."""

    id: str
    zh: str
    en: str
    measure: str
    of: Literal["value", "low", "high"]
    at_least: float | None
    at_most: float | None
    blocks: bool
    """Does failing it block a proposal? The others warn."""
    required: bool
    """Does having too few data for it block a proposal?"""
    found: float | None
    n: int
    standing: Standing
    why_zh: str = ""
    why_en: str = ""
    """Why the bound is where it is, from the file of gates; records of format 1 do not say."""


class GatesUsed(Kept):
    """The file the thresholds stand in."""

    name: str
    version: str
    status: str
    sha256: str


class ValidatedOn(Kept):
    """The held-out rows."""

    sha256: str
    n: int
    defaults: int
    simulated: bool
    said: dict[str, Any]


class Validation(Kept):
    """What a validation found; the verdict must follow from the gates."""

    format: Literal["validation/1", "validation/2"] = "validation/2"
    """Records of format 1 have no pictures; they stay as they were kept."""
    model: str
    version: str
    segment: str
    bundle: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    data: ValidatedOn
    gates: GatesUsed
    outcomes: tuple[GateOutcome, ...]
    verdict: Verdict
    chapters: tuple[dict[str, Any], ...]
    pictures: Pictures | None = None
    operator: str
    made_at: datetime

    @model_validator(mode="after")
    def _follows(self) -> Self:
        if self.verdict != verdict_of(self.outcomes):
            raise ValueError(f"the verdict is {self.verdict!r}, but the gates say {verdict_of(self.outcomes)!r}")
        if self.format == "validation/1" and self.pictures is not None:
            raise ValueError("a record of format validation/1 has no pictures")
        return self

    def to_bytes(self) -> bytes:
        """Bytes with sorted keys: equal results give equal bytes."""
        return json_bytes(self.model_dump(mode="json", exclude=LATER if self.format == "validation/1" else None))

    @property
    def sha256(self) -> str:
        """The hash of its bytes, by which a proposal names it."""
        return sha256(self.to_bytes())

    @property
    def blocked(self) -> list[str]:
        """Name the gates that fail and block."""
        return [one.id for one in self.outcomes if one.blocks and one.standing == "fail"]

    @property
    def warned(self) -> list[str]:
        """Name the gates that fail and only warn."""
        return [one.id for one in self.outcomes if not one.blocks and one.standing == "fail"]

    def standing(self, standing: Standing) -> list[str]:
        """Name the gates that stand so."""
        return [one.id for one in self.outcomes if one.standing == standing]


def verdict_of(outcomes: Sequence[GateOutcome]) -> Verdict:
    """Failed where a blocking gate fails; not enough data where a required one has too few, or no gate has any; else passed."""
    if any(one.blocks and one.standing == "fail" for one in outcomes):
        return "failed"
    short = any(one.required and one.standing == "not-enough-data" for one in outcomes)
    return "not-enough-data" if short or all(one.standing == "not-enough-data" for one in outcomes) else "passed"


def write_validation(folder: Path, validation: Validation) -> Path:
    """Keep a validation beside its bundle, in place of an earlier one."""
    path = folder / FILE
    path.write_bytes(validation.to_bytes())
    return path


def read_validation(data: bytes, *, source: str = FILE) -> Validation:
    """Read a validation; anything else, or one whose verdict does not follow from its gates, is a `BundleError`."""
    try:
        return Validation.model_validate_json(data)
    except ValidationError as error:
        raise BundleError(f"{source} is not a validation this version can read: {error}; validate the model again") from error
