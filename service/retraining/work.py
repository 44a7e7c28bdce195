"""Working on a retraining that is on record: every step and line is noted, and however it ends, that is entered."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from features.errors import FeaturesError
from service.apart import BEAT, signs_of_life
from service.clock import Clock
from service.config import Settings
from service.errors import BadSetting, ServiceError, WrongState
from service.retraining.jobs import AGAIN, log_of
from service.retraining.outcome import RetrainingOutcome
from service.retraining.retrain import Bench, Teller, retrain
from service.store.engine import Store
from service.store.retrainings import Failure, Kept, Line, begin_retraining, end_retraining, find_retraining, note_line, see_retraining
from service.use_cases.releases import Office
from training.errors import TrainingError
from training.registry import Registry
from training.validation import SHIPPED, Gates, load_gates

__all__ = ["BEAT", "bench_of", "gates_of", "work_on"]

MOST_LINES: Final = 1_000


def gates_of(settings: Settings) -> Gates:
    """Read the gates of this installation; a setting that names no file is a `BadSetting`."""
    if not settings.gates:
        return load_gates(SHIPPED)
    path = settings.home / settings.gates
    if not path.is_file():
        raise BadSetting(f"JIFEN_GATES is {settings.gates!r}, and {path} is no file; name a TOML file below JIFEN_HOME, or leave it empty")
    return load_gates(path)


def bench_of(store: Store, settings: Settings, clock: Clock, *, gates: Gates | None = None, peers: Path | None = None) -> Bench:
    """Lay out what a retraining works with."""
    return Bench(
        store=store,
        home=settings.home,
        clock=clock,
        office=Office(store, settings.home, clock, newest=settings.impact_newest),
        registry=Registry(settings.home),
        gates=gates or gates_of(settings),
        peers=peers,
    )


class _Noted:
    """Notes on record what is told, and passes it on."""

    def __init__(self, store: Store, clock: Clock, job_id: str, onward: Teller | None) -> None:
        self._store, self._clock, self._job_id, self._onward = store, clock, job_id, onward
        self._step = ""

    def step(self, name: str) -> None:
        self._step = name
        if self._onward is not None:
            self._onward.step(name)
        self._note("")

    def say(self, what: str, share: float | None = None) -> None:
        if self._onward is not None:
            self._onward.say(what, share)
        self._note(what)

    def _note(self, said: str) -> None:
        with self._store.writing(silent=True) as unit:
            still = note_line(unit, self._job_id, Line(self._clock(), self._step, said), most=MOST_LINES)
        if not still:
            raise _ended(self._job_id)


def _ended(job_id: str) -> WrongState:
    return WrongState(f"retraining {job_id} was marked as ended while it was worked on, so it stops and proposes nothing; start it again")


def work_on(job: Kept, bench: Bench, *, teller: Teller | None = None) -> Kept:
    """Take a queued retraining up and do it; gives it as it ended.

    What is wrong with its input ends it as failed, with what to do; anything else too, and is raised again for the process's log.
    `WrongState` where somebody else took it up, or marked it as ended.
    """
    store, clock, number = bench.store, bench.clock, job.job_id
    with store.writing(silent=True) as unit:
        if not begin_retraining(unit, number, host=socket.gethostname(), pid=os.getpid(), now=clock()):
            raise WrongState(f"retraining {number} was taken up or has ended already; look at it again")

    def conclude(unit: Connection, outcome: RetrainingOutcome) -> None:
        if not end_retraining(unit, number, clock(), outcome=outcome):
            raise _ended(number)

    def see() -> None:
        with store.writing(silent=True) as unit:
            see_retraining(unit, number, clock())

    try:
        with signs_of_life(see, seconds=BEAT, name="retraining"):
            retrain(job.plan, actor=job.actor, bench=bench, teller=_Noted(store, clock, number, teller), conclude=conclude)
    except (ServiceError, FeaturesError, TrainingError) as error:
        _fail(store, clock, number, Failure(getattr(error, "code", "error"), str(error)))
    except BaseException as error:
        where = log_of(bench.home, number).name
        what = f"{type(error).__name__}: {error}"[:400]
        _fail(store, clock, number, Failure("internal-error", f"{what}; {AGAIN}, and if it happens again look into retrainings/{where}"))
        raise
    with store.reading() as unit:
        ended = find_retraining(unit, number)
    assert ended is not None  # nothing is taken off the record
    return ended


def _fail(store: Store, clock: Clock, job_id: str, failure: Failure) -> None:
    with store.writing() as unit:
        end_retraining(unit, job_id, clock(), failure=failure)
