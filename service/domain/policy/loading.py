"""Read a policy file: its shape, then its sense. Every fault is reported at once."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from service.domain.errors import PolicyError, PolicyFault
from service.domain.policy.checks import faults_of
from service.domain.policy.model import Policy

__all__ = ["load_policy", "shipped_policies", "shipped_policy"]

REMEDIES = {
    "missing": ("is required", "add it; docs/policy.md shows every table"),
    "extra_forbidden": ("is not a key of a policy", "correct its spelling or remove it; docs/policy.md shows every table"),
}
DEFAULT_REMEDY = "compare it with the shipped policy, which docs/policy.md explains"
ROOT = "the file"


def load_policy(text: str, *, source: str = "policy") -> Policy:
    """Read a policy from TOML; `PolicyError` lists every fault with `source`, table, row, value, rule and remedy."""
    try:
        policy = Policy.model_validate(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        fault = PolicyFault(table=ROOT, row=None, field="syntax", value="unreadable", rule=str(error), remedy="correct the TOML there")
        raise PolicyError(source, [fault]) from error
    except ValidationError as error:
        raise PolicyError(source, [_fault(detail) for detail in error.errors(include_url=False)]) from error
    faults = faults_of(policy)
    if faults:
        raise PolicyError(source, faults)
    return policy


def shipped_policies() -> tuple[str, ...]:
    """Give the names of the policies that come with the package."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in (files("service") / "policies").iterdir() if f.name.endswith(".toml")))


@lru_cache
def shipped_policy(name: str = "technology-2026-11") -> Policy:
    """Read a policy that comes with the package; an unknown name is a `PolicyError` that lists the known ones."""
    if name not in shipped_policies():
        known = ", ".join(shipped_policies())
        fault = PolicyFault(
            table=ROOT, row=None, field="name", value=repr(name), rule="is not a shipped policy", remedy=f"name one of {known}"
        )
        raise PolicyError(f"{name}.toml", [fault])
    return load_policy((files("service") / "policies" / f"{name}.toml").read_text(encoding="utf-8"), source=f"{name}.toml")


def _fault(detail: ErrorDetails) -> PolicyFault:
    """Turn pydantic's place (table, 0-based row, keys) and words into those of the file."""
    place = list(detail["loc"])
    row = next((part + 1 for part in place[1:2] if isinstance(part, int)), None)
    field = ".".join(str(part) for part in place[1 if row is None else 2 :] if part != "cells")
    rule, remedy = REMEDIES.get(detail["type"], (detail["msg"], detail.get("ctx", {}).get("remedy", DEFAULT_REMEDY)))
    value = "nothing" if detail["type"] == "missing" else _short(detail["input"])
    table, field = (str(place[0]), field or "row") if field or row else (ROOT, str(place[0]))
    return PolicyFault(table=table, row=row, field=field, value=value, rule=rule, remedy=remedy)


def _short(said: object) -> str:
    text = str(said) if isinstance(said, Decimal) else repr(said)
    return text if len(text) <= 60 else f"{text[:57]}..."
