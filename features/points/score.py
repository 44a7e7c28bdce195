"""Points of one firm, in plain Python and integers: the request path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from features.errors import SchemeError
from features.points.breakdown import GroupPoints, ItemPoints, Points
from features.points.gates import eligibility_of
from features.points.reference import Reference, check_pair
from features.points.scheme import Branch, Item, Scheme, ranking_tier
from features.points.shares import points_for
from features.points.stages import is_missing, stage_of

__all__ = ["coverage_text", "score_points"]

EPOCH = date(1970, 1, 1)


class _Firm:
    """What scoring knows of the firm, with the days of its facts as dates."""

    def __init__(self, values: Mapping[str, float | None], field: str, stage: str, known: Mapping[str, int | None]) -> None:
        self.values, self.field, self.stage = values, field, stage
        self.known = known
        self.dates: dict[tuple[str, ...], date | None] = {}

    def known_on(self, tables: tuple[str, ...]) -> date | None:
        """Since when the newest fact of these tables is known; most items share their tables, so it is kept."""
        if tables not in self.dates:
            day = max((day for table in tables if (day := self.known.get(table)) is not None), default=None)
            self.dates[tables] = None if day is None else EPOCH + timedelta(days=day)
        return self.dates[tables]


@dataclass(slots=True)
class _Way:
    """What one branch of an item earns (hundredths), and how; `value` None or no peers at all: it cannot be scored."""

    branch: Branch
    value: float | None
    points: int = 0
    note: tuple[str, ...] = ()
    missing: bool = False
    percentile: int | None = None
    peers: int | None = None
    cell: tuple[str, str] | None = None


def score_points(
    scheme: Scheme,
    reference: Reference | None,
    values: Mapping[str, float | None],
    *,
    field: str,
    known: Mapping[str, int | None],
) -> Points:
    """Score one firm.

    `values` holds every indicator of the scheme (None or NaN where unknown), `field` the technology field as in the evidence,
    `known` the day number since when each table's newest fact is known. A `SchemeError` is raised where an indicator is
    absent, or where the reference base is missing or was built for another scheme.
    """
    check_pair(scheme, reference)
    absent = [name for name in scheme.indicators if name not in values]
    if absent:
        raise SchemeError(f"scheme {scheme.label} reads {', '.join(absent)}: not among the values; build them, None where unknown")
    index, note = stage_of(scheme, values)
    firm = _Firm(values, field, scheme.stages[index].id, known)
    items = tuple(_item(item, item.weights[index], firm, reference) for item in scheme.items)
    total = sum(item.points for item in items)
    return Points(
        scheme=scheme.label,
        scheme_hash=scheme.hash,
        scheme_status=scheme.status,
        reference=None if reference is None else reference.name,
        reference_hash=None if reference is None else reference.hash,
        stage=firm.stage,
        field=field,
        total=total,
        out_of=scheme.out_of,
        percentile=_standing(reference, "total", total, firm),
        tier=ranking_tier(total, scheme),
        coverage=_coverage(scheme, items, index),
        groups=_groups(scheme, items, firm, reference),
        items=items,
        missing=tuple(item.id for item in items if item.missing),
        note=() if note is None else (note,),
        eligibility=eligibility_of(scheme, items, values),
    )


def _item(item: Item, weight: int, firm: _Firm, reference: Reference | None) -> ItemPoints:
    """Score the best known branch of an item; the first counts where two earn the same."""
    ways = [_way(branch, weight, firm, reference) for branch in item.branches]
    best = ways[0] if len(ways) == 1 else max(ways, key=lambda way: (not way.missing, way.points))
    overlooked = not best.missing and best.points < weight and any(way.missing for way in ways)
    tables = best.branch.tables
    return ItemPoints(
        id=item.id,
        group=item.group,
        indicator=best.branch.indicator,
        zh=item.zh,
        en=item.en,
        points=-best.points if item.deducts else best.points,
        out_of=0 if item.deducts else weight,
        lowest=-weight if item.deducts else 0,
        value=best.value,
        unit=best.branch.unit,
        percentile=best.percentile,
        peers=best.peers,
        cell=best.cell,
        source_table=tables[0] if tables else None,
        known_on=None if best.value is None else firm.known_on(tables),
        missing=best.missing,
        note=(*best.note, "alternative-missing") if overlooked else best.note,
    )


def _way(branch: Branch, weight: int, firm: _Firm, reference: Reference | None) -> _Way:
    value = firm.values[branch.indicator]
    if value is None or is_missing(value):
        return _Way(branch, None, note=("missing",), missing=True)
    if branch.share is not None:
        return _Way(branch, value, points_for(weight, branch.share.of(value), branch.share.denominator))
    assert reference is not None  # check_pair has refused its absence
    return _ranked(branch, value, weight, firm, reference)


def _ranked(branch: Branch, value: float, weight: int, firm: _Firm, reference: Reference) -> _Way:
    """Score a value by its rank among peers."""
    cell, key, fallback = reference.indicators[branch.indicator].find(firm.field, firm.stage)
    if cell is None:
        return _Way(branch, value, note=("no-peers",), missing=True)
    zero = branch.zero_earns_nothing and value <= 0
    whole = 2 * cell.peers
    rank = cell.rank(value)
    rank = whole - rank if branch.direction == -1 else rank
    points = 0 if zero else points_for(weight, rank, whole)
    notes = (fallback, "zero" if zero else None, "winsorised" if cell.clamps(value) else None)
    return _Way(branch, value, points, tuple(filter(None, notes)), False, points_for(10_000, rank, whole), cell.peers, key)  # noqa: FBT003


def _groups(scheme: Scheme, items: tuple[ItemPoints, ...], firm: _Firm, reference: Reference | None) -> tuple[GroupPoints, ...]:
    points = dict.fromkeys((group.id for group in scheme.groups), 0)
    out_of = points.copy()
    for item in items:
        points[item.group] += item.points
        out_of[item.group] += item.out_of
    return tuple(
        GroupPoints(
            id=group.id,
            zh=group.zh,
            en=group.en,
            points=points[group.id],
            out_of=out_of[group.id],
            percentile=_standing(reference, group.id, points[group.id], firm),
        )
        for group in scheme.groups
    )


def _standing(reference: Reference | None, name: str, points: int, firm: _Firm) -> int | None:
    """Rank the points of a group, or of the total, among the peers' points."""
    if reference is None:
        return None
    cell, _, _ = reference.standings[name].find(firm.field, firm.stage)
    return None if cell is None else points_for(10_000, cell.rank(points), 2 * cell.peers)


def _coverage(scheme: Scheme, items: tuple[ItemPoints, ...], stage: int) -> str:
    weights = [item.weights[stage] for item in scheme.items]
    known = sum(weight for weight, item in zip(weights, items, strict=True) if not item.missing)
    return coverage_text(100 * known // (sum(weights) or 1))


def coverage_text(hundredths: int) -> str:
    """Write a share in hundredths with two decimals."""
    return f"{hundredths // 100}.{hundredths % 100:02d}"
