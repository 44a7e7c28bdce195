"""How long records are kept: the schedule, and the last day a decided loan may have run."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from service.domain.finance.schedule import add_months
from service.domain.policy import Outcome
from service.domain.record import canonical_bytes, content_hash
from service.errors import BadSetting

__all__ = ["CLASSES", "RetentionClass", "Schedule", "keep_until", "load_schedule", "loan_end", "shipped_schedule", "shipped_schedules"]

ClassId = Literal["decision", "technical", "access"]
CLASSES: tuple[ClassId, ...] = ("decision", "technical", "access")
EPOCH = date(1970, 1, 1)
LATE_OVERRIDE_DAYS = 366
"""A referred case may be lent on a person's word for as long as an override may stand."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class RetentionClass(_Part):
    """A class of records, and how many years after which day they are kept."""

    id: ClassId
    zh: str
    en: str
    counted_from: Literal["loan-end", "recorded"]
    years: Annotated[int, Field(ge=1, le=100)]


class Schedule(_Part):
    """A retention schedule; every class stands in it once, so nothing is kept or deleted by accident."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    status: Literal["illustrative", "approved"]
    classes: tuple[RetentionClass, ...]

    @field_validator("classes", mode="before")
    @classmethod
    def _rows(cls, said: Any) -> Any:
        return tuple(said) if isinstance(said, list) else said

    @field_validator("classes")
    @classmethod
    def _each_once(cls, rows: tuple[RetentionClass, ...]) -> tuple[RetentionClass, ...]:
        if sorted(row.id for row in rows) != sorted(CLASSES):
            raise ValueError(f"must hold each of {', '.join(CLASSES)} once; write a [[classes]] table for each")
        for row in rows:
            if (row.counted_from == "loan-end") != (row.id == "decision"):
                raise ValueError(f"{row.id} cannot be counted from {row.counted_from}; only decisions have a loan's end, and need it")
        return rows

    @property
    def hash(self) -> str:
        """`sha256:` of the canonical content, as tombstones pin it."""
        return content_hash(canonical_bytes(self.model_dump(mode="json")))

    def row(self, name: ClassId) -> RetentionClass:
        """Give a class by its id."""
        return next(row for row in self.classes if row.id == name)


def load_schedule(text: str, *, source: str) -> Schedule:
    """Read a schedule from TOML; `BadSetting` names what is wrong with which value."""
    try:
        return Schedule.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{source} is not TOML: {error}; correct it there") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadSetting(
            f"{source}: {place} = {str(first['input'])[:60]!r}: {first['msg']}; compare it with the shipped schedule"
        ) from error


def shipped_schedules() -> tuple[str, ...]:
    """Give the names of the schedules that come with the package."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in (files("service") / "retention").iterdir() if f.name.endswith(".toml")))


@lru_cache
def shipped_schedule(name: str = "default-2026-11") -> Schedule:
    """Read a schedule that comes with the package."""
    return load_schedule((files("service") / "retention" / f"{name}.toml").read_text("utf-8"), source=f"{name}.toml")


def keep_until(day: date, years: int) -> date:
    """Give the last day a record is kept that is counted from `day`; 29 February becomes 1 March where that year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def loan_end(
    decision: Mapping[str, Any], decided_on: date, overrides: Iterable[tuple[int, date]], loans: Sequence[Mapping[str, Any]] | None
) -> date | None:
    """Give the last day a decided loan may have run, late rather than early; None while one on file still runs.

    A loan may be drawn until the offer's last day and then runs its whole term. `overrides` are the term (months) and last day of those
    that lend; a referred case may still get one. `loans` are the firm's loans on file (day numbers): any drawn since the as-of date counts
    with its later end, and one that is not repaid has none.
    """
    offer, asked = decision["offer"], decision["application"]["term_months"]
    ends = [decided_on]
    if offer is not None:
        ends.append(add_months(date.fromisoformat(offer["valid_until"]), offer["term_months"]))
    if decision["outcome"] == Outcome.REFER:
        ends.append(add_months(decided_on + timedelta(days=LATE_OVERRIDE_DAYS), asked))
    ends += [add_months(last, term) for term, last in overrides]
    since = (date.fromisoformat(decision["as_of"]) - EPOCH).days
    for loan in loans or ():
        if loan["drawn_on"] is None or loan["drawn_on"] < since:
            continue
        if loan["closed_on"] is None:
            return None
        ends += [EPOCH + timedelta(days=loan["closed_on"]), add_months(EPOCH + timedelta(days=loan["drawn_on"]), loan["term_months"])]
    return max(ends)
