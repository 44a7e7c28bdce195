"""What every part of a record has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Decimals", "Recorded"]

Decimals = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?$")]
"""A number as text: measured values, probabilities, and money with fen; whole yuan are integers."""


class Recorded(BaseModel):
    """A part of a record: frozen, strict, closed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
