"""What the ledger costs and what it gives: decisions recorded per second with and without it on both databases, verifying, replaying.

Decisions are real ones of a simulated province, made through the use case in process, so that neither HTTP nor the load generator
stands between. "Without" leaves out the entry, the seal and the witness; the decision, its evidence and its durable commit are the same.
PostgreSQL is measured where JIFEN_TEST_POSTGRES_URL names a server.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from unittest.mock import patch
from uuid import uuid4

import polars as pl
from sqlalchemy import create_engine, select, text

from benchmarks.report import Result, write_result
from features.vocabulary import Product
from service.artefacts import Shelf
from service.cli.province import prepare_province
from service.clock import system_clock
from service.config import Settings, settings_from
from service.desk import Desk, open_desk
from service.requests import DecisionRequest
from service.store import Store, open_store, upgrade
from service.store.models import Base
from service.tokens import Holder, Role
from service.use_cases.decide import decide_application
from service.use_cases.replay import replay, to_replay
from service.use_cases.verify import verify

__all__ = ["main"]

FIRMS, SEED, UNTIL = 8_000, 7, date(2026, 10, 31)
THREADS, ROUNDS, DECISIONS, ASKED = 16, 3, 2_000, 500
LONG = int(os.environ.get("JIFEN_BENCH_REPLAYS", "10000"))
PRODUCTS = (Product.STARTUP_CREDIT, Product.GROWTH_RELAY, Product.LOAN_INVESTMENT, Product.COMMON_GROWTH)
CARRIED = "blobs ingests evidence artefacts proposals proposal_verdicts releases ledger tree_tiles checkpoints"
HOLDER = Holder("0" * 12, Role.OFFICER)


def main() -> None:
    """Measure and report."""
    with TemporaryDirectory(prefix="jifen-bench-") as folder:
        settings = replace(settings_from({}), home=Path(folder), threads=THREADS, log_level="ERROR")
        prepare_province(settings, firms=FIRMS, seed=SEED, until=UNTIL, fresh=True)
        results, ratios = [], {}
        for name, place in _databases(settings):
            with_it, without = _rates(place)
            results += [
                Result(f"{name}, decisions a second with the ledger", {"per_second": with_it}),
                Result(f"{name}, decisions a second without", {"per_second": without}),
            ]
            ratios[f"{name}: with the ledger / without"] = with_it / without
        results += _examined(settings)
        results += _elsewhere(settings)
    about = __doc__.partition("\n\n")[2] if __doc__ else ""
    aims = dict.fromkeys(ratios, (0.8, "at least"))
    write_result("ledger", "The ledger: recording, verifying, replaying", about, results, ratios, aims)


def _databases(settings: Settings) -> Iterator[tuple[str, Settings]]:
    yield "SQLite", settings
    address = os.environ.get("JIFEN_TEST_POSTGRES_URL")
    if not address:
        print("PostgreSQL left out: JIFEN_TEST_POSTGRES_URL names no server")
        return
    with _schema(address) as place:
        there = replace(settings, database_url=place, witness=str(settings.home / "witness-postgresql"))
        _carry(settings, there)
        yield "PostgreSQL", there


@contextmanager
def _schema(address: str) -> Iterator[str]:
    name = f"bench_{uuid4().hex}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{name}"
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()


def _carry(settings: Settings, there: Settings, wanted: str = CARRIED) -> None:
    """Copy evidence, artefacts and releases to the other database."""
    source, target = open_store(settings.database), open_store(there.database)
    upgrade(target)
    for name in wanted.split():
        table = Base.metadata.tables[name]
        with source.reading() as unit:
            rows = [dict(row) for row in unit.execute(select(table)).mappings()]
        for start in range(0, len(rows), 1_000):
            with target.writing(silent=True) as unit:
                unit.execute(table.insert(), rows[start : start + 1_000])
    source.close()
    target.close()


def _rates(settings: Settings) -> tuple[float, float]:
    """Give decisions a second with the ledger and without, medians of rounds that took turns."""
    requests = _requests(settings)
    _rate(settings, requests[:ASKED])  # the indicators of the firms are computed once
    rounds = []
    for _ in range(ROUNDS):
        on = _rate(settings, requests)
        with patch("service.store.records.append", lambda *_: []), patch("service.sealer.Sealer.poke", lambda _: None):
            off = _rate(settings, requests)
        _forget_unentered(settings)
        rounds.append((on, off))
    return median(on for on, _ in rounds), median(off for _, off in rounds)


def _requests(settings: Settings) -> list[DecisionRequest]:
    firms = pl.read_parquet(settings.home / "evidence" / "firms.parquet")["firm_id"].to_list()[:ASKED]
    return [
        DecisionRequest(
            product=PRODUCTS[n % len(PRODUCTS)], amount=3_000_000, term_months=24, firm_id=firms[n % ASKED], as_of=UNTIL, recourse=False
        )
        for n in range(DECISIONS)
    ]


def _rate(settings: Settings, requests: list[DecisionRequest]) -> float:
    desk = open_desk(settings)
    try:
        _ = desk.active
        began = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(lambda asked: decide_application(desk, asked, HOLDER), requests))
        rate = len(requests) / (time.perf_counter() - began)
        desk.sealer.close()
        return rate
    finally:
        desk.store.close()


def _forget_unentered(settings: Settings) -> None:
    """Take off the decisions that were recorded without entries, so that the ledger verifies at the end."""
    store = open_store(settings.database)
    with store.writing(silent=True) as unit:
        unit.execute(text("DELETE FROM decisions WHERE decision_id NOT IN (SELECT subject FROM ledger WHERE kind = 'decision')"))
    store.close()


def _examined(settings: Settings) -> list[Result]:
    """Verify everything that was recorded on SQLite, and replay ten thousand decisions with what would change them."""
    desk = open_desk(settings)
    try:
        _fill(desk, settings)
        report = verify(desk.store, desk.sealer.keys, desk.sealer.witness)
        assert report.is_intact, report.findings
        seconds, count = _replayed(desk.store, settings)
    finally:
        desk.store.close()
    return [
        Result("verify the whole ledger", {"entries": report.entries, "decisions": report.decisions, "seconds": report.seconds}),
        Result("replay decisions, one process", {"decisions": count, "seconds": seconds, "ms_each": 1_000 * seconds / count}),
    ]


def _fill(desk: Desk, settings: Settings) -> None:
    missing = LONG - len(to_replay(desk.store))
    requests = _requests(settings)
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda n: decide_application(desk, requests[n % DECISIONS], HOLDER), range(max(0, missing))))
    desk.sealer.close()


def _elsewhere(settings: Settings) -> list[Result]:
    """Replay the same decisions in another process, in shuffled order, on PostgreSQL."""
    address = os.environ.get("JIFEN_TEST_POSTGRES_URL")
    if not address:
        return []
    with _schema(address) as place:
        _carry(settings, replace(settings, database_url=place), f"{CARRIED} decisions")
        command = [sys.executable, "-m", "benchmarks.ledger", str(settings.home / "elsewhere"), place]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": "1"})
    seconds, count = done.stdout.split()
    figures = {"decisions": int(count), "seconds": float(seconds), "ms_each": 1_000 * float(seconds) / int(count)}
    return [Result("replay the same in another process, shuffled, on PostgreSQL", figures)]


def replay_elsewhere(home: str, database: str) -> None:
    """Replay every decision of a database in shuffled order; prints seconds and how many were identical (all, or it fails)."""
    settings = Settings(home=Path(home), database_url=database)
    store = open_store(database)
    seconds, count = _replayed(store, settings, shuffled=True)
    store.close()
    print(seconds, count)


def _replayed(store: Store, settings: Settings, *, shuffled: bool = False) -> tuple[float, int]:
    shelf = Shelf(store, settings.home)
    numbers = to_replay(store, sample=LONG)
    if shuffled:
        Random(SEED).shuffle(numbers)
    began = time.perf_counter()
    for number in numbers:
        found = replay(store, shelf.of, number, system_clock)
        assert found is not None
        assert found.identical, found
    return time.perf_counter() - began, len(numbers)


if __name__ == "__main__":
    if sys.argv[1:]:
        replay_elsewhere(*sys.argv[1:])
    else:
        main()
