"""From every scored value back to the raw rows it was computed from, and to the loading each of them first came with. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.evidence.dossier import dossier_json
from features.evidence.visible import VisibleRow, visible_rows
from features.indicators import CATALOGUE
from service.domain.calendar import day_number
from service.domain.record import Decision

__all__ = ["FiledVersion", "ScoredValue", "TracedRow", "scored_values", "traced_rows"]

Key = tuple[str, tuple[tuple[str, Any], ...]]


@dataclass(frozen=True, slots=True)
class FiledVersion:
    """A version of the firm's evidence as it was put on file, and the loading it came with."""

    version: int
    ingest_id: str
    dossier: bytes


@dataclass(frozen=True, slots=True)
class ScoredValue:
    """An indicator that counted: its value, what used it (`points:...`, `score`, `rule:...`), and the tables it reads."""

    indicator: str
    zh: str
    en: str
    value: str | None
    used_by: tuple[str, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TracedRow:
    """A raw row that was known then, and the version it first came with; None where the request itself carried it."""

    row: VisibleRow
    version: int | None
    ingest_id: str | None


def scored_values(decision: Decision) -> list[ScoredValue]:
    """List every indicator that a points item, a contribution or a rule of the decision used, by its id."""
    used: dict[str, list[str]] = {}
    values: dict[str, str | None] = {}
    for name, by, value in _uses(decision):
        used.setdefault(name, [])
        if by not in used[name]:
            used[name].append(by)
        if value is not None or name not in values:
            values[name] = value
    return [_scored(name, values[name], used[name]) for name in sorted(used)]


def _scored(name: str, value: str | None, by: Sequence[str]) -> ScoredValue:
    """An indicator that the catalogue has no more is told without its tables."""
    indicator = CATALOGUE.get(name)
    if indicator is None:
        return ScoredValue(name, name, name, value, tuple(by), ())
    return ScoredValue(name, indicator.zh, indicator.en, value, tuple(by), indicator.tables)


def _uses(decision: Decision) -> Iterator[tuple[str, str, str | None]]:
    for item in decision.points.items if decision.points else ():
        yield item.indicator, f"points:{item.id}", item.value
    for contribution in decision.contributions:
        yield contribution.indicator, "score", contribution.value
    for row in decision.fired:
        indicator = row.when.get("indicator")
        if indicator is not None:
            value = str(row.when.get("value"))
            yield str(indicator), f"rule:{row.table}/{row.rule}", None if value == "unknown" else value


def traced_rows(decision: Decision, dossier: bytes, versions: Iterable[FiledVersion]) -> dict[str, list[TracedRow]]:
    """Trace every row of the pinned evidence that was known at the as-of date to the oldest of `versions` that holds the same row.

    `versions` are those up to the one that was pinned, oldest first; none where the request carried the evidence.
    """
    first: dict[Key, FiledVersion] = {}
    for version in versions:
        for table, rows in dossier_json(version.dossier).items():
            for row in rows:
                first.setdefault(_key(table, row), version)
    seen = visible_rows(dossier, day_number(decision.as_of))
    return {table: [_traced(row, first) for row in rows] for table, rows in seen.items()}


def _key(table: str, row: Mapping[str, Any]) -> Key:
    return table, tuple(row.items())


def _traced(row: VisibleRow, first: Mapping[Key, FiledVersion]) -> TracedRow:
    version = first.get(_key(row.table, row.raw))
    return TracedRow(row, None, None) if version is None else TracedRow(row, version.version, version.ingest_id)
