"""A firm as an officer reads it: what is on file and where it came from, its points today and in earlier years, what it was answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from features.evidence.dossier import read_dossier
from features.evidence.visible import VisibleRow, visible_rows
from features.points import Points, score_points
from features.tables import REGISTERS, TABLES
from service.active import Active
from service.desk import Desk
from service.errors import UnknownFirm
from service.rows import build_row, day_number
from service.store.blobs import get_blob
from service.store.evidence import KeptLoading, Version, loadings_on_file, versions_of
from service.store.worklist import RowKept, rows_of_firm
from service.use_cases.evidence import firm_points

__all__ = ["FirmSheet", "TableState", "YearOfPoints", "firm_sheet"]

RUBRIC = "tech-sme-rubric"
YEARS = 3
DECISIONS = 10
VERSIONS = 6
"""Versions looked back for the loading a table came with; an older one is given as the oldest of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """A table of the evidence: its rows as of today, the newest fact, and until when that is fresh (None: it never grows old).

    `rows` is None where the table was never supplied, and empty where a register was searched in vain.
    """

    table: str
    rows: tuple[VisibleRow, ...] | None
    happened_on: str | None
    known_on: str | None
    fresh_until: date | None
    loading: KeptLoading | None
    version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfPoints:
    """The points of a day, by today's scheme and peers, from what was known by then."""

    on: date
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmSheet:
    """Everything on the page of a firm; points are None where nothing decides."""

    newest: Version
    tables: tuple[TableState, ...]
    points: Points | None
    rubric: Points
    history: tuple[YearOfPoints, ...]
    decisions: tuple[RowKept, ...]

    def rows(self, table: str) -> Sequence[VisibleRow]:
        """Give the rows of a table."""
        return next((one.rows for one in self.tables if one.table == table), None) or ()


def firm_sheet(desk: Desk, firm_id: str) -> FirmSheet:
    """Open a firm on file. Raises `UnknownFirm`."""
    today = desk.today()
    with desk.store.reading() as unit:
        versions = versions_of(unit, firm_id)
        if not versions:
            raise UnknownFirm(f"no evidence of firm {firm_id[:40]!r} is on file; send it with an application")
        dossier = get_blob(unit, versions[-1].sha256)
        origins = dict(_origins(unit, versions[-VERSIONS:]))
        loadings = loadings_on_file(unit, sorted({one.ingest_id for one in origins.values()}))
        decisions = rows_of_firm(unit, firm_id, DECISIONS)
    active = desk.found if isinstance(desk.found, Active) else None
    return FirmSheet(
        newest=versions[-1],
        tables=tuple(_states(dossier, today, active, origins, loadings)),
        points=firm_points(desk, firm_id)[1] if active else None,
        rubric=firm_points(desk, firm_id, RUBRIC)[1] if active else _rubric_alone(dossier, today),
        history=tuple(_history(dossier, today, active)) if active else (),
        decisions=tuple(decisions),
    )


def _rubric_alone(dossier: bytes, today: date) -> Points:
    from features.points import shipped_scheme  # noqa: PLC0415 only where nothing decides

    row = build_row(dossier, day_number(today))
    return score_points(shipped_scheme(RUBRIC), None, row.with_request(None, None), field=row.context.get("field", ""), known=row.known)


def _origins(unit: Connection, versions: Sequence[Version]) -> Iterator[tuple[str, Version]]:
    """Name, for each table, the version it last changed with."""
    before: Mapping[str, object] = {}
    for version in versions:
        tables = read_dossier(get_blob(unit, version.sha256))
        yield from ((name, version) for name, columns in tables.items() if before.get(name) != columns)
        before = tables


def _states(
    dossier: bytes, today: date, active: Active | None, origins: Mapping[str, Version], loadings: Mapping[str, KeptLoading]
) -> Iterator[TableState]:
    rows = visible_rows(dossier, day_number(today))
    searched = (rows["firms"][0].raw.get("searched") or "").split(";") if rows.get("firms") else []
    ages = {rule.table: rule.max_age_days for rule in active.policy.evidence} if active else {}
    for name in TABLES:
        there = tuple(rows[name]) if name in rows else () if name in REGISTERS and name in searched else None
        newest = max(there or (), key=lambda row: row.known_on or "", default=None)
        known, oldest, version = newest.known_on if newest else None, ages.get(name), origins.get(name)
        yield TableState(
            table=name,
            rows=there,
            happened_on=newest.happened_on if newest else None,
            known_on=known,
            fresh_until=date.fromisoformat(known) + timedelta(days=oldest) if known and oldest else None,
            loading=loadings.get(version.ingest_id) if version else None,
            version=version.version if version else None,
        )


def _history(dossier: bytes, today: date, active: Active) -> Iterator[YearOfPoints]:
    """Score the firm as it was known at the end of each of the last years, as far back as it existed."""
    founded = visible_rows(dossier, day_number(today))["firms"][0].raw["founded_on"]
    for year in range(today.year - YEARS, today.year):
        end = date(year, 12, 31)
        if founded <= end.isoformat():
            row = build_row(dossier, day_number(end))
            values, field = row.with_request(None, None), row.context.get("field", "")
            yield YearOfPoints(on=end, points=score_points(active.scheme, active.reference, values, field=field, known=row.known))
