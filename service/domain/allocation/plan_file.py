"""Reading a plan from TOML; every fault is reported with its place."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from service.domain.allocation.errors import PlanError
from service.domain.allocation.plan import Plan

__all__ = ["DEFAULT", "load_plan", "shipped_plan", "shipped_plans"]

REMEDIES = {
    "missing": ("is required", "add it; the shipped plan shows every key"),
    "extra_forbidden": ("is not a key of a plan", "correct its spelling or remove it; the shipped plan shows every key"),
}
DEFAULT_REMEDY = "compare it with the shipped plan"
DEFAULT = "illustrative-2026-11"
"""The plan that is used when none is named."""


def load_plan(text: str, *, source: str = "plan") -> Plan:
    """Read a plan; `PlanError` lists every fault with `source`, place (rows count from 1), value, rule and remedy."""
    try:
        return Plan.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PlanError(source, [f"syntax: {error}; correct the TOML there"]) from error
    except ValidationError as error:
        raise PlanError(source, [_line(detail) for detail in error.errors(include_url=False)]) from error


def _line(detail: ErrorDetails) -> str:
    place = " ".join(f"row {part + 1}" if isinstance(part, int) else part for part in detail["loc"]) or "the file"
    rule, remedy = REMEDIES.get(detail["type"], (detail["msg"], detail.get("ctx", {}).get("remedy", DEFAULT_REMEDY)))
    value = "" if isinstance(detail["input"], dict) else f" = {str(detail['input'])[:60]!r}"
    return f"{place}{value}: {rule}; {remedy}"


def shipped_plans() -> tuple[str, ...]:
    """Give the names of the plans that come with the package."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in (files("service") / "plans").iterdir() if f.name.endswith(".toml")))


@lru_cache
def shipped_plan(name: str = DEFAULT) -> Plan:
    """Read a plan that comes with the package; an unknown name is a `PlanError` that lists the known ones."""
    if name not in shipped_plans():
        raise PlanError(f"{name[:64]}.toml", [f"name = {name[:64]!r}: is not a shipped plan; name one of {', '.join(shipped_plans())}"])
    return load_plan((files("service") / "plans" / f"{name}.toml").read_text(encoding="utf-8"), source=f"{name}.toml")
