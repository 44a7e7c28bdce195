"""The numbers of a scheme file: points as integer hundredths, bounds as doubles; text and booleans are refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

__all__ = ["Bound", "Hundredths", "Part", "decimal_text", "fault", "points_text"]


class Part(BaseModel):
    """A part of a scheme file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def fault(problem: str, remedy: str) -> PydanticCustomError:
    """Make the error a validator of a scheme part raises; `remedy` tells the author of the file what to write."""
    return PydanticCustomError("scheme", "{problem}", {"problem": problem, "remedy": remedy})


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)) or not math.isfinite(value):
        raise fault("must be a finite number", "write a plain number such as 12 or 0.25, without quotes")
    return Decimal(str(value))


def _hundredths(value: Any) -> int:
    scaled = _number(value) * 100
    if scaled < 0 or scaled > 10_000_000 or scaled != scaled.to_integral_value():
        raise fault("must be points from 0 to 100000 with at most two decimals", "write for example 12 or 12.25")
    return int(scaled)


Hundredths = Annotated[int, BeforeValidator(_hundredths)]
"""Points in the file (12.25), integer hundredths in memory (1225); never negative."""

Bound = Annotated[float, BeforeValidator(lambda value: float(_number(value)))]
"""A bound on an indicator's value, in the indicator's unit; the double nearest to the decimal in the file."""


def decimal_text(value: float) -> str:
    """Write a double as the shortest decimal that reads back as the same double; whole numbers without a point."""
    return repr(value).removesuffix(".0")


def points_text(hundredths: int) -> str:
    """Write hundredths as points: 1225 is 12.25 and 1200 is 12."""
    sign, rest = "-" if hundredths < 0 else "", abs(hundredths)
    return f"{sign}{rest // 100}" + (f".{rest % 100:02d}".rstrip("0") if rest % 100 else "")


def listed(names: Sequence[str]) -> str:
    """Join names for an error message."""
    return ", ".join(names) or "none"
