"""The process of a retraining: apart from the service, of low priority, and never the reason that a job stays running."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import builders_cases as cases
import pytest
from builders_releases import office_of, released, wanted
from builders_retraining import PLAN, RISK, kept
from builders_service import Clock

from service import errand
from service.artefacts import scheme_artefact
from service.clock import system_clock
from service.config import Settings
from service.errand import FIRST_TO_GO, NICENESS, Errand, Launcher, run_errand
from service.retraining import __main__ as process
from service.retraining.jobs import RETRAINING, ask_retraining, log_of, show_retraining
from service.serving import environment_of
from service.store import Store
from service.store.retrainings import Kept, find_retraining


def read(store: Store, number: str) -> Kept:
    """As it stands on record, without settling anything."""
    with store.reading() as unit:
        found = find_retraining(unit, number)
    assert found is not None
    return found


def waited(thread: Thread | None) -> None:
    assert thread is not None
    thread.join(300)
    assert not thread.is_alive()


def test_a_process_of_its_own_works_on_it_and_says_how_it_ended(store: Store, settings: Settings, folders: Path) -> None:
    """A real one, started as the service does: evidence is missing, and that is what the record says."""
    scheme = scheme_artefact(cases.SCHEME.format(tiers=cases.LOW_TIERS))
    released(office_of(store, settings.home, system_clock), wanted(folders, scheme=scheme))
    job = ask_retraining(store, system_clock, PLAN, RISK)
    waited(Launcher(RETRAINING, store, settings, system_clock).start(job.job_id))
    ended = read(store, job.job_id)
    assert ended.failure is not None, log_of(settings.home, job.job_id).read_text("utf-8")
    assert (ended.failure.code, ended.pid is not None) == ("retraining-invalid", True)
    assert "no evidence is on file" in ended.failure.detail


def test_a_process_that_is_killed_leaves_the_job_failed_at_once(
    store: Store, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch, service_log: pytest.LogCaptureFixture
) -> None:
    """Who started it waits for it and marks what it could not; the remedy is named."""
    number = kept(store, clock.now)
    line = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    monkeypatch.setattr(Errand, "command", lambda _errand, _job: line)
    waited(Launcher(RETRAINING, store, settings, clock).start(number))
    failure = read(store, number).failure
    assert failure is not None
    assert "ended with code -9; nothing was proposed; start it again" in failure.detail
    assert "the process of a retraining died" in service_log.text


def test_a_process_that_cannot_be_started_leaves_the_job_failed(
    store: Store, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing waits for it."""
    number = kept(store, clock.now)
    monkeypatch.setattr(Errand, "command", lambda _errand, _job: ["/no/such/program"])
    assert Launcher(RETRAINING, store, settings, clock).start(number) is None
    failure = read(store, number).failure
    assert failure is not None
    assert "could not be started" in failure.detail


def test_a_database_that_is_away_is_logged(
    store: Store, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch, service_log: pytest.LogCaptureFixture
) -> None:
    """Whoever looks at the job next marks it."""
    number = kept(store, clock.now)
    monkeypatch.setattr(Errand, "command", lambda _errand, _job: [sys.executable, "-c", ""])

    def away(*_said: object) -> bool:
        raise OSError("away")

    waited(Launcher(replace(RETRAINING, mark_gone=away), store, settings, clock).start(number))
    assert "could not be marked failed" in service_log.text


def test_main_yields_to_others_and_tells_by_its_code(
    store: Store, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It lowers its priority, works, and ends with 1 where the job failed."""
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    asked: list[int] = []
    monkeypatch.setattr(errand.os, "nice", asked.append)
    monkeypatch.setattr(errand, "OWN_SCORE", tmp_path / "oom_score_adj")
    monkeypatch.setattr(errand, "write_logs", lambda _level: None)
    number = kept(store, clock.now)
    assert process.main([number], clock=clock) == 1
    assert asked == [NICENESS]
    assert (tmp_path / "oom_score_adj").read_text("ascii") == FIRST_TO_GO
    assert read(store, number).state == "failed"
    monkeypatch.setattr(errand, "OWN_SCORE", tmp_path / "nowhere" / "oom_score_adj")
    errand.yield_to_others()


def test_one_that_takes_too_long_is_ended(
    store: Store, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The record says so before the process goes."""
    monkeypatch.setattr("os.nice", lambda _by: None)
    monkeypatch.setattr("service.errand.OWN_SCORE", tmp_path / "oom_score_adj")
    monkeypatch.setattr("service.errand.write_logs", lambda _level: None)
    number, left = kept(store, clock.now, state="running"), list[int]()
    over = Event()

    def leave(code: int) -> None:
        left.append(code)
        over.set()

    slow = replace(RETRAINING, minutes=lambda _settings: 0.0005)
    assert run_errand(slow, number, settings, clock, lambda _store: not over.wait(60), leave=leave) == 1
    assert left == [1]
    failure = read(store, number).failure
    assert failure is not None
    assert "was not done within 0.0005 minutes (JIFEN_RETRAIN_MINUTES)" in failure.detail
    assert show_retraining(store, clock, number).job.state == "failed"
