"""The unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters, the last a check digit."""

from __future__ import annotations

import re

from stdnum.cn import uscc

__all__ = ["check_digit", "code_problem", "is_valid_code"]


ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FORM = re.compile(f"[0-9]{{8}}[{ALPHABET}]{{10}}", re.ASCII)
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
PLACES = {character: place for place, character in enumerate(ALPHABET)}


def code_problem(code: str) -> str | None:
    """Say in words why `code` is not a unified social credit code, or None when it is one."""
    return None if _is_right(code) else _problem(code)


def _is_right(code: str) -> bool:
    """Is it one beyond doubt? Ten times as fast as asking `stdnum`: a nation has half a million codes."""
    if not FORM.fullmatch(code):
        return False
    return sum(weight * PLACES[character] for weight, character in zip(WEIGHTS, code, strict=False)) % 31 == -PLACES[code[-1]] % 31


def _problem(code: str) -> str | None:
    if len(code) != 18:
        return f"has {len(code)} characters where a unified social credit code has 18"
    if code != uscc.compact(code):
        return "has blanks, hyphens or lower-case letters; write it as 18 digits and capitals"
    try:
        uscc.validate(code)
    except uscc.InvalidChecksum:
        return f"has the check digit {code[-1]!r} where GB 32100-2015 gives {check_digit(code[:17])!r}; look for a typing error"
    except uscc.ValidationError:
        return "has a character or region digits that GB 32100-2015 does not allow"
    return None


def is_valid_code(code: str) -> bool:
    """Is this a unified social credit code with a right check digit?"""
    return code_problem(code) is None


def check_digit(first_17: str) -> str:
    """Give the 18th character that belongs to the first 17."""
    return str(uscc.calc_check_digit(first_17))
