"""A parameter that carries its own explanation, so that the documentation is generated from the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any

__all__ = ["number", "numbers"]


def number(default: float | tuple[float, ...], meaning: str) -> Any:
    """Declare a parameter and what it means."""
    return field(default=default, metadata={"meaning": meaning})


def numbers(default: Mapping[Any, Any], meaning: str) -> Any:
    """Declare a table of parameters and what it means; the table cannot be changed."""
    return field(default_factory=lambda: MappingProxyType(dict(default)), metadata={"meaning": meaning})
