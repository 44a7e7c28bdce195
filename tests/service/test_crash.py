"""Real processes that append at once and are killed at a random moment: nothing acknowledged is lost, and the log verifies."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from builders_service import wait_until
from sqlalchemy import select

from service.clock import system_clock
from service.config import Settings
from service.ledger import Kind
from service.sealer import open_ring, open_sealer
from service.store import Store
from service.store.ledger import sealed_size, size_of
from service.store.models import DecisionRow, LedgerEntry
from service.use_cases.verify import verify
from service.witness import Witness

ROUNDS = int(os.environ.get("JIFEN_CRASH_ROUNDS", "3"))
"""Kills of each test; more of them with the variable, as in JIFEN_CRASH_ROUNDS=100."""
PROGRAM = Path(__file__).parents[1] / "programs" / "append_until_killed.py"
LONGEST = 180


def start(home: Path, database: str, told: Path) -> subprocess.Popen[bytes]:
    """Start a process whose lines go to a file of its own."""
    with told.open("wb") as sink:
        line = [sys.executable, str(PROGRAM), str(home), database]
        return subprocess.Popen(line, stdout=sink, cwd=Path(__file__).parents[2])


def acknowledged(told: Path) -> set[str]:
    """Give every whole line of a process; half a line was never told to anybody."""
    return set(told.read_text("ascii").split("\n")[:-1])


def test_r3_killed_at_any_moment_nothing_acknowledged_is_lost(store: Store, database: str, tmp_path: Path) -> None:
    """Two processes append; one is killed, then the other, at random moments; each round what is on record grows by all that was told."""
    chance = random.Random(20261123)
    settings = Settings(home=tmp_path, database_url=database)
    open_ring(store, settings)  # the keys of the log, as `jifen serve` makes them before its workers
    told: set[str] = set()
    for number in range(ROUNDS):
        files = [tmp_path / f"told-{number}-{place}" for place in range(2)]
        processes = [start(tmp_path, database, file) for file in files]
        wait_until(lambda files=files: all(acknowledged(file) for file in files), seconds=LONGEST)
        for process in processes:
            time.sleep(chance.uniform(0.0, 0.25))
            process.send_signal(signal.SIGKILL)
        assert [process.wait(LONGEST) for process in processes] == [-signal.SIGKILL] * 2
        told |= set().union(*(acknowledged(file) for file in files))
    open_sealer(store, settings, system_clock).seal_now()
    report = verify(store, open_ring(store, settings), Witness(settings.witness_folders))
    assert report.is_intact, report.findings
    with store.reading() as unit:
        on_record = set(unit.scalars(select(DecisionRow.decision_id)))
        entered = set(unit.scalars(select(LedgerEntry.subject).where(LedgerEntry.kind == Kind.DECISION)))
        assert sealed_size(unit) == size_of(unit)
    assert len(told) > ROUNDS
    assert told <= on_record
    assert on_record == entered
