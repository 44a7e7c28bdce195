"""The numbers of a policy file as a bank employee writes them ("0.75 %") and as the decision compares them (integers)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

__all__ = ["Factor", "Part", "Probability", "Rate", "Share", "fault", "percent_text", "wrong"]


class Part(BaseModel):
    """A part of a policy file: frozen, strict, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def wrong(rule: str, remedy: str) -> PydanticCustomError:
    """Make the error a validator raises: the rule that is broken, and what the author of the file should write."""
    return PydanticCustomError("policy", "{rule}", {"rule": rule, "remedy": remedy})


def fault(rule: str, example: str) -> PydanticCustomError:
    """Make the error of a wrongly written number."""
    return wrong(rule, f"write it in quotes with the sign, as in {example!r}")


def _percent(units: int, high: int, example: str) -> Callable[[Any], int]:
    """Make a reader of percentages: `units` integer units are one per cent, `high` is the largest percentage."""
    places = len(str(units)) - 1
    rule = f"must be a percentage from 0 % to {high} % with at most {places} decimals"

    def read(said: Any) -> int:
        if not isinstance(said, str) or not said.endswith("%"):
            raise fault(rule, example)
        try:
            scaled = Decimal(said.removesuffix("%").strip()) * units
        except InvalidOperation:
            raise fault(rule, example) from None
        if not scaled.is_finite() or not 0 <= scaled <= high * units or scaled != scaled.to_integral_value():
            raise fault(rule, example)
        return int(scaled)

    return read


Share = Annotated[int, BeforeValidator(_percent(100, 100, "60 %"))]
"""A share of something; basis points in memory, 10,000 is the whole."""

Rate = Annotated[int, BeforeValidator(_percent(100, 36, "3.45 %"))]
"""A yearly rate; basis points in memory."""

Factor = Annotated[int, BeforeValidator(_percent(100, 1000, "108 %"))]
"""A multiple of something; basis points in memory, 10,000 is once."""

Probability = Annotated[int, BeforeValidator(_percent(1000, 100, "0.75 %"))]
"""A probability of default; hundred-thousandths in memory, so 0.75 % is 750: the precision a decision records."""


def percent_text(value: int, units: int = 100) -> str:
    """Write integer units as a percentage with at least the digits it needs: 345 basis points are "3.45 %"."""
    places = len(str(units)) - 1
    digits = f"{Decimal(value) / units:.{places}f}"
    return f"{digits.rstrip('0').rstrip('.')} %"
