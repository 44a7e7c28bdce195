"""The tier x grade table: which set of levers a grade and a tier together earn."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from service.domain.policy.quantities import Part, wrong

__all__ = ["GridRow", "Outcome", "Tiers", "tiers_named"]

RANGE = re.compile(r"T([1-9][0-9]?)-T([1-9][0-9]?)")


def tiers_named(said: str) -> tuple[str, ...]:
    """Spell out a range of tiers: "T1-T3" is T1, T2 and T3; any other text is the name of one tier."""
    found = RANGE.fullmatch(said)
    if not found:
        return (said,)
    first, last = (int(number) for number in found.groups())
    if first >= last:
        raise wrong("is a range of tiers that runs backwards", "write the better tier first, as in T1-T3")
    return tuple(f"T{number}" for number in range(first, last + 1))


def _spelt_out(said: Any) -> Any:
    if not isinstance(said, list) or not said or not all(isinstance(name, str) for name in said):
        raise wrong("must list tiers", "write them as in ['T1-T3', 'T5']")
    return tuple(tier for name in said for tier in tiers_named(name))


Tiers = Annotated[tuple[str, ...], BeforeValidator(_spelt_out)]
"""Tiers by name or range."""


class Outcome(StrEnum):
    """How a case ends."""

    APPROVE = "approve"
    COUNTER = "counter"
    REFER = "refer"
    DECLINE = "decline"

    @property
    def rank(self) -> int:
        """Order from best (0) to worst (3) for the applicant."""
        return list(Outcome).index(self)


def _cell(said: Any) -> Any:
    if not isinstance(said, str) or not said:
        raise wrong("must be the name of a set of levers", "write one of the names in `levers`, as in 'A'")
    return said


class GridRow(Part):
    """A row of the tier x grade table: a grade, and for each tier the name of a set of levers."""

    grade: int
    cells: dict[str, Annotated[str, BeforeValidator(_cell)]] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _by_tier(cls, said: Any) -> Any:
        """The file writes `{ grade = 1, T1-T3 = "A", ... }`: every key but the grade is a tier or a range of them."""
        if not isinstance(said, dict) or "grade" not in said:
            return said
        cells: dict[str, Any] = {}
        for key in said.keys() - {"grade"}:
            for tier in tiers_named(key):
                if tier in cells:
                    raise wrong(f"has two cells for {tier}", "let each tier stand in one column")
                cells[tier] = said[key]
        return {"grade": said["grade"], "cells": cells}
