"""Sudden deaths under load: kill -9 of workers, of the service and of its database, and then hold what was answered to the record.

`python -m trials.crash --rounds 100 --database both`. Each round kills something at a random moment while callers ask for decisions. The
round ends when a request that was sent after the death is answered, and every answer of the round is looked up on record. A run that is
cut off goes on where it was.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

import click

from service.config import Settings
from service.store import open_store
from service.tokens import parse
from trials.books import lost_of, whole_audit
from trials.callers import Acknowledged, Callers
from trials.cluster import Cluster, free_port
from trials.house import House, province, tokens_of
from trials.processes import holder_of
from trials.report import Outcome, conclude
from trials.supervised import Supervised, is_ready

__all__ = ["Crash", "crash", "main", "outcome"]

DEATHS = {
    "sqlite": ("worker", "writer", "service", "everything"),
    "postgresql": ("worker", "service", "everything", "backend", "postmaster", "server"),
}
"""Who is killed: any worker; the worker that holds the database for writing; the service's first process; all of its processes; a process
of the database server; its first process; all of them."""
CALLERS, ANSWERS = 6, 4
WRONG = (
    "lost",
    "decided twice",
    "answered differently",
    "never answered",
    "unknown to the ledger",
    "findings of verify",
    "did not come back",
)
STEADY = 10
LONGEST = 120.0
"""Seconds within which the service must answer again."""
MOMENT = (0.05, 1.2)


@dataclass(slots=True)
class Crash:
    """What became of the rounds so far."""

    database: str
    rounds: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    recovery: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from each death until answers are given again, to callers and on every fresh connection, by who died."""
    lost: list[str] = field(default_factory=list)
    trouble: dict[str, int] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    """Keys that were answered with one decision and then with another."""
    unanswered: list[str] = field(default_factory=list)
    did_not_return: int = 0


@dataclass(slots=True)
class Scene:
    """Everything that may be killed."""

    house: House
    service: Supervised
    cluster: Cluster | None
    dice: random.Random

    def kill(self, who: str) -> None:
        """Kill one of `DEATHS`; what is gone already is left alone."""
        with suppress(ProcessLookupError, FileNotFoundError, IndexError):
            if who == "worker":
                os.kill(self.dice.choice(self.service.workers), signal.SIGKILL)
            elif who == "writer":
                os.kill(self._writer(), signal.SIGKILL)
            elif who == "service" and self.service.master is not None:
                os.kill(self.service.master, signal.SIGKILL)
            elif who == "everything":
                self.service.kill_all()
            elif self.cluster is not None:
                self._kill_database(self.cluster, who)

    def _kill_database(self, cluster: Cluster, who: str) -> None:
        if who == "backend":
            cluster.kill_backend(self.dice)
            return
        if who == "postmaster":
            cluster.kill_postmaster()
        else:
            cluster.kill_server()
        cluster.start()

    def _writer(self) -> int:
        """Wait for a worker that holds the database for writing."""
        turn = Path(self.house.settings.database.removeprefix("sqlite:///") + "-turn")
        end = time.monotonic() + 2
        while time.monotonic() < end:
            holder = holder_of(turn)
            if holder in self.service.workers:
                return int(holder or 0)
        raise ProcessLookupError


def crash(
    house: House,
    cluster: Cluster | None,
    *,
    rounds: int,
    seed: int,
    seconds: float,
    deaths: Sequence[str] = (),
    told: Callable[[Crash], None] = lambda _: None,
) -> Crash:
    """Go on with the rounds that are on file in the house until there are `rounds` of them, or `seconds` have passed.

    `deaths` are those of the rounds in turn, all of the database's where none are named.
    """
    database = "postgresql" if cluster else "sqlite"
    whose = deaths or DEATHS[database]
    file = house.settings.home / "crash.json"
    state = Crash(**json.loads(file.read_text("utf-8"))) if file.exists() else Crash(database)
    end = time.monotonic() + seconds
    token = tokens_of(house.settings)["officer"][1]
    number = parse(token)
    state.tokens.append(number.token_id if number else "")
    dice = random.Random(seed + state.rounds)
    callers = Callers(house, token, house.settings.home / "answers.tsv", dice)
    with Supervised(house.settings) as service:
        scene = Scene(house, service, cluster, dice)
        _await(lambda: is_ready(house.settings.port), LONGEST)
        callers.start(CALLERS)
        try:
            while state.rounds < rounds and time.monotonic() < end and not state.did_not_return:
                _round(scene, callers, state, whose[state.rounds % len(whose)])
                _note(state, callers)
                file.write_text(json.dumps(asdict(state), indent=1), "utf-8")
                told(state)
        finally:
            callers.finish()
            _note(state, callers)
            file.write_text(json.dumps(asdict(state), indent=1), "utf-8")
    return state


def _note(state: Crash, callers: Callers) -> None:
    """Move what the callers met into the state, which outlives this run."""
    for kind, times in list(callers.trouble.items()):
        state.trouble[kind] = state.trouble.get(kind, 0) + callers.trouble.pop(kind, times)
    state.differing += [callers.differing.pop() for _ in list(callers.differing)]
    state.unanswered += [callers.unanswered.pop() for _ in list(callers.unanswered)]


