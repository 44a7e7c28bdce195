"""The desk: everything a request needs, wired once when the process starts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from service.access import Gate
from service.active import Active
from service.artefacts import Shelf
from service.background import Background
from service.clock import Clock, day_in_china, system_clock
from service.config import Settings
from service.crowd import Crowd
from service.errand import Launcher
from service.errors import NotReady
from service.in_force import InForce
from service.metrics import Metrics
from service.monitoring_process import Monitor
from service.passwords import Passwords
from service.prospects.jobs import LEADS
from service.rates import Rates
from service.recorder import Recorder
from service.retraining.jobs import RETRAINING
from service.rows import FirmRows
from service.sealer import Sealer, open_sealer
from service.sessions import Sessions
from service.shadowing import Shadows
from service.storage import Storage
from service.store import Store, open_store
from service.store.records import Entry, Record, commit
from service.store.version import expected_version
from service.switchboard import Switchboard
from service.timekeeping import Timekeeper
from service.use_cases.prior import Priors
from service.use_cases.releases import Office
from service.use_cases.switch import Lever

__all__ = ["Desk", "Vouches", "open_desk"]


class Vouches(Protocol):
    """Says who somebody is: the bank's identity provider."""

    def way_there(self, secret: str, /) -> str:
        """Give the address to send a browser to that keeps the secret."""

    def subject(self, secret: str, answer: Mapping[str, str | None], /) -> str:
        """Give whom the answer vouches for."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The collaborators of the use cases; `fixed` replaces what the database says is in force (a test's own artefacts)."""

    settings: Settings
    clock: Clock
    store: Store
    gate: Gate
    sessions: Sessions
    passwords: Passwords
    rates: Rates
    provider: Vouches | None
    recorder: Recorder
    sealer: Sealer
    storage: Storage
    timekeeper: Timekeeper
    crowd: Crowd
    rows: FirmRows
    priors: Priors
    metrics: Metrics
    background: Background
    in_force: InForce
    switchboard: Switchboard
    shadows: Shadows
    office: Office
    lever: Lever
    shelf: Shelf
    """Artefacts that decisions and releases pin, for whoever looks at them."""
    monitor: Callable[[str], object]
    """Starts the process of a monitoring run, by its number."""
    launch: Callable[[str], object]
    """Starts the process that works on a retraining, by the job's number."""
    prospect: Callable[[str], object]
    """Starts the process that makes a list of leads, by the job's number."""
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
        """What decides now; ask once for each request.

        `NotReady` when nothing is in force, when it does not match its hashes, or when records cannot be sealed.
        """
        self.sealer.check()
        found = self.found
        if isinstance(found, NotReady):
            raise type(found)(str(found))
        return found

    def check_standing(self) -> None:
        """Raise what stands in the way of writing anything: a full or read-only disk, or a clock that was set back."""
        self.storage.check()
        self.timekeeper.check(self.clock())


def open_desk(settings: Settings, *, clock: Clock = system_clock, active: Active | None = None) -> Desk:
    """Wire a desk; artefacts that cannot be used do not stop the service, which then says so and decides nothing."""
    store = open_store(
        settings.database,
        connections=settings.threads + 4,
        lock_seconds=settings.lock_seconds,
        statement_seconds=settings.statement_seconds,
        expects=expected_version(),
    )
    metrics = Metrics()

    def commit_batch(records: Sequence[Record]) -> list[Entry]:
        with store.writing() as unit:
            return commit(unit, records)

    sealer = open_sealer(store, settings, clock)
    store.committed = sealer.poke
    desk = Desk(
        settings=settings,
        clock=clock,
        store=store,
        gate=Gate(store, seconds=settings.token_seconds),
        sessions=Sessions(
            store, clock, idle=timedelta(minutes=settings.session_idle_minutes), longest=timedelta(hours=settings.session_hours)
        ),
        passwords=Passwords(),
        rates=Rates(settings),
        provider=_provider(settings, clock),
        recorder=Recorder(commit_batch, batch=settings.commit_batch, seconds=settings.commit_seconds, committed=metrics.batches.observe),
        sealer=sealer,
        storage=Storage([settings.home, *settings.witness_folders], free_megabytes=settings.free_megabytes),
        timekeeper=Timekeeper(store, tolerance=timedelta(seconds=settings.clock_seconds)),
        crowd=Crowd(room=settings.threads, waiting=settings.waiting, long=settings.long_requests, seconds=settings.wait_seconds),
        rows=FirmRows(store, capacity=settings.firm_rows, counted=lambda source: metrics.rows.labels(source).inc()),
        priors=Priors(),
        metrics=metrics,
        background=Background(),
        in_force=InForce(store, settings.home, now=clock, seconds=settings.release_seconds),
        switchboard=Switchboard(store, seconds=settings.switch_seconds),
        shadows=Shadows(store, clock, counted=lambda result, number: metrics.shadows.labels(result).inc(number)),
        office=Office(store, settings.home, clock, newest=settings.impact_newest),
        lever=Lever(store, clock),
        shelf=Shelf(store, settings.home),
        monitor=Monitor(store, settings, clock).start,
        launch=Launcher(RETRAINING, store, settings, clock).start,
        prospect=Launcher(LEADS, store, settings, clock).start,
        fixed=active,
    )
    sealer.open_keys()
    found = desk.found  # loaded now, so that no request has to wait for it
    if isinstance(found, NotReady):
        log.warning("nothing may be decided: %s", found)
    return desk


def _provider(settings: Settings, clock: Clock) -> Vouches | None:
    if not settings.oidc_issuer:
        return None
    from service.oidc import provider_of  # noqa: PLC0415 its libraries are loaded only where there is a provider

    return provider_of(settings, clock)
