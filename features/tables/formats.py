"""Texts with rules of their own: the social credit code and the list of searched registers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from features.codes import code_problem

__all__ = ["FORMATS", "REGISTERS", "registers_problem"]

REGISTERS = ("patents", "programmes", "contracts", "funding", "qualifications", "conduct", "loans")
"""Tables that list events. A firm absent from one is known to have none only where `searched` names it."""


def registers_problem(value: str) -> str | None:
    """Say in words why `value` is not a list of registers joined by ';', or None when it is one."""
    unknown = sorted(set(filter(None, value.split(";"))) - set(REGISTERS))
    if not unknown:
        return None
    return f"names {', '.join(unknown)}; the registers are {', '.join(REGISTERS)}, joined by ';'"


FORMATS: Mapping[str, Callable[[str], str | None]] = MappingProxyType({"uscc": code_problem, "registers": registers_problem})
"""By `Column.format`: what says in words why a text is not of the format, or None."""