def _round(scene: Scene, callers: Callers, state: Crash, who: str) -> None:
    before = callers.snapshot()
    _await(lambda: len(callers.snapshot()) >= len(before) + ANSWERS, LONGEST)
    time.sleep(scene.dice.uniform(*MOMENT))
    scene.kill(who)
    died = time.monotonic()
    if _await(lambda: callers.newest > died, LONGEST) and _await(lambda: _is_steady(scene), LONGEST):
        state.recovery.setdefault(who, []).append(round(time.monotonic() - died - STEADY * 0.1, 3))
    else:
        state.did_not_return += 1
    state.rounds += 1
    state.kills[who] = state.kills.get(who, 0) + 1
    answers = callers.snapshot()
    state.lost += _lost(scene.house.settings, [one for key, one in answers.items() if key not in before])


def _is_steady(scene: Scene) -> bool:
    """Are all workers there, and is one fresh connection after the other answered within a second?"""
    settings = scene.house.settings
    for _ in range(STEADY):
        if len(scene.service.workers) < settings.workers or not is_ready(settings.port, timeout=1):
            return False
        time.sleep(0.1)
    return True


def _lost(settings: Settings, answers: list[Acknowledged]) -> tuple[str, ...]:
    store = open_store(settings.database, connections=1, lock_seconds=settings.lock_seconds)
    try:
        return lost_of(store, answers)
    finally:
        store.close()


def _await(holds: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def outcome(house: House, state: Crash, *, wanted: int) -> Outcome:
    """Hold every answer of all runs to the record, and say what came of the rounds."""
    books = Callers(house, "", house.settings.home / "answers.tsv", random.Random(0))
    audit = whole_audit(house.settings, tuple(books.answers.values()), state.tokens)
    lost = {*state.lost, *audit.lost}
    figures: dict[str, float] = {
        "rounds": state.rounds,
        "acknowledged": len(books.answers),
        "on record": audit.on_record,
        "lost": len(lost),
        "decided twice": audit.doubled,
        "answered differently": len(state.differing),
        "never answered": len(state.unanswered),
        "unknown to the ledger": audit.unentered,
        "findings of verify": len(audit.findings),
        "did not come back": state.did_not_return,
        "answers 500": sum(count for kind, count in state.trouble.items() if kind.startswith("500")),
        **{f"answers again after death of {who}, median s": median(times) for who, times in state.recovery.items()},
        "answers again after, longest s": max((max(times) for times in state.recovery.values()), default=0.0),
    }
    wrong = [name for name in WRONG if figures[name]]
    return Outcome(
        name=state.database,
        figures=figures,
        more={"kills": state.kills, "answers that were none": state.trouble, "findings": list(audit.findings), "lost": sorted(lost)},
        wrong=wrong,
        is_whole=state.rounds >= wanted,
    )


@contextmanager
def _standing(database: str, folder: Path) -> Iterator[tuple[House, Cluster | None]]:
    home = folder / f"crash-{database}"
    home.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(folder / "crash-cluster") if database == "postgresql" else None
    if cluster:
        cluster.start()
    settings = Settings(home=home / "home", database_url=cluster.address if cluster else "", port=free_port(), threads=8, log_level="ERROR")
    try:
        yield province(settings), cluster
    finally:
        if cluster:
            cluster.stop()


@click.command(context_settings={"max_content_width": 120})
@click.option("--rounds", default=100, show_default=True, type=click.IntRange(1), help="Deaths on each database.")
@click.option("--database", default="both", show_default=True, type=click.Choice(["sqlite", "postgresql", "both"]))
@click.option("--minutes", default=60.0, show_default=True, help="Stop after so many minutes on each database.")
@click.option("--seed", default=20261125, show_default=True, help="Of who is killed when.")
@click.option("--home", default="var/trials", show_default=True, type=click.Path(path_type=Path), help="Folder to work in.")
@click.option("--fresh", is_flag=True, help="Start anew instead of going on where the last run was.")
@click.option("--record", is_flag=True, help="Write the result to benchmarks/results as well.")
def main(rounds: int, database: str, minutes: float, seed: int, home: Path, *, fresh: bool, record: bool) -> None:
    """Kill workers, the service and its database at random moments under load; nothing that was answered may be lost."""
    found = []
    for one in ("sqlite", "postgresql") if database == "both" else (database,):
        if fresh:
            shutil.rmtree(home / f"crash-{one}", ignore_errors=True)
            shutil.rmtree(home / "crash-cluster", ignore_errors=True) if one == "postgresql" else None
        with _standing(one, home.resolve()) as (house, cluster):
            state = crash(house, cluster, rounds=rounds, seed=seed, seconds=minutes * 60, told=_tell)
            found.append(outcome(house, state, wanted=rounds))
    conclude("crash", "Sudden deaths under load", __doc__ or "", found, record=record)


def _tell(state: Crash) -> None:
    longest = {who: max(times) for who, times in state.recovery.items()}
    click.echo(
        f"{state.database}: {state.rounds} rounds, back after at most {longest} s, lost {len(state.lost)}, {state.trouble}", err=True
    )


if __name__ == "__main__":
    main()
