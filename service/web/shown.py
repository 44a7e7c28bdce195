"""How values of the record read on a page, beside the figures: moments in tables, hashes, and values by their words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context

from service.clock import CHINA
from service.web.words import Words

__all__ = ["DASH", "short_hash", "show_values"]

DASH = "–"


def short_hash(sha256: str) -> str:
    """Write the ends of a hash; its whole stands in the title beside it."""
    digits = sha256.removeprefix("sha256:")
    return f"{digits[:8]}…{digits[-4:]}"


def show_values(app: Flask) -> None:
    """Let templates write values: `at | clock` (the zone stands in the head), `hash | short`, `value | named(words)`, `n | number`.

    `many(n, '{} 个来源', '{} source', '{} sources')` counts things.
    """
    app.jinja_env.filters |= {"clock": _clock, "short": short_hash, "named": _named, "number": _number}
    globals_: dict[str, Any] = app.jinja_env.globals
    globals_["many"] = _many


@pass_context
def _many(context: Context, number: int, zh: str, one: str, more: str) -> str:
    """Count things: English tells one from many."""
    return (zh if context["page"].frame.lang == "zh" else one if number == 1 else more).format(f"{number:,}")


@pass_context
def _named(context: Context, value: str, words: Mapping[str, Words]) -> str:
    """Write a value of the code in words; one that has none stands as it is."""
    return words[value][context["page"].frame.lang] if value in words else str(value)


def _clock(moment: datetime | None) -> str:
    return DASH if moment is None else f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def _number(number: int | None) -> str:
    return DASH if number is None else f"{number:,}"
