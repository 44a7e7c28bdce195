"""Processes that make parts side by side: each opens what it needs by itself, from a wish that is a plain value."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from service.clock import system_clock
from service.config import Settings
from service.domain import Purpose
from service.domain.allocation import load_plan, shipped_plan
from service.errors import PortfolioRefused
from service.in_force import load_in_force
from service.portfolio.offers import Bench
from service.portfolio.run import Made, Run
from service.portfolio.screen import Grid
from service.portfolio.sources import Filed, Folder, Source
from service.portfolio.standing import Standing
from service.store import Store, open_store
from service.switchboard import Switchboard
from service.use_cases.reviews import every_review_order

__all__ = ["Wish", "bench_of", "made_by", "opened"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a run is asked, in values that travel to another process; `evidence` None takes what is on file."""

    settings: Settings
    evidence: Path | None
    folder: Path
    as_of: date
    today: date
    amount: int
    term_months: int
    purpose: Purpose | None = None
    plan: Path | None = None
    size: int = 20_000
    with_offers: bool = True
    release_id: str | None = None
    """The release that decides; None takes the one in force."""


@contextmanager
def opened(wish: Wish) -> Iterator[Run]:
    """Open what the wish names. `PortfolioRefused` where another release has come into force since it was made."""
    settings = wish.settings
    store = open_store(settings.database, connections=2, lock_seconds=settings.lock_seconds)
    try:
        yield Run(_source(wish, store), bench_of(wish, store), wish.folder, wish.with_offers)
    finally:
        store.close()


def _source(wish: Wish, store: Store) -> Source:
    if wish.evidence is None:
        return Filed(store, wish.size)
    return Folder(wish.evidence, wish.folder / ".work", wish.size, wish.today)


def bench_of(wish: Wish, store: Store) -> Bench:
    """Load what decides now, the orders in force and the plan."""
    active = load_in_force(store, wish.settings.home, system_clock)
    if wish.release_id not in {None, active.release_id}:
        raise PortfolioRefused(f"release {active.release_id} came into force while a run under {wish.release_id} was under way; begin anew")
    with store.reading() as unit:
        reviews = every_review_order(unit)
    standing = Standing(
        as_of=wish.as_of,
        amount=wish.amount,
        term_months=wish.term_months,
        purpose=wish.purpose,
        orders=Switchboard(store, seconds=0).orders,
        reviews=reviews,
    )
    plan = shipped_plan() if wish.plan is None else load_plan(wish.plan.read_text("utf-8"), source=wish.plan.name)
    return Bench(active, standing, plan, Grid(active.policy))


_RUNS: dict[Wish, Run] = {}
"""The run of a worker's process, opened with its first part: what keeps it from opening is then told like any other failure."""


def _make(wish: Wish, number: int) -> tuple[int, Made]:
    if wish not in _RUNS:
        _RUNS[wish] = opened(wish).__enter__()
    return number, _RUNS[wish].make(number)


def made_by(wish: Wish, run: Run, workers: int, numbers: Iterable[int]) -> Iterator[tuple[int, Made]]:
    """Make parts, here or in `workers` processes; parts come as they are done."""
    asked = list(numbers)
    if workers < 2 or len(asked) < 2:
        yield from ((number, run.make(number)) for number in asked)
        return
    os.environ["POLARS_MAX_THREADS"] = "1"  # of the processes to come: they share the cores already
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    with pool:
        try:
            for one in as_completed([pool.submit(_make, wish, number) for number in asked]):
                yield one.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
