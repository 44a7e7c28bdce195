"""The desk: everything a request needs, wired once when the process starts."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.access import Gate
from service.active import Active
from service.background import Background
from service.clock import Clock, day_in_china, system_clock
from service.config import Settings
from service.errors import NotReady
from service.in_force import InForce
from service.metrics import Metrics
from service.recorder import Recorder
from service.rows import FirmRows
from service.shadowing import Shadows
from service.store import Store, open_store
from service.store.records import Entry, Record, commit
from service.switchboard import Switchboard
from service.use_cases.releases import Office
from service.use_cases.switch import Lever

__all__ = ["Desk", "open_desk"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The collaborators of the use cases; `fixed` replaces what the database says is in force (a test's own artefacts)."""

    settings: Settings
    clock: Clock
    store: Store
    gate: Gate
    recorder: Recorder
    rows: FirmRows
    metrics: Metrics
    background: Background
    in_force: InForce
    switchboard: Switchboard
    shadows: Shadows
    office: Office
    lever: Lever
    fixed: Active | NotReady | None = None

    def today(self) -> date:
        """Give the day in China."""
        return day_in_china(self.clock())

    @property
    def found(self) -> Active | NotReady:
        """What decides now, or why nothing may."""
        return self.fixed or self.in_force.found

    @property
    def active(self) -> Active:
        """What decides now; ask once for each request. `NotReady` when nothing is in force, or it does not match its hashes."""
        found = self.found
        if isinstance(found, NotReady):
            raise NotReady(str(found))
        return found


def open_desk(settings: Settings, *, clock: Clock = system_clock, active: Active | None = None) -> Desk:
    """Wire a desk; artefacts that cannot be used do not stop the service, which then says so and decides nothing."""
    settings.home.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database, connections=settings.threads + 4, lock_seconds=settings.lock_seconds)
    metrics = Metrics()

    def commit_batch(records: Sequence[Record]) -> list[Entry]:
        with store.writing() as unit:
            return commit(unit, records)

    desk = Desk(
        settings=settings,
        clock=clock,
        store=store,
        gate=Gate(store, seconds=settings.token_seconds),
        recorder=Recorder(commit_batch, batch=settings.commit_batch, seconds=settings.commit_seconds, committed=metrics.batches.observe),
        rows=FirmRows(store, capacity=settings.firm_rows, counted=lambda source: metrics.rows.labels(source).inc()),
        metrics=metrics,
        background=Background(),
        in_force=InForce(store, settings.home, now=clock, seconds=settings.release_seconds),
        switchboard=Switchboard(store, seconds=settings.switch_seconds),
        shadows=Shadows(store, clock, counted=lambda result, number: metrics.shadows.labels(result).inc(number)),
        office=Office(store, settings.home, clock, newest=settings.impact_newest),
        lever=Lever(store, clock),
        fixed=active,
    )
    found = desk.found  # loaded now, so that no request has to wait for it
    if isinstance(found, NotReady):
        log.warning("nothing may be decided: %s", found)
    return desk
