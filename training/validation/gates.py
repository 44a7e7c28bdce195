"""Thresholds that turn measures into pass, fail or not enough data: read from a TOML file, never from code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from training.bundle import GateOutcome, GatesUsed
from training.bundle.files import sha256
from training.errors import ContractError
from training.validation.chapter import UNKNOWN, Measure

__all__ = ["SHIPPED", "Gate", "Gates", "judge", "load_gates", "read_gates"]

SHIPPED: Final = Path(__file__).parents[1] / "gates" / "illustrative-2026.toml"
"""The gates that ship: illustrative, to be replaced by a bank's own."""


class Part(BaseModel):
    """Frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Gate(Part):
    """A threshold for one measure, or for a bound of its interval."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    measure: str
    of: Literal["value", "low", "high"] = "value"
    at_least: float | None = None
    at_most: float | None = None
    blocks: bool = True
    required: bool = False
    zh: str
    en: str
    why_zh: str = ""
    why_en: str = ""
    """Why the bound is where it is: the rule it follows from, or that it is somebody's choice."""

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give exactly one of at_least and at_most")
        return self

    def judge(self, measures: Mapping[str, Measure]) -> GateOutcome:
        """Hold the model to this gate."""
        measure = measures.get(self.measure, UNKNOWN)
        found = getattr(measure, self.of)
        return GateOutcome(
            **self.model_dump(), found=None if found is None else round(found, 6), n=measure.n, standing=self._standing(found)
        )

    def _standing(self, found: float | None) -> Literal["pass", "fail", "not-enough-data"]:
        if found is None:
            return "not-enough-data"
        held = found >= self.at_least if self.at_least is not None else found <= (self.at_most or 0.0)
        return "pass" if held else "fail"


class Prohibited(Part):
    """Words that no feature may be named for or made of."""

    factors: tuple[str, ...] = Field(min_length=1)


class Gates(Part):
    """A file of gates."""

    name: str
    version: str
    status: Literal["illustrative", "approved"]
    zh: str
    en: str
    gates: tuple[Gate, ...] = Field(min_length=1)
    prohibited: Prohibited
    sha256: str = ""

    @property
    def used(self) -> GatesUsed:
        """Name, version, status and hash."""
        return GatesUsed(name=self.name, version=self.version, status=self.status, sha256=self.sha256)


def read_gates(text: str, *, source: str = "gates") -> Gates:
    """Read gates from TOML text; a fault is a `ContractError` with its place."""
    try:
        gates = Gates.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ContractError(f"{source} is not a file of gates: {error}") from error
    twice = sorted({one.id for one in gates.gates if sum(other.id == one.id for other in gates.gates) > 1})
    if twice:
        raise ContractError(f"{source} names the gates {', '.join(twice)} twice; give each its own id")
    return gates.model_copy(update={"sha256": sha256(text.encode())})


def load_gates(path: Path = SHIPPED) -> Gates:
    """Read a file of gates."""
    try:
        return read_gates(path.read_text(encoding="utf-8"), source=path.name)
    except OSError as error:
        raise ContractError(f"{path} cannot be read ({error.strerror}); give the path of a file of gates") from error


def judge(gates: Gates, measures: Mapping[str, Measure], *, known: frozenset[str] | None = None) -> tuple[GateOutcome, ...]:
    """Hold a model to every gate; a gate for a measure that no chapter gives (`known`) is a `ContractError`, not a silent pass."""
    strange = sorted({gate.measure for gate in gates.gates if known is not None and gate.measure not in known})
    if strange:
        raise ContractError(f"{gates.name} asks for {', '.join(strange)}, which nothing measures; docs/validation.md lists the measures")
    return tuple(gate.judge(measures) for gate in gates.gates)
