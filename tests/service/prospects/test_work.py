"""A list of leads made from the evidence on file: the same as the command's, resumed where it stood, and one whose maker dies."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from typing import Any

import polars as pl
import pytest
from builders_core import core_release
from builders_releases import office_of, released, wanted
from builders_service import Clock
from polars.testing import assert_frame_equal

from features.vocabulary import Product
from service.clock import system_clock
from service.config import Settings
from service.domain import shipped_policy
from service.errand import NICENESS, Errand, Launcher, run_errand
from service.errors import Gone, WrongState
from service.ledger import Actor
from service.portfolio.crew import Wish, opened
from service.portfolio.leads import leads_of
from service.portfolio.rows import rows_of
from service.portfolio.run import built
from service.prospects import __main__ as process
from service.prospects import work
from service.prospects.jobs import LEADS, ask_leads, file_of, log_of, mark_gone, show_leads
from service.prospects.plan import LeadsFound, LeadsPlan
from service.serving import environment_of
from service.store import Store
from service.store.leads_runs import FILES_KEPT, KeptLeads, begin_leads, end_leads
from service.uploads import Evidence
from service.use_cases.ingest import ingest
from training.simulate import simulate

RISK = Actor(kind="person", id="the.risk", role="risk")
AS_OF, TODAY = date(2026, 6, 30), date(2026, 11, 25)
PLAN = LeadsPlan(as_of=AS_OF, amount=3_000_000, term_months=24)


@pytest.fixture(scope="module")
def tables() -> Any:
    return simulate(firms=60, seed=11, until=AS_OF).tables


@pytest.fixture
def home(store: Store, settings: Settings, folders: Path, tables: Any) -> Settings:
    """A release in force, and sixty simulated firms on file."""
    released(office_of(store, settings.home, system_clock), core_release(folders))
    ingest(store, system_clock, Evidence(tables, "none"), actor=RISK, source="a test")
    return settings


def asked(store: Store, plan: LeadsPlan = PLAN) -> KeptLeads:
    return ask_leads(store, system_clock, plan, RISK, policy=shipped_policy(), today=TODAY)


def the_list(settings: Settings) -> pl.DataFrame:
    """What the rows of all firms say, in one go."""
    wish = Wish(
        settings=settings, evidence=None, folder=settings.home, as_of=AS_OF, today=TODAY, amount=3_000_000, term_months=24, size=1_000
    )
    with opened(wish) as own:
        rows = rows_of(built(own.source.read(0), own.bench), own.bench)
    products = [str(row.product) for row in shipped_policy().products]
    return leads_of([rows], products, top=1_000)


def test_the_list_is_the_one_the_rows_make(store: Store, home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """In chunks or at once, the same leads; its file has the hash on record, the rows of the firms are gone, the ledger knows."""
    monkeypatch.setattr(work, "CHUNK", 25)
    job = asked(store)
    ended = work.work_on(job, store, home, system_clock)
    assert (ended.state, ended.share_bp, ended.failure, ended.has_file) == ("done", 10_000, None, True)
    content = file_of(store, system_clock, job.job_id)
    leads = pl.read_parquet(io.BytesIO(content))
    assert leads.height > 0
    assert_frame_equal(leads, the_list(home))
    assert ended.found is not None
    assert ended.found.sha256 == f"sha256:{sha256(content).hexdigest()}"
    assert (ended.found.firms, sum(one.leads for one in ended.found.products)) == (60, leads.height)
    assert "simulated_data" in ended.found.warnings
    assert ended.found.policy == shipped_policy().hash
    assert not (home.home / "leads" / "rows").exists()


def test_products_and_top_narrow_it(store: Store, home: Settings) -> None:
    """Only the products that were named, and of each only the best."""
    job = asked(store, PLAN.model_copy(update={"products": (Product.STARTUP_CREDIT,), "top": 2}))
    ended = work.work_on(job, store, home, system_clock)
    assert ended.found is not None
    assert [(one.product, one.leads <= 2) for one in ended.found.products] == [("startup-credit", True)]


def test_one_that_broke_off_goes_on_where_it_stood(store: Store, home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that are done are not made again by the same question; another one clears them away."""
    monkeypatch.setattr(work, "CHUNK", 25)
    made: list[int] = []

    def counted(limit: int) -> Any:
        @contextmanager
        def opening(wish: Wish) -> Iterator[Any]:
            with opened(wish) as own:
                yield replace(own, source=Breaking(own.source, made, limit))

        return opening

    monkeypatch.setattr(work, "opened", counted(2))
    first = asked(store)
    with pytest.raises(MemoryError):
        work.work_on(first, store, home, system_clock)
    broken = show_leads(store, system_clock, first.job_id)
    assert broken.failure is not None
    assert "MemoryError: no room; ask for the same again: it goes on where it stood" in broken.failure.detail
    with pytest.raises(WrongState, match="is failed, so it has no file"):
        file_of(store, system_clock, first.job_id)
    monkeypatch.setattr(work, "opened", counted(100))
    assert work.work_on(asked(store), store, home, system_clock).state == "done"
    assert made == [0, 1, 2, 2]


class Breaking:
    """A source that breaks at a chunk, and notes which were asked for."""

    def __init__(self, source: Any, made: list[int], limit: int) -> None:
        self._source, self._made, self._limit = source, made, limit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def read(self, number: int) -> Any:
        self._made.append(number)
        if number >= self._limit:
            raise MemoryError("no room")
        return self._source.read(number)


def test_rows_of_another_question_are_cleared_away(store: Store, home: Settings) -> None:
    """Nobody will come back for them."""
    stray = home.home / "leads" / "rows" / "other"
    stray.mkdir(parents=True)
    here = work._only(home.home / "leads" / "rows", {"amount": 1})
    assert not stray.exists()
    assert here.parent == stray.parent


