"""A province's tables taken apart into one dossier a firm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from features.evidence.dossier import canonical_dossier, joined_registers
from features.tables import TABLES, Table

__all__ = ["split_dossiers"]

FIRMS_AT_ONCE = 2_000
"""Memory stays that of so many firms' rows as Python values."""


def split_dossiers(frames: Mapping[str, pl.DataFrame]) -> Iterator[tuple[str, bytes]]:
    """Give `(firm_id, dossier)` for each firm of checked, typed tables, in order of the code; days may be `Date` or day numbers.

    The bytes are those that `dossier_of` gives for the same facts in a request.
    """
    tables = {name: _prepared(TABLES[name], frames[name]) for name in TABLES if name in frames}
    codes = tables["firms"]["firm_id"]
    for start in range(0, len(codes), FIRMS_AT_ONCE):
        batch = codes[start : start + FIRMS_AT_ONCE]
        gathered = {name: _gathered(frame, batch) for name, frame in tables.items()}
        for firm_id in batch:
            yield firm_id, _dossier(firm_id, gathered)


def _prepared(spec: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The model's columns with days as numbers, rows in the order of firm and key."""
    days = [pl.col(c.name).to_physical().cast(pl.Int64) if c.kind == "date" else pl.col(c.name) for c in spec.columns]
    return frame.select(days).sort(spec.key)


def _gathered(frame: pl.DataFrame, firms: pl.Series) -> dict[str, dict[str, list[Any]]]:
    """By firm, its columns as lists of values; the batch is one slice, because both are in order of the code."""
    codes = frame["firm_id"]
    start = codes.search_sorted(firms[0], side="left")
    mine = frame.slice(start, codes.search_sorted(firms[-1], side="right") - start)
    grouped = mine.group_by("firm_id", maintain_order=True).agg(pl.all())
    by_code, *columns = grouped.to_dict(as_series=False).items()
    names = [name for name, _ in columns]
    return {code: dict(zip(names, values, strict=True)) for code, *values in zip(by_code[1], *(v for _, v in columns), strict=True)}


def _dossier(firm_id: str, gathered: Mapping[str, Mapping[str, dict[str, list[Any]]]]) -> bytes:
    tables = {name: by_firm[firm_id] for name, by_firm in gathered.items() if firm_id in by_firm}
    firm = {**tables["firms"], "firm_id": [firm_id], "searched": [joined_registers(tables["firms"]["searched"])]}
    return canonical_dossier({**tables, "firms": firm})
