"""From the columns of a table to the float64 matrix a booster reads: the one encoder of training and scoring.

Values may be text (CSV), numbers, booleans or dates (Parquet, JSON). Blank is missing, and missing is NaN, never zero. A category is
the position of its text in the list frozen at training; a text not in that list is missing and is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from training.bundle.native import Floats
from training.errors import BookError

__all__ = ["Columns", "Encoded", "Feature", "Kind", "columns_of", "day_number", "encode", "sources_of", "texts"]

Columns = Mapping[str, Sequence[Any]]
Kind = Literal["number", "integer", "money", "category", "date"]
Derive = Literal["value", "year", "days-before-decision", "prefix", "ratio", "is-one-of"]

NAN: Final = float("nan")
EPOCH: Final = date(1970, 1, 1).toordinal()
SHOWN: Final = 10
"""Bad values named in one error message; the rest are counted."""


class Feature(BaseModel):
    """One input of the booster: where its value comes from and which way it may act."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    source: str
    type: Kind = "number"
    derive: Derive = "value"
    length: int | None = Field(default=None, ge=1, le=20)
    """Characters kept by `prefix`."""
    over: str | None = None
    """The denominator column of `ratio`."""
    among: tuple[str, ...] = ()
    """The texts that make `is-one-of` 1; any other text makes it 0."""
    blank: tuple[str, ...] = ()
    """Texts that mean missing, besides the empty one."""
    date_format: str = "%Y-%m-%d"
    direction: Literal[-1, 0, 1] = 0
    """+1: a higher value is better (lower PD); -1: worse; 0: undeclared."""
    categories: tuple[str, ...] = ()
    """Frozen at training, in order of frequency; empty for a number."""
    fill: float | None = None
    """What stands in for a missing value when training never saw one missing (LightGBM would read it as zero)."""

    @property
    def is_category(self) -> bool:
        """Does the booster see an unordered category?"""
        return self.type == "category" and self.derive in {"value", "prefix"}


@dataclass(frozen=True, slots=True)
class Encoded:
    """A matrix in schema order, and the category texts that training had not seen: feature -> text -> rows."""

    matrix: Floats
    unseen: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence a feature with unseen categories."""
        return tuple(
            f"{name}: {sum(found.values())} rows hold categories unseen in training ({', '.join(sorted(found)[:SHOWN])}); read as missing"
            for name, found in self.unseen.items()
        )


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH


def columns_of(rows: Any) -> Columns:
    """Columns of a list of records, a mapping of columns, or a frame of any engine Narwhals knows."""
    if isinstance(rows, Mapping):
        return rows
    if isinstance(rows, Sequence):
        names = dict.fromkeys(name for row in rows for name in row)
        return {name: [row.get(name) for row in rows] for name in names}
    import narwhals as nw  # noqa: PLC0415 - only frames need it

    frame = nw.from_native(rows, eager_only=True)
    return {name: frame[name].to_list() for name in frame.columns}


def _text(value: Any) -> str:
    """Text of a value; 2, 2.0 and "2" are the same category."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _is_missing(value: Any, blank: Sequence[str]) -> bool:
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT are unequal to themselves
        return True
    text = _text(value)
    return not text or text in blank


def _number(value: Any) -> float:
    number = float(value if not isinstance(value, str) else value.strip().replace(",", ""))
    if number - number != 0:
        raise ValueError("not finite")
    return number


def _integer(value: Any) -> float:
    number = _number(value)
    if not number.is_integer():
        raise ValueError("not whole")
    return number


def _money(value: Any) -> float:
    text = str(value).strip().replace("$", "").replace("¥", "").replace(" ", "")
    negative = text.startswith("(") and text.endswith(")")
    amount = _number(text.strip("()"))
    return -amount if negative else amount


def _day(value: Any, date_format: str) -> float:
    if isinstance(value, datetime):
        return float(day_number(value.date()))
    if isinstance(value, date):
        return float(day_number(value))
    return float(day_number(datetime.strptime(str(value).strip(), date_format).date()))  # noqa: DTZ007 - a calendar day


