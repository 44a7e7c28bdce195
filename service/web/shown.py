"""How values read on a page, in the language of the page: moments in China's time, yuan, rates, hashes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context

from service.clock import CHINA
from service.web.words import Words

__all__ = ["DASH", "moment_shown", "money_shown", "rate_shown", "short_hash", "show_values"]

TEN_THOUSAND = 10_000
DASH = "–"


def moment_shown(moment: datetime | None) -> str:
    """Write a moment in China's time to the second; the frame says which zone that is."""
    return DASH if moment is None else f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def money_shown(yuan: int | None, lang: str) -> str:
    """Write yuan: in 万元 for Chinese readers from ten thousand on, in full otherwise."""
    if yuan is None:
        return DASH
    if lang == "en":
        return f"{yuan:,} yuan"
    if abs(yuan) < TEN_THOUSAND:
        return f"{yuan:,} 元"
    text = f"{Decimal(yuan) / TEN_THOUSAND:,.4f}".rstrip("0").rstrip(".")
    return f"{text} 万元"


def rate_shown(basis_points: int | None) -> str:
    """Write a yearly rate."""
    return DASH if basis_points is None else f"{Decimal(basis_points) / 100:.2f} %"


def short_hash(sha256: str) -> str:
    """Write the ends of a hash; its whole stands in the title beside it."""
    digits = sha256.removeprefix("sha256:")
    return f"{digits[:8]}…{digits[-4:]}"


def show_values(app: Flask) -> None:
    """Let templates write values: `x | moment`, `x | money`, `x | rate`, `x | short`, `words | told`, `value | named(words)`."""
    app.jinja_env.filters |= {
        "moment": moment_shown,
        "money": _money,
        "rate": rate_shown,
        "short": short_hash,
        "told": _told,
        "named": _named,
        "count": _count,
    }


def _lang(context: Context) -> str:
    return str(context["page"].frame.lang)


@pass_context
def _money(context: Context, yuan: int | None) -> str:
    return money_shown(yuan, _lang(context))


@pass_context
def _told(context: Context, words: Any) -> str:
    """Write words, or whatever else carries `zh` and `en`."""
    return str(words.en if _lang(context) == "en" else words.zh)


@pass_context
def _named(context: Context, value: str, words: Mapping[str, Words]) -> str:
    """Write a value of the code in words; one that has none stands as it is."""
    return words[value][_lang(context)] if value in words else str(value)


def _count(number: int | None) -> str:
    return DASH if number is None else f"{number:,}"
