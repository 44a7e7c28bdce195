"""The contract of a loan book: a small TOML file that says what each column of a table means and since when it is known."""

from __future__ import annotations

import tomllib
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from training.bundle import Feature
from training.bundle.encoding import Derive, Kind
from training.errors import ContractError

__all__ = ["BookPart", "ColumnPart", "Contract", "Known", "LabelPart", "SplitPart", "load_contract", "read_contract"]

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=80)]
Texts = tuple[str, ...]


class Known(StrEnum):
    """Since when a value is known; only `application` may be a feature."""

    APPLICATION = "application"
    AFTER_DECISION = "after-decision"
    OUTCOME = "outcome"


class Part(BaseModel):
    """A table of the file: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BookPart(Part):
    """Which file, and whom its rows are about."""

    name: Name
    """The model is registered under it."""
    file: str
    """CSV (also .gz) or Parquet; relative to the contract's folder unless the caller names another."""
    id: str | None = None
    """Column that tells rows apart; never a feature."""
    firm: str | None = None
    """Column that names the borrower; one borrower is never on both sides of the split."""
    date_format: str = "%Y-%m-%d"
    segment: str | None = None
    """Column whose values the metrics are reported by."""
    weight: str | None = None
    """Column of row weights, positive numbers."""
    simulated: bool = False
    central_tendency: float | None = Field(default=None, gt=0, lt=1)
    """The mean PD to calibrate to; absent: the training rows' own default rate."""


class LabelPart(Part):
    """Which outcomes count as default; every other text is refused, a blank is left out and counted."""

    column: str
    default: Texts = Field(min_length=1)
    good: Texts = Field(min_length=1)
    meaning: str = "default"

    @model_validator(mode="after")
    def _apart(self) -> Self:
        both = sorted(set(self.default) & set(self.good))
        if both:
            raise ValueError(f"{', '.join(both)} cannot be both default and good; keep each in one list")
        return self


class DecisionPart(Part):
    """When the loan was decided."""

    date: str


class SplitPart(Part):
    """Which rows are the test: decided from a day on, a stratified random share, or those a column marks."""

    kind: Literal["date", "random", "column"]
    test_from: date | None = None
    test_share: float | None = Field(default=None, gt=0, lt=1)
    seed: int = 0
    column: str | None = None
    test: Texts = ()
    """Texts of that column that mark test rows; every other row trains."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {"date": ("test_from",), "random": ("test_share",), "column": ("column", "test")}[self.kind]
        absent = [name for name in needed if not getattr(self, name)]
        if absent:
            raise ValueError(f"a split by {self.kind} needs {' and '.join(absent)}; add it")
        return self


class ColumnPart(Part):
    """One column or a feature derived from it."""

    known: Known
    type: Kind = "number"
    source: str | None = Field(default=None, alias="from")
    """The file's column, where the feature has another name."""
    derive: Derive = "value"
    length: int | None = Field(default=None, ge=1, le=20)
    over: str | None = None
    among: Texts = ()
    blank: Texts = ()
    direction: Literal[-1, 0, 1] = 0
    use: bool = True
    reason: str = ""
    """Why a column is not used."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        needs = {"prefix": "length", "ratio": "over", "is-one-of": "among"}.get(self.derive)
        if needs and not getattr(self, needs):
            raise ValueError(f"derive = {self.derive!r} needs {needs}; add it")
        if self.derive in {"year", "days-before-decision"} and self.type != "date":
            raise ValueError(f"derive = {self.derive!r} needs type = 'date', not {self.type!r}")
        if self.derive in {"prefix", "is-one-of"} and self.type != "category":
            raise ValueError(f"derive = {self.derive!r} needs type = 'category', not {self.type!r}")
        if self.type == "category" and self.derive in {"value", "prefix"} and self.direction:
            raise ValueError("an unordered category has no direction; remove it, or derive a number")
        return self


class Contract(Part):
    """The whole file."""

    book: BookPart
    label: LabelPart
    split: SplitPart
    decision: DecisionPart | None = None
    columns: dict[Name, ColumnPart] = Field(min_length=1)

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.decision is None and self.split.kind == "date":
            raise ValueError("a split by date needs [decision] date; name the column of the decision date")
        aged = [name for name, part in self.columns.items() if part.derive == "days-before-decision"]
        if self.decision is None and aged:
            raise ValueError(f"{', '.join(aged)} counts days before the decision; name its column in [decision] date")
        return self

    def feature(self, name: str) -> Feature:
        """The encoder's form of a declared column."""
        part = self.columns[name]
        return Feature(
            name=name,
            source=part.source or name,
            type=part.type,
            derive=part.derive,
            length=part.length,
            over=part.over,
            among=part.among,
            blank=part.blank,
            date_format=self.book.date_format,
            direction=part.direction,
        )

    @property
    def used(self) -> tuple[str, ...]:
        """Names of the columns declared as features, in order of declaration."""
        return tuple(name for name, part in self.columns.items() if part.use)

    @property
    def roles(self) -> dict[str, str]:
        """Columns of the file that carry the book itself: label, id, firm, decision date, weight, segment, split."""
        book = self.book
        named = {"label": self.label.column, "id": book.id, "firm": book.firm, "weight": book.weight, "segment": book.segment}
        named |= {"split": self.split.column}
        dated = {"decision date": self.decision.date} if self.decision else {}
        return {column: role for role, column in {**named, **dated}.items() if column}


def _problem(error: dict[str, Any]) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "the file"
    value = "" if error["type"] in {"missing", "value_error"} else f" (got {error['input']!r})"
    remedy = {"missing": "; add it", "extra_forbidden": "; remove it or correct its spelling"}.get(error["type"], "")
    return f"{key}: {error['msg'].removeprefix('Value error, ')}{value}{remedy}"


def read_contract(text: str, *, name: str) -> Contract:
    """Parse and validate a contract; `name` is the file named in errors. Every fault is listed with key, value and remedy."""
    try:
        return Contract.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ContractError(f"{name} is not TOML: {error}; correct the file") from error
    except ValidationError as error:
        faults = "\n  ".join(_problem(dict(fault)) for fault in error.errors())
        raise ContractError(f"{name} is not a loan-book contract:\n  {faults}") from error


def load_contract(path: Path) -> Contract:
    """Read a contract file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContractError(f"{path} cannot be read ({error.strerror}); give the path of a contract") from error
    return read_contract(text, name=str(path))
