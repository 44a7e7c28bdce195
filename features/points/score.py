"""Points of one firm, in plain Python and integers: the request path."""

from __future__ import annotations

from collections.abc import Mapping
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
        self.known = {table: EPOCH + timedelta(days=day) for table, day in known.items() if day is not None}

    def known_on(self, tables: tuple[str, ...]) -> date | None:
        """Since when the newest fact of these tables is known."""
        return max((self.known[table] for table in tables if table in self.known), default=None)


class _Earned:
    """What one branch of an item earns: hundredths, and how."""

    __slots__ = ("branch", "cell", "note", "peers", "percentile", "points", "value")

    def __init__(self, branch: Branch, value: float, points: int, note: tuple[str, ...] = ()) -> None:
        self.branch, self.value, self.points, self.note = branch, value, points, note
        self.percentile: int | None = None
        self.peers: int | None = None
        self.cell: tuple[str, str] | None = None


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
    earned = [_branch(branch, weight, firm, reference) for branch in item.branches]
    found = [way for way in earned if isinstance(way, _Earned)]
    if not found:
        return _missing(item, weight, firm, str(earned[0]))
    best = max(found, key=lambda way: way.points)
    overlooked = len(found) < len(earned) and best.points < weight
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
        source_table=_source(best.branch),
        known_on=firm.known_on(best.branch.tables),
        missing=False,
        note=(*best.note, "alternative-missing") if overlooked else best.note,
    )


def _missing(item: Item, weight: int, firm: _Firm, note: str) -> ItemPoints:
    """Give the item that scores nothing because it is unknown, or because no peer is known."""
    first = item.branches[0]
    return ItemPoints(
        id=item.id,
        group=item.group,
        indicator=first.indicator,
        zh=item.zh,
        en=item.en,
        points=0,
        out_of=0 if item.deducts else weight,
        lowest=-weight if item.deducts else 0,
        value=firm.values[first.indicator] if note == "no-peers" else None,
        unit=first.unit,
        percentile=None,
        peers=None,
        cell=None,
        source_table=_source(first),
        known_on=None,
        missing=True,
        note=(note,),
    )


def _source(branch: Branch) -> str | None:
    return branch.tables[0] if branch.tables else None


def _branch(branch: Branch, weight: int, firm: _Firm, reference: Reference | None) -> _Earned | str:
    """Score one branch; a text is the note that says why it cannot be."""
    value = firm.values[branch.indicator]
    if value is None or is_missing(value):
        return "missing"
    if branch.share is not None:
        return _Earned(branch, value, points_for(weight, branch.share.of(value), branch.share.denominator))
    assert reference is not None  # check_pair has refused its absence
    return _ranked(branch, value, weight, firm, reference)


def _ranked(branch: Branch, value: float, weight: int, firm: _Firm, reference: Reference) -> _Earned | str:
    """Score a value by its rank among peers."""
    cell, key, fallback = reference.indicators[branch.indicator].find(firm.field, firm.stage)
    if cell is None:
        return "no-peers"
    zero = branch.zero_earns_nothing and value <= 0
    whole = 2 * cell.peers
    rank = cell.rank(value)
    rank = whole - rank if branch.direction == -1 else rank
    notes = (fallback, "zero" if zero else None, "winsorised" if cell.clamps(value) else None)
    earned = _Earned(branch, value, 0 if zero else points_for(weight, rank, whole), tuple(note for note in notes if note))
    earned.percentile, earned.peers, earned.cell = points_for(10_000, rank, whole), cell.peers, key
    return earned


def _groups(scheme: Scheme, items: tuple[ItemPoints, ...], firm: _Firm, reference: Reference | None) -> tuple[GroupPoints, ...]:
    found = []
    for group in scheme.groups:
        points = sum(item.points for item in items if item.group == group.id)
        out_of = sum(item.out_of for item in items if item.group == group.id)
        standing = _standing(reference, group.id, points, firm)
        found.append(GroupPoints(id=group.id, zh=group.zh, en=group.en, points=points, out_of=out_of, percentile=standing))
    return tuple(found)


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