def test_without_firms_it_is_an_empty_list(store: Store, settings: Settings, folders: Path) -> None:
    """Every product with no lead, and a file with its columns."""
    released(office_of(store, settings.home, system_clock), wanted(folders))
    job = asked(store)
    ended = work.work_on(job, store, settings, system_clock)
    assert ended.found is not None, ended.failure
    assert {one.leads for one in ended.found.products} == {0}
    assert "income_fen" in pl.read_parquet(io.BytesIO(file_of(store, system_clock, job.job_id))).columns


def test_without_a_release_it_fails_and_says_so(store: Store, settings: Settings) -> None:
    """The reason and its code are on record."""
    ended = work.work_on(asked(store), store, settings, system_clock)
    assert ended.failure is not None
    assert (ended.state, ended.failure.code) == ("failed", "not-ready")


def test_one_that_was_given_up_stops_and_keeps_nothing(store: Store, home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """It finds out at its next word; and nobody takes up what has ended."""
    job = asked(store)

    def given_up(wish: Wish) -> Any:
        mark_gone(store, job.job_id, system_clock(), "a test says so")
        return opened(wish)

    monkeypatch.setattr(work, "opened", given_up)
    ended = work.work_on(job, store, home, system_clock)
    assert ended.failure is not None
    assert (ended.state, ended.failure.code, ended.has_file) == ("failed", "worker-gone", False)
    with pytest.raises(WrongState, match="was taken up or has ended already"):
        work.work_on(job, store, home, system_clock)


def test_a_second_one_waits_until_the_first_has_ended(store: Store, home: Settings) -> None:
    """Who holds the place and how it stands is said; a silent one is marked failed by whoever looks, and the place is free."""
    first = asked(store)
    with pytest.raises(WrongState, match=rf"list {first.job_id}, asked for by the\.risk, is queued"):
        asked(store)
    later = Clock(system_clock() + timedelta(seconds=91))
    shown = show_leads(store, later, first.job_id)
    assert shown.failure is not None
    assert "that was to take it up" in shown.failure.detail
    assert "ask for the same again" in shown.failure.detail
    assert asked(store).is_open


def test_files_of_old_lists_go(store: Store) -> None:
    """The newest stay; one that is gone says how many are kept."""
    numbers = []
    for _ in range(FILES_KEPT + 1):
        job = asked(store)
        numbers.append(job.job_id)
        with store.writing() as unit:
            begin_leads(unit, job.job_id, host="elsewhere", pid=1, now=system_clock())
            assert end_leads(unit, job.job_id, system_clock(), made=(FOUND, b"bytes"))
            assert not end_leads(unit, job.job_id, system_clock(), made=(FOUND, b"bytes"))
    with pytest.raises(Gone, match=f"the newest {FILES_KEPT} lists are kept"):
        file_of(store, system_clock, numbers[0])
    assert [file_of(store, system_clock, number) for number in numbers[1:]] == [b"bytes"] * FILES_KEPT


FOUND = LeadsFound(
    firms=0, products=(), warnings=(), sha256="x", evidence="e", models={}, scheme="s", reference=None, policy="p", plan="c", program="0"
)


def waited(thread: Thread | None) -> None:
    assert thread is not None
    thread.join(60)
    assert not thread.is_alive()


def test_a_process_of_its_own_makes_it(store: Store, home: Settings) -> None:
    """A real one, started as the service does."""
    job = asked(store)
    waited(Launcher(LEADS, store, home, system_clock).start(job.job_id))
    ended = show_leads(store, system_clock, job.job_id)
    assert ended.state == "done", log_of(home.home, job.job_id).read_text("utf-8")
    assert ended.pid is not None


def test_a_process_that_is_killed_leaves_it_failed_at_once(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who started it waits for it and marks what it could not; the remedy is named, and the place is free again."""
    job = asked(store)
    monkeypatch.setattr(Errand, "command", lambda _errand, _job: [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"])
    waited(Launcher(LEADS, store, settings, system_clock).start(job.job_id))
    failure = show_leads(store, system_clock, job.job_id).failure
    assert failure is not None
    assert "ended with code -9; ask for the same again: it goes on where it stood" in failure.detail
    assert asked(store).is_open


def test_main_yields_to_others_and_tells_by_its_code(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It lowers its priority, works, and ends with 1 where the job failed."""
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    given: list[int] = []
    monkeypatch.setattr("os.nice", given.append)
    monkeypatch.setattr("service.errand.OWN_SCORE", tmp_path / "oom_score_adj")
    monkeypatch.setattr("service.errand.write_logs", lambda _level: None)
    job = asked(store)
    assert process.main([job.job_id]) == 1
    assert given == [NICENESS]
    assert show_leads(store, system_clock, job.job_id).state == "failed"


def test_one_that_takes_too_long_is_ended(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The record says so before the process goes."""
    monkeypatch.setattr("os.nice", lambda _by: None)
    monkeypatch.setattr("service.errand.OWN_SCORE", tmp_path / "oom_score_adj")
    monkeypatch.setattr("service.errand.write_logs", lambda _level: None)
    number, left = asked(store).job_id, list[int]()
    over = Event()

    def leave(code: int) -> None:
        left.append(code)
        over.set()

    slow = replace(LEADS, minutes=lambda _settings: 0.0005)
    assert run_errand(slow, number, settings, system_clock, lambda _store: not over.wait(60), leave=leave) == 1
    assert left == [1]
    failure = show_leads(store, system_clock, number).failure
    assert failure is not None
    assert "was not done within 0.0005 minutes (JIFEN_LEADS_MINUTES)" in failure.detail
