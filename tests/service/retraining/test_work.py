"""Working on a retraining: however it ends, that is on record, and one that was given up meanwhile proposes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders_cases as cases
import pytest
from builders_releases import office_of, released, wanted
from builders_retraining import PLAN, RISK, kept
from builders_service import Clock

from service.artefacts import scheme_artefact
from service.config import Settings
from service.errors import BadRetraining, BadSetting, WrongState
from service.retraining.jobs import ask_retraining, mark_gone, show_retraining
from service.retraining.retrain import Bench
from service.retraining.work import bench_of, gates_of, work_on
from service.store import Store
from service.store.retrainings import Kept


class FakeOffice:
    """Stands in for the office: what it is asked first is what the test wants to happen."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.base = act


@pytest.fixture
def bench(store: Store, settings: Settings, clock: Clock) -> Bench:
    return bench_of(store, settings, clock)


@pytest.fixture
def job(store: Store, clock: Clock) -> Kept:
    return ask_retraining(store, clock, PLAN, RISK)


def acting(bench: Bench, act: Callable[[], Any]) -> Bench:
    """The bench with an office that does this when it is asked what is in force."""
    return replace(bench, office=FakeOffice(act))  # type: ignore[arg-type]


def fails(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


def test_wrong_input_ends_it_with_what_to_do(bench: Bench, job: Kept) -> None:
    """Nothing was approved, and no peers are named."""
    ended = work_on(job, bench)
    assert ended.state == "failed"
    assert ended.failure is not None
    assert ended.failure.code == "retraining-invalid"
    assert "--reference FILE" in ended.failure.detail
    assert ended.outcome is None


def test_a_first_release_needs_both_models(bench: Bench, store: Store, clock: Clock) -> None:
    """To say so after an hour of training would be late."""
    one = ask_retraining(store, clock, PLAN.model_copy(update={"segments": ("startup",)}), RISK)
    failure = work_on(one, bench).failure
    assert failure is not None
    assert "a first release needs the models startup, growth" in failure.detail


@pytest.mark.parametrize("error", [RuntimeError("a bug"), KeyboardInterrupt("stopped")])
def test_anything_else_ends_it_too_and_is_raised_again(bench: Bench, job: Kept, store: Store, clock: Clock, error: BaseException) -> None:
    """The record says that nothing was proposed and where to look."""
    with pytest.raises(type(error)):
        work_on(job, acting(bench, fails(error)))
    failure = show_retraining(store, clock, job.job_id).job.failure
    assert failure is not None
    assert failure.code == "internal-error"
    assert failure.detail.startswith(f"{type(error).__name__}: {error}; nothing was proposed")


def test_one_that_was_taken_up_is_left_alone(bench: Bench, store: Store, clock: Clock) -> None:
    """Two processes never work on one job."""
    number = kept(store, clock.now, state="running")
    with pytest.raises(WrongState, match="taken up or has ended"):
        work_on(show_retraining(store, clock, number).job, bench)


def test_one_that_was_given_up_meanwhile_stops(bench: Bench, job: Kept, store: Store, clock: Clock, folders: Path) -> None:
    """It had been marked as gone while it was alive: at its next word it finds out, and what was marked stays."""
    base = released(
        office_of(store, bench.home, clock), wanted(folders, scheme=scheme_artefact(cases.SCHEME.format(tiers=cases.LOW_TIERS)))
    )

    def gone() -> Any:
        mark_gone(store, job.job_id, clock(), "its machine slept")
        return base.parts

    ended = work_on(job, acting(bench, gone))
    assert ended.failure is not None
    assert ended.failure.detail.startswith("its machine slept")


def test_signs_of_life_are_given_and_survive_trouble(
    bench: Bench, job: Kept, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, service_log: pytest.LogCaptureFixture
) -> None:
    """Every few seconds, also after the database did not answer once."""
    monkeypatch.setattr("service.retraining.work.BEAT", 0.01)
    asked = []

    def now() -> Any:
        asked.append(len(asked))
        if len(asked) == 3:
            raise OSError("the disk is away")
        return clock.now

    def waits() -> None:
        until = time.monotonic() + 60
        while len(asked) < 8 and time.monotonic() < until:
            time.sleep(0.01)
        raise BadRetraining("enough")

    failure = work_on(job, replace(acting(bench, waits), clock=now)).failure
    assert failure is not None
    assert failure.detail == "enough"
    assert len(asked) >= 8
    assert "no sign of life could be given" in service_log.text


def test_gates_are_the_installation_s_own(settings: Settings, tmp_path: Path) -> None:
    """A file below JIFEN_HOME, or the illustrative ones; a name that is no file is told."""
    text = Path("training/gates/illustrative-2026.toml").read_text("utf-8")
    (tmp_path / "ours.toml").write_text(text.replace('name = "illustrative-2026"', 'name = "ours"'), "utf-8")
    assert gates_of(settings).used.name == "illustrative-2026"
    assert gates_of(replace(settings, gates="ours.toml")).used.name == "ours"
    with pytest.raises(BadSetting, match=r"JIFEN_GATES is 'theirs.toml'"):
        gates_of(replace(settings, gates="theirs.toml"))
