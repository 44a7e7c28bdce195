"""Joining overrides with what was filed of their firms' loans afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from features.evidence.dossier import read_dossier
from service.clock import day_in_china
from service.domain.override_outcomes import Became, Loan, Overridden, Tally, became_of, tallies
from service.store.blobs import get_blob
from service.store.engine import Store
from service.store.evidence import Version, latest_versions
from service.store.overrides import KeptOverride, list_overrides, overrides_of

__all__ = ["Outcomes", "outcomes_of_overrides"]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Every override that came into force with what became of its case, and the counts."""

    cases: tuple[tuple[Overridden, Became], ...]
    tallies: tuple[Tally, ...]


def outcomes_of_overrides(store: Store, now: datetime, decision_id: str | None = None) -> Outcomes:
    """Tell what became of the cases of all overrides (or of one decision's) that came into force by now.

    It is told from the newest evidence of their firms.
    """
    with store.reading() as unit:
        kept = list_overrides(unit, day_in_china(now)) if decision_id is None else overrides_of(unit, decision_id)
        listed = [one for one in map(_overridden, kept) if one is not None]
        newest = latest_versions(unit, sorted({one.firm_id for one in listed}))
        filed = {firm_id: _loans(unit, version) for firm_id, version in newest.items()}
    cases = tuple((one, became_of(one, *filed.get(one.firm_id, (None, None)))) for one in listed)
    return Outcomes(cases, tuple(tallies(cases)))


def _overridden(one: KeptOverride) -> Overridden | None:
    since = one.effective_at
    if since is None:
        return None
    return Overridden(
        override_id=one.override_id,
        decision_id=one.decision_id,
        firm_id=one.firm_id,
        product=one.product,
        reason=one.reason,
        direction=one.direction,
        effective_on=day_in_china(since),
        expires_on=one.expires_on,
    )


def _loans(unit: Connection, version: Version) -> tuple[Sequence[Loan] | None, date]:
    columns = read_dossier(get_blob(unit, version.sha256)).get("loans")
    filed_on = day_in_china(version.recorded_at)
    if columns is None:
        return None, filed_on
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)], filed_on
