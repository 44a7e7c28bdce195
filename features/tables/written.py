"""How a value is written: one form a kind, the same for a cell of a file and for a field of a request.

Nothing is guessed: `1,000`, `3/1/2024` and `yes` are refused, with the form they should have had. A blank text means
that the value is missing.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from typing import Any

__all__ = ["CONTROL", "DAY", "INTEGER", "TRUTHS", "form_remedy", "read_written"]

INTEGER = "^-?[0-9]+$"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
CONTROL = r"[\x00-\x1f\x7f]"
TRUTHS = {"true": True, "false": False}
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""Unicode's White_Space, which pydantic and Polars cut off; `str.strip` alone would cut off four control characters more."""
YEAR_FIRST = re.compile(r"([0-9]{4})\D+([0-9]{1,2})\D+([0-9]{1,2})\D*|([0-9]{4})([0-9]{2})([0-9]{2})")
MIDNIGHT = time()


def read_written(kind: str, value: Any) -> Any:
    """Give `value` as its column's kind, blank text as None; a form that is not the kind's own is a `ValueError`.

    Texts are read strictly; values that are typed already pass when nothing is lost (a whole float, a midnight).
    """
    if value is None or (isinstance(value, str) and not value.strip(BLANKS)):
        return None
    match kind:
        case "integer":
            return _integer(value)
        case "date":
            return _day(value)
        case "boolean":
            return _truth(value)
        case _:
            return _text(kind, value)


def _integer(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(INTEGER, value):
        return int(value)
    if isinstance(value, str | bool):
        raise ValueError(form_remedy("integer", str(value)))  # noqa: TRY004 - pydantic reports only ValueError
    return value


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        if value.time() == MIDNIGHT and value.tzinfo is None:
            return value.date()
    elif isinstance(value, date):
        return value
    elif isinstance(value, str) and re.fullmatch(DAY, value) and _calendar_day(value):
        return date.fromisoformat(value)
    raise ValueError(form_remedy("date", str(value)))


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in TRUTHS:
        return TRUTHS[value.lower()]
    raise ValueError(form_remedy("boolean", str(value)))


def _text(kind: str, value: Any) -> str:
    if isinstance(value, str) and (kind == "word" or not re.search(CONTROL, value.strip(BLANKS))):
        return value
    raise ValueError(form_remedy(kind, str(value)))


def form_remedy(kind: str, value: str) -> str:
    """Say how `value`, which is not of its kind's form, should have been written; a likely meaning is shown, not taken."""
    match kind:
        case "integer":
            return "write a whole number in plain digits" + _meant(_meant_integer(value))
        case "date":
            return _day_remedy(value)
        case "boolean":
            return "write true or false, or leave it empty when unknown"
        case _:
            return "write text on one line, without control characters; a typed column must be of type text"


def _meant(likely: str | None) -> str:
    return f", here {likely}" if likely else ""


def _meant_integer(value: str) -> str | None:
    """Give the whole number that a text with blanks, separators, full-width digits or an exponent stands for."""
    plain = re.sub(r"[\s,_']", "", unicodedata.normalize("NFKC", value)).removeprefix("+")
    if re.fullmatch(INTEGER, plain):
        return plain
    if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?([eE]\+?[0-9]{1,2})?", plain) and float(plain).is_integer():
        return str(int(float(plain)))
    return None


def _day_remedy(value: str) -> str:
    if re.fullmatch(DAY, value):
        return "the calendar has no such day; write the day as YYYY-MM-DD"
    return "write the day as YYYY-MM-DD" + _meant(_meant_day(value))


def _meant_day(value: str) -> str | None:
    """Give the ISO form of a day written year first; `03/01/2024` may be March or January and gets no proposal."""
    found = YEAR_FIRST.match(unicodedata.normalize("NFKC", value).strip())
    if not found:
        return None
    year, month, rest = (part for part in found.groups() if part)
    proposal = f"{year}-{month:0>2}-{rest:0>2}"
    return proposal if _calendar_day(proposal) else None


def _calendar_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
