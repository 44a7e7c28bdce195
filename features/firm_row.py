"""One firm's indicators in the request path: built once a day and evidence, completed with each request in microseconds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import orjson
import polars as pl

from features.algebra import as_function
from features.build import CONTEXT, build_features, kept_name
from features.errors import EvidenceError
from features.indicators import CATALOGUE, FIRM, REQUEST
from features.measures import APPLICATION, FIRM_COLUMNS, READINGS
from features.one_firm import firm_measures, known_name, sole_row

__all__ = ["FirmRow", "build_firm", "build_firms"]

EPOCH = date(1970, 1, 1).toordinal()
FUNCTIONS = {name: as_function(CATALOGUE[name].formula) for name in (*FIRM, *REQUEST)}
BASES = tuple(dict.fromkeys(m for indicator in CATALOGUE.values() for m in indicator.measures if m not in APPLICATION))
"""The measures that indicators read: what a firm row is computed from, and computed anew from when one of them changes."""
REQUEST_BASES = tuple(dict.fromkeys(m for name in REQUEST for m in CATALOGUE[name].measures if m not in APPLICATION))
"""Those that indicators of the request read beside amount and term."""


@dataclass(frozen=True, slots=True)
class FirmRow:
    """What is known about one firm at `as_of` (a day number): everything but what depends on amount and term."""

    firm_id: str
    as_of: int
    context: dict[str, str]
    values: dict[str, float | None]
    bases: dict[str, float | None]
    known: dict[str, int | None]
    coverage: float

    def with_request(self, amount: int | None, term_months: int | None) -> dict[str, float | None]:
        """Give every catalogue value for a loan of `amount` yuan over `term_months`, in catalogue order, as a batch would."""
        numbers = {name: _number(self.bases[name]) for name in REQUEST_BASES}
        numbers |= {"as_of": float(self.as_of), "amount": _number(amount), "term_months": _number(term_months)}
        return self.values | {name: FUNCTIONS[name](numbers) for name in REQUEST}

    def to_json(self) -> bytes:
        """Write the row; floats read back as the same bits."""
        return orjson.dumps(self)

    @property
    def digest(self) -> str:
        """`sha256:` over the row in canonical form: what a decision pins, whether the row was built, read back or taken from a batch."""
        return f"sha256:{sha256(orjson.dumps(self, option=orjson.OPT_SORT_KEYS)).hexdigest()}"

    @classmethod
    def from_json(cls, text: bytes) -> FirmRow:
        """Read what `to_json` wrote; anything else is an `EvidenceError`."""
        try:
            return cls(**orjson.loads(text))
        except (orjson.JSONDecodeError, TypeError) as error:
            raise EvidenceError(f"not a firm row: {error}; build it anew from the evidence") from error


def build_firm(evidence: Mapping[str, pl.DataFrame], as_of: int) -> FirmRow:
    """Build one firm's indicators at `as_of` (a day number), bit for bit as `build_features` does in a batch.

    `evidence` holds the rows of this one firm as Polars frames with dates or day numbers; `firms` has exactly one row, any
    other table may be missing. Raises `EvidenceError` for no or several firms or a missing column.
    """
    if "firms" not in evidence:
        raise EvidenceError("evidence has no table firms; every other table may be missing, this one says who the firm is")
    firm = _firm_on(sole_row(evidence["firms"]), as_of)
    measures: dict[str, Any] = {
        table: firm_measures(table, evidence.get(table), firm_id=str(firm["firm_id"]), as_of=as_of) for table in READINGS
    }
    numbers = {"as_of": float(as_of), **{name: _number(firm.get(name)) for name in FIRM_COLUMNS}}
    for table, values in measures.items():
        numbers |= _numbers(table, values, str(firm.get("searched") or ""))
    indicators = {name: FUNCTIONS[name](numbers) for name in FIRM}
    return FirmRow(
        firm_id=str(firm["firm_id"]),
        as_of=as_of,
        context={name: str(firm[name]) for name in CONTEXT if firm.get(name) is not None},
        values=indicators,
        bases={name: _value(numbers[name]) for name in BASES},
        known={table: values.get(known_name(table)) for table, values in measures.items()},
        coverage=sum(value is not None for value in indicators.values()) / len(FIRM),
    )


def build_firms(evidence: Mapping[str, pl.DataFrame], as_of: int) -> Iterator[FirmRow]:
    """Build every firm of `evidence` at `as_of` (a day number) in one batch, each row bit for bit what `build_firm` gives.

    Firms come in the order of `firms`. Raises `EvidenceError` as `build_features` does.
    """
    firms = evidence["firms"].get_column("firm_id")
    nothing = pl.Series([None] * len(firms), dtype=pl.Int64)
    day = pl.Series([as_of] * len(firms), dtype=pl.Int64)
    asked = pl.DataFrame({"application_id": firms, "firm_id": firms, "as_of": day, "amount": nothing, "term_months": nothing})
    for row in build_features(asked, evidence, keep=BASES).iter_rows(named=True):
        yield FirmRow(
            firm_id=row["firm_id"],
            as_of=as_of,
            context={name: row[name] for name in CONTEXT if row[name] is not None},
            values={name: row[name] for name in FIRM},
            bases={name: row[kept_name(name)] for name in BASES},
            known={table: row[f"known_{table}"] for table in READINGS},
            coverage=row["coverage"],
        )


def _day(value: Any) -> Any:
    return value.toordinal() - EPOCH if isinstance(value, date | datetime) else value


def _firm_on(row: Mapping[str, Any], as_of: int) -> dict[str, Any]:
    """Give the firm's row with day numbers; of a firm founded after the date only the identity is left."""
    firm = {name: _day(value) for name, value in row.items()}
    founded = firm.get("founded_on")
    return firm if founded is not None and founded <= as_of else {"firm_id": firm["firm_id"]}


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _value(number: float) -> float | None:
    return None if math.isnan(number) else number


def _numbers(table: str, values: Mapping[str, int | None], searched: str) -> Iterable[tuple[str, float]]:
    """Give every measure of a table as a float, zero where a searched register has no row, else NaN where unknown."""
    reading = READINGS[table]
    is_searched = reading.register and table in searched
    for measure in reading.measures:
        nothing = 0.0 if is_searched and measure.zero_when_searched else math.nan
        value = values.get(measure.name)
        yield measure.name, nothing if value is None else float(value)
