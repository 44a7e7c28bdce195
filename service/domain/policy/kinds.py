"""The kinds of values a policy file is written with."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from features.vocabulary import Product
from service.domain.application import Purpose
from service.domain.policy.quantities import Part

__all__ = ["OPERATORS", "Identifier", "Months", "Number", "Operator", "Products", "Purposes", "Rows", "Said", "Stage", "Text", "Yuan"]

OPERATORS = (">", ">=", "<", "<=", "==", "!=")
Operator = Literal[">", ">=", "<", "<=", "==", "!="]

Stage = Literal["start-up", "growth", "stable"]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Yuan = Annotated[int, Field(ge=1, le=1_000_000_000)]
Months = Annotated[int, Field(ge=1, le=360)]


def _tuple(said: Any) -> Any:
    """TOML has lists where a frozen value has tuples."""
    return tuple(said) if isinstance(said, list) else said


def _exact(said: Any) -> Any:
    """A number of the file without a float in between."""
    return Decimal(said) if isinstance(said, int) and not isinstance(said, bool) else said


def _plain(value: Decimal) -> Decimal:
    """1.0 and 1 are the same threshold, so they must hash alike."""
    return Decimal(f"{value.normalize():f}")


Number = Annotated[Decimal, BeforeValidator(_exact), AfterValidator(_plain)]
Rows = BeforeValidator(_tuple)
Products = Annotated[tuple[Annotated[Product, Field(strict=False)], ...], Rows]
Purposes = Annotated[tuple[Annotated[Purpose, Field(strict=False)], ...], Rows]


class Said(Part):
    """A row with a name in both languages."""

    zh: Text
    en: Text
