"""The process of a retraining: apart from the service, of low priority, and never the reason that a job stays running."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Thread

import builders_cases as cases
import pytest
from builders_releases import office_of, released, wanted
from builders_retraining import PLAN, RISK, kept
from builders_service import Clock

from service.apart import FIRST_TO_GO, yield_to_others
from service.artefacts import scheme_artefact
from service.clock import system_clock
from service.config import Settings
from service.retraining import __main__ as process
from service.retraining.jobs import ask_retraining, log_of, show_retraining
from service.retraining.launch import Launcher
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
    waited(Launcher(store, settings, system_clock).start(job.job_id))
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
    monkeypatch.setattr("service.retraining.launch.command", lambda _job: line)
    waited(Launcher(store, settings, clock).start(number))
    failure = read(store, number).failure
    assert failure is not None
    assert "ended with code -9; nothing was proposed; start it again" in failure.detail
    assert "the process of a retraining died" in service_log.text


def test_a_process_that_cannot_be_started_leaves_the_job_failed(
    store: Store, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing waits for it."""
    number = kept(store, clock.now)
    monkeypatch.setattr("service.retraining.launch.command", lambda _job: ["/no/such/program"])
    assert Launcher(store, settings, clock).start(number) is None
    failure = read(store, number).failure
    assert failure is not None
    assert "could not be started" in failure.detail


def test_a_database_that_is_away_is_logged(
    store: Store, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch, service_log: pytest.LogCaptureFixture
) -> None:
    """Whoever looks at the job next marks it."""
    number = kept(store, clock.now)
    monkeypatch.setattr("service.retraining.launch.command", lambda _job: [sys.executable, "-c", ""])

    def away(*_said: object) -> bool:
        raise OSError("away")

    monkeypatch.setattr("service.retraining.launch.mark_gone", away)
    waited(Launcher(store, settings, clock).start(number))
    assert "could not be marked failed" in service_log.text


def test_main_yields_to_others_and_tells_by_its_code(
    store: Store, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It lowers its priority, works, and ends with 1 where the job failed."""
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    asked: list[int] = []
    monkeypatch.setattr(process.os, "nice", asked.append)
    monkeypatch.setattr(process, "OWN_SCORE", tmp_path / "oom_score_adj")
    monkeypatch.setattr(process, "write_logs", lambda _level: None)
    monkeypatch.setattr(process, "system_clock", clock)
    number = kept(store, clock.now)
    assert process.main([number]) == 1
    assert asked == [process.NICENESS]
    assert (tmp_path / "oom_score_adj").read_text("ascii") == FIRST_TO_GO
    assert read(store, number).state == "failed"
    yield_to_others(0, tmp_path / "nowhere" / "oom_score_adj")


def test_one_that_takes_too_long_is_ended(store: Store, clock: Clock) -> None:
    """The record says so before the process goes."""
    number, left = kept(store, clock.now, state="running"), list[int]()
    alarm = process._alarm(store, number, 0.0005, left.append)
    alarm.join(60)
    assert left == [1]
    failure = read(store, number).failure
    assert failure is not None
    assert "was not done within 0.0005 minutes (JIFEN_RETRAIN_MINUTES)" in failure.detail
    assert show_retraining(store, clock, number).job.state == "failed"
