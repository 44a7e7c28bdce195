"""Reading the decisions on record as monitoring sees them: inputs from the evidence they pin, outcomes from the evidence on file now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection

from features.evidence import dossier_frames
from features.firm_row import FirmRow
from service.artefacts import Shelf
from service.domain import Decision
from service.monitoring import Monitored, Observation
from service.monitoring.report import monitored
from service.rows import build_row, day_number
from service.store.blobs import get_blob
from service.store.engine import Store
from service.store.evidence import latest_versions
from service.store.firm_rows import RowKey, find_row
from service.store.overrides import list_overrides
from service.store.records import newest_bodies

__all__ = ["Label", "look_at"]

Label = Callable[[pl.DataFrame], tuple[pl.DataFrame, Any]]
"""Gives the loans that have an outcome, with `target` (1 = default): the definition that training uses."""
DATES: Final = ("applied_on", "drawn_on", "default_on", "observed_until")
"""Dossiers count days; the label reads dates."""
WITHIN: Final = timedelta(days=180)
"""A loan belongs to the newest decision on its product that is at most so much older than its application."""


@dataclass(frozen=True, slots=True)
class _Seen:
    decision: Decision
    observation: Observation


def look_at(store: Store, shelf: Shelf, *, newest: int, rate: float, label: Label) -> list[Monitored]:
    """Monitor every model that answered one of the newest decisions, the one with most decisions first.

    Decisions that no model answered say nothing about one and are left out. Of several overrides of a decision the newest that came into
    force counts. Nothing is written.
    """
    with store.reading() as unit:
        decided = [Decision.model_validate_json(body) for body in newest_bodies(unit, newest)]
        seen = [_Seen(one, _observed(unit, one)) for one in decided if one.risk is not None and one.pins.bundle is not None]
        overridden = {one.decision_id: one.direction for one in list_overrides(unit, date.min) if one.effective_at is not None}
        known = _outcomes(_loans(unit, {one.observation.firm_id for one in seen}), [one.observation for one in seen], label)
    groups: dict[str, list[Observation]] = {}
    for one in seen:
        groups.setdefault(str(one.decision.pins.bundle), []).append(
            replace(
                one.observation,
                defaulted=known.get(one.observation.decision_id),
                overridden=overridden.get(one.observation.decision_id),
            )
        )
    found = [_monitored(shelf, bundle, observations, rate) for bundle, observations in groups.items()]
    return sorted(found, key=lambda one: (-one.decisions, one.bundle))


def _monitored(shelf: Shelf, pin: str, observations: Sequence[Observation], rate: float) -> Monitored:
    bundle = shelf.model(pin)
    inputs = [replace(one, values={name: one.values.get(name) for name in bundle.features} if one.values else {}) for one in observations]
    return monitored(
        inputs,
        model=bundle.name,
        version=bundle.version,
        segment=bundle.segment,
        bundle=bundle.hash,
        simulated=bundle.simulated,
        profile=bundle.reference_profile,
        metrics=bundle.manifest.metrics.get("test", {}).get("metrics", {}),
        rate=rate,
    )


def _observed(unit: Connection, decision: Decision) -> Observation:
    assert decision.risk is not None  # the caller has looked
    asked = decision.application
    row = _row(unit, decision)
    return Observation(
        decision_id=decision.decision_id,
        firm_id=asked.firm_id,
        product=str(asked.product),
        decided_at=decision.decided_at,
        as_of=decision.as_of,
        outcome=decision.outcome.value,
        pd=float(decision.risk.pd),
        score=decision.risk.score,
        amount=asked.amount,
        values={} if row is None else row.with_request(asked.amount, asked.term_months),
    )


def _row(unit: Connection, decision: Decision) -> FirmRow | None:
    """Give the indicators as they were: from the cache, else built from the evidence; None where that was deleted."""
    key = RowKey(decision.application.firm_id, day_number(decision.as_of), decision.pins.evidence, decision.pins.catalogue)
    kept = find_row(unit, key)
    if kept is not None:
        return FirmRow.from_json(kept)
    try:
        return build_row(get_blob(unit, decision.pins.evidence), key.as_of)
    except ValueError:
        return None


def _loans(unit: Connection, firms: set[str]) -> pl.DataFrame | None:
    """Every loan of these firms, as the newest evidence on file knows it."""
    versions = latest_versions(unit, sorted(firms))
    frames = [frame for one in versions.values() if (frame := dossier_frames(get_blob(unit, one.sha256)).get("loans")) is not None]
    filled = [frame for frame in frames if not frame.is_empty()]
    if not filled:
        return None
    dates = [pl.col(name).cast(pl.Int32).cast(pl.Date) for name in DATES]
    return pl.concat(filled, how="vertical_relaxed").with_columns(dates)


def _outcomes(loans: pl.DataFrame | None, seen: Sequence[Observation], label: Label) -> Mapping[str, bool]:
    """By decision: did its loan default within the horizon? Loans without an outcome yet, or without a decision, are left out."""
    if loans is None:
        return {}
    labelled, _ = label(loans)
    asked: dict[tuple[str, str], list[Observation]] = {}
    for one in sorted(seen, key=lambda one: (one.as_of, one.decision_id), reverse=True):
        asked.setdefault((one.firm_id, one.product), []).append(one)
    found: dict[str, bool] = {}
    for loan in labelled.sort("applied_on").iter_rows(named=True):
        for one in asked.get((loan["firm_id"], loan["product"]), []):
            if timedelta(0) <= loan["applied_on"] - one.as_of <= WITHIN and one.decision_id not in found:
                found[one.decision_id] = bool(loan["target"])
                break
    return found