def _parser(kind: Kind, date_format: str) -> Callable[[Any], float]:
    if kind == "date":
        return lambda value: _day(value, date_format)
    parsers: Mapping[str, Callable[[Any], float]] = {"number": _number, "integer": _integer, "money": _money}
    return parsers[kind]


def _parsed(name: str, values: Sequence[Any], kind: Kind, blank: Sequence[str], date_format: str) -> Floats:
    """Numbers of one column; every value that is not of its type is counted and the first few are named."""
    parse = _parser(kind, date_format)
    known: dict[Any, float] = {}
    out, bad = np.empty(len(values)), []
    for row, value in enumerate(values):
        if value not in known:
            try:
                known[value] = NAN if _is_missing(value, blank) else parse(value)
            except ValueError:
                bad.append(f"row {row + 1}: {value!r}")
                continue
        out[row] = known[value]
    if bad:
        shape = f" written like {date_format}" if kind == "date" else ""
        raise BookError(
            f"column {name}: {len(bad)} values are not of type {kind}{shape}: {'; '.join(bad[:SHOWN])}; "
            "correct them, or declare the column's type or its blank values"
        )
    return out


def texts(feature: Feature, values: Sequence[Any]) -> list[str | None]:
    """Category texts of a column after `blank` and `prefix`; None is missing."""
    out: list[str | None] = []
    for value in values:
        text = None if _is_missing(value, feature.blank) else _text(value)
        out.append(text[: feature.length] if text and feature.derive == "prefix" else text)
    return out


def _positions(feature: Feature, values: Sequence[Any]) -> tuple[Floats, Counter[str]]:
    place = {text: float(position) for position, text in enumerate(feature.categories)}
    found = texts(feature, values)
    unseen = Counter(text for text in found if text is not None and text not in place)
    return np.array([NAN if text is None else place.get(text, NAN) for text in found]), unseen


def _membership(feature: Feature, values: Sequence[Any]) -> Floats:
    return np.array([NAN if text is None else float(text in feature.among) for text in texts(feature, values)])


def _derived(feature: Feature, columns: Columns, decisions: Floats | None) -> Floats:
    values = _parsed(feature.source, columns[feature.source], feature.type, feature.blank, feature.date_format)
    if feature.derive == "year":
        return np.array([day if day != day else float(date.fromordinal(int(day) + EPOCH).year) for day in values.tolist()])  # noqa: PLR0124
    if feature.derive == "days-before-decision":
        if decisions is None:
            raise BookError(f"feature {feature.name} counts days before the decision, but no decision date was given; add its column")
        return decisions - values
    if feature.derive == "ratio":
        below = _parsed(str(feature.over), columns[str(feature.over)], feature.type, feature.blank, feature.date_format)
        ratio: Floats = np.divide(values, below, out=np.full(len(values), NAN), where=below != 0)
        return ratio
    return values


def sources_of(features: Iterable[Feature]) -> list[str]:
    """Columns that these features read, each once, in order of first use."""
    return list(dict.fromkeys(name for f in features for name in (f.source, f.over) if name))


def encode(features: Sequence[Feature], columns: Columns, *, decisions: Floats | None = None) -> Encoded:
    """Give the matrix (n, k) of `columns` in the order of `features`.

    `decisions` are decision days (day numbers, shape (n,)), needed by `days-before-decision` only. Raises `BookError` for a
    missing column (all are named) and for values that are not of their declared type.
    """
    absent = [name for name in sources_of(features) if name not in columns]
    if absent:
        raise BookError(f"the rows lack {', '.join(absent)}; their columns are {', '.join(columns)}")
    rows = len(next(iter(columns.values()), ()))
    matrix, unseen = np.empty((rows, len(features))), {}
    for position, feature in enumerate(features):
        if feature.is_category:
            matrix[:, position], strange = _positions(feature, columns[feature.source])
            if strange:
                unseen[feature.name] = dict(strange)
        elif feature.derive == "is-one-of":
            matrix[:, position] = _membership(feature, columns[feature.source])
        else:
            matrix[:, position] = _derived(feature, columns, decisions)
    return Encoded(matrix, unseen)
