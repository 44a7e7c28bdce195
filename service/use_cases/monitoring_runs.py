"""Monitoring runs: asked for by a person or a schedule, one at a time, and kept with everything they found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from service.clock import Clock
from service.errors import UnknownRun, WrongState
from service.identifiers import new_decision_id
from service.ledger import Actor
from service.monitoring import Monitored, MonitoringRun, run_of
from service.store import Store
from service.store.monitoring_runs import KeptRun, begin_run, fail_run, find_run, finish_run, newest_runs, open_run

__all__ = [
    "KEPT_IN_VIEW",
    "LONGEST",
    "History",
    "ask_run",
    "history",
    "keep_found",
    "list_runs",
    "look_up",
    "noted_failure",
    "settle",
    "show_run",
]

LONGEST: Final = timedelta(minutes=15)
"""A run may take so long; one that is open longer counts as dead."""
KEPT_IN_VIEW: Final = 12
"""Runs whose verdicts stand side by side."""


@dataclass(frozen=True, slots=True)
class History:
    """What is on record of monitoring: `under_way` is a run that has not ended, `kept` those that found something, the newest first."""

    under_way: KeptRun | None
    failed: KeptRun | None
    """The newest run, where it came to nothing."""
    kept: tuple[MonitoringRun, ...]


def ask_run(store: Store, clock: Clock, actor: Actor) -> str:
    """Note that a run is asked for and give its number; `WrongState` while another is under way."""
    now = clock()
    run_id = new_decision_id(now)
    settle(store, now)
    with store.writing() as unit:
        other = open_run(unit)
        if other is not None:
            raise WrongState(f"monitoring run {other.run_id}, asked for by {other.actor.id}, is under way; let it end first")
        begin_run(unit, run_id, actor, now)
    return run_id


def keep_found(store: Store, clock: Clock, run_id: str, found: Sequence[Monitored], *, newest: int, rate: float) -> MonitoringRun:
    """Enter what a run found, in the name of who asked for it; `WrongState` where it has ended meanwhile, `UnknownRun` for no run."""
    with store.writing() as unit:
        kept = find_run(unit, run_id)
        if kept is None:
            raise UnknownRun(f"no monitoring run {run_id[:40]!r} is on record; ask for one first")
        run = run_of(found, run_id=run_id, newest=newest, rate=rate, by=kept[0].actor, at=clock())
        if not finish_run(unit, run):
            raise WrongState(f"monitoring run {run_id} has ended already; what it found now was not kept, so start another")
    return run


@contextmanager
def noted_failure(store: Store, clock: Clock, run_id: str) -> Iterator[None]:
    """Note why a run came to nothing, and let the error go on."""
    try:
        yield
    except BaseException as error:
        with store.writing() as unit:
            fail_run(unit, run_id, clock(), f"{type(error).__name__}: {error}")
        raise


def settle(store: Store, now: datetime) -> None:
    """Mark a run failed that is open longer than one may take."""
    with store.reading() as unit:
        kept = open_run(unit)
    if kept is not None and now - kept.asked_at > LONGEST:
        with store.writing() as unit:
            fail_run(unit, kept.run_id, now, "its process ended or hung without a word; start another")


def history(store: Store, clock: Clock) -> History:
    """Read what the newest runs found."""
    settle(store, clock())
    with store.reading() as unit:
        listed = newest_runs(unit, 2 * KEPT_IN_VIEW)
        ended = [one for one in listed if one.content is not None][:KEPT_IN_VIEW]
        read = [find_run(unit, one.run_id) for one in ended]
    newest = listed[0] if listed else None
    kept = tuple(run for pair in read if pair is not None and (run := pair[1]) is not None)
    under_way = next((one for one in listed if one.ended_at is None), None)
    return History(under_way, newest if newest is not None and newest.failure is not None else None, kept)


def show_run(store: Store, run_id: str) -> MonitoringRun:
    """Read one run that found something; `UnknownRun` when there is none."""
    with store.reading() as unit:
        found = find_run(unit, run_id)
    if found is None or found[1] is None:
        raise UnknownRun(f"no monitoring run {run_id[:40]!r} with findings is on record; /monitoring lists those that are")
    return found[1]


def look_up(store: Store, clock: Clock, run_id: str) -> tuple[KeptRun, MonitoringRun | None]:
    """Read a run as it stands, with what it found once it has; `UnknownRun` when there is none."""
    settle(store, clock())
    with store.reading() as unit:
        found = find_run(unit, run_id)
    if found is None:
        raise UnknownRun(f"no monitoring run {run_id[:40]!r} is on record; GET /v1/monitoring lists those that are")
    return found


def list_runs(store: Store, clock: Clock, limit: int) -> list[KeptRun]:
    """List the newest runs as they stand."""
    settle(store, clock())
    with store.reading() as unit:
        return newest_runs(unit, limit)
