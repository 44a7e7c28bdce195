"""Retrainings on record: one at a time, each state reached once, and none that stays running when nobody works on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from builders_people import entries_of
from builders_retraining import JOB, PLAN, RISK, kept, outcome
from builders_service import Clock
from sqlalchemy.exc import IntegrityError

from service.apart import LATE
from service.errors import BadRetraining, InvalidRequest, RetrainingBusy, UnknownRetraining
from service.retraining.jobs import ask_retraining, mark_gone, newest_retrainings, refuse_first, settle, show_retraining
from service.retraining.plan import Plan
from service.store import Store
from service.store.retrainings import (
    Line,
    begin_retraining,
    end_retraining,
    find_retraining,
    keep_retraining,
    lines_of,
    note_line,
    see_retraining,
)


def test_who_what_and_why_is_entered_when_it_is_asked_for_and_when_it_ends(store: Store, clock: Clock) -> None:
    """Two entries about one subject: the start by the person, the end by the program, with hashes and verdicts."""
    job = ask_retraining(store, clock, PLAN, RISK)
    assert (job.state, job.actor, job.plan.reason) == ("queued", RISK, "a quarter has passed")
    with store.writing() as unit:
        assert end_retraining(unit, job.job_id, clock.now, outcome=outcome(proposal_id="P"))
    started, ended = entries_of(store, "retraining")
    assert (started.subject, ended.subject) == (job.job_id, job.job_id)
    assert (started.actor.id, ended.actor.id) == ("the.risk", "retraining")
    assert started.said["plan"]["reason"] == "a quarter has passed"
    assert (ended.said["state"], ended.said["outcome"]["proposal_id"], ended.said["error"]) == ("done", "P", None)
    assert ended.said["outcome"]["models"][0]["held_back_by"] == ["ranks"]


def test_only_one_waits_or_runs(store: Store, clock: Clock) -> None:
    """A second one is refused and names the first; past the check, the database refuses it too."""
    first = ask_retraining(store, clock, PLAN, RISK)
    with pytest.raises(RetrainingBusy, match=f"{first.job_id}, started by the.risk, is queued"):
        ask_retraining(store, clock, PLAN, RISK)
    with pytest.raises(IntegrityError), store.writing() as unit:
        keep_retraining(unit, job_id=JOB, plan=PLAN, actor=RISK, now=clock.now)
    with store.writing() as unit:
        assert end_retraining(unit, first.job_id, clock.now, outcome=outcome())
    assert ask_retraining(store, clock, PLAN, RISK).job_id != first.job_id


def test_a_reason_is_needed(store: Store, clock: Clock) -> None:
    """Blanks are none."""
    with pytest.raises(InvalidRequest, match="the reason has 0 characters"):
        ask_retraining(store, clock, PLAN.model_copy(update={"reason": "  "}), RISK)
    assert newest_retrainings(store, clock, 5) == []


def test_a_plan_names_each_model_once() -> None:
    """Its steps follow its models."""
    with pytest.raises(ValueError, match="name each once"):
        Plan(reason="x", segments=("startup", "startup"))
    assert Plan(reason="x", segments=("growth",)).steps == ("evidence", "train-growth", "register-growth", "validate-growth", "propose")


def test_it_is_taken_up_once_and_ends_once(store: Store, clock: Clock) -> None:
    """Whoever comes second changes nothing and is told so."""
    number = kept(store, clock.now)
    with store.writing() as unit:
        assert not see_retraining(unit, number, clock.now)
        assert begin_retraining(unit, number, host="h", pid=1, now=clock.now)
        assert not begin_retraining(unit, number, host="h", pid=2, now=clock.now)
        assert see_retraining(unit, number, clock.now)
        assert end_retraining(unit, number, clock.now, outcome=outcome())
        assert not end_retraining(unit, number, clock.now, outcome=outcome())
        assert not note_line(unit, number, Line(clock.now, "propose", ""), most=5)
        assert not see_retraining(unit, number, clock.now)
    assert len(entries_of(store, "retraining")) == 2
    assert not mark_gone(store, number, clock.now, "it")


def test_the_log_is_bounded_and_says_so(store: Store, clock: Clock) -> None:
    """The last line that fits says that more is not kept; the step goes on being told."""
    number = kept(store, clock.now)
    with store.writing() as unit:
        begin_retraining(unit, number, host="h", pid=1, now=clock.now)
        for place in range(5):
            assert note_line(unit, number, Line(clock.now, f"step-{place}", "x" * 500), most=3)
    with store.reading() as unit:
        lines, job = lines_of(unit, number), find_retraining(unit, number)
    assert [line.said for line in lines] == ["x" * 400, "x" * 400, "the log is full; what follows is not kept"]
    assert job is not None
    assert job.step == "step-4"


@pytest.mark.parametrize("state", ["queued", "running"])
def test_one_without_a_sign_of_life_is_marked_failed_with_the_remedy(store: Store, clock: Clock, state: str) -> None:
    """Whoever looks marks it; until then it stands as it was told last, and a new one can start afterwards."""
    number = kept(store, clock.now, state=state)
    clock.now += LATE
    assert show_retraining(store, clock, number).job.state == state
    clock.now += timedelta(seconds=1)
    (job,) = newest_retrainings(store, clock, 5)
    assert (job.state, job.is_open) == ("failed", False)
    assert job.failure is not None
    assert job.failure.code == "worker-gone"
    assert "nothing was proposed; start it again" in job.failure.detail
    assert ("process 1 on elsewhere" if state == "running" else "that was to take it up") in job.failure.detail
    assert entries_of(store, "retraining")[-1].said["error"]["code"] == "worker-gone"
    assert ask_retraining(store, clock, PLAN, RISK).state == "queued"


def test_a_dead_process_of_this_machine_is_noticed_at_once(store: Store, clock: Clock) -> None:
    """No wait for a sign of life; one that lives, or that belongs to somebody else, is left alone."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for pid, state in ((os.getpid(), "running"), (1, "running"), (gone.pid, "failed")):
        number = kept(store, clock.now, job_id=f"{pid:0>26}")
        with store.writing() as unit:
            begin_retraining(unit, number, host=socket.gethostname(), pid=pid, now=clock.now)
        assert show_retraining(store, clock, number).job.state == state
        with store.writing() as unit:
            end_retraining(unit, number, clock.now, outcome=outcome())
    settle(store, clock)


def test_one_that_is_not_there_is_told(store: Store, clock: Clock) -> None:
    """With what lists those that are."""
    with pytest.raises(UnknownRetraining, match="GET /v1/retrainings lists"):
        show_retraining(store, clock, "nothing")


def test_before_a_first_release_the_command_line_is_needed(store: Store) -> None:
    """For it takes peers, which only a command line names."""
    with pytest.raises(BadRetraining, match="--reference FILE"):
        refuse_first(store)
