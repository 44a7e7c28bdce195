"""A long day: many decisions through the running service, in slices, with memory and latency looked at after each.

`python -m trials.soak --decisions 200000`. Memory is what each worker holds of its own; growth is the median slope over all pairs of slices
after the warm-up (Theil and Sen), over the whole of them, against the median. So one large slice does not decide, and a leak does.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from statistics import median

import click
import orjson

from benchmarks.load import post, run
from service.config import Settings
from trials.cluster import Cluster, free_port, has_postgresql
from trials.house import PRODUCTS, House, province, tokens_of
from trials.processes import resident_bytes
from trials.report import Outcome, conclude
from trials.supervised import Supervised, is_ready

__all__ = ["Soak", "growth", "main", "outcome", "soak"]

CONNECTIONS = 16
WITH_PLANS = 10
"""One request in so many asks what would change the answer: officers do, files do not."""
WARM = 0.2
"""Share of the slices that warm up: caches fill, pools open."""
GROWN, SLOWER = 0.05, 0.25
"""By how much memory and p99 may grow over the slices after the warm-up, in all."""
LONGEST = 120.0


@dataclass(slots=True)
class Slice:
    """What one part of the day took."""

    decisions: int
    failed: int
    per_second: float
    p50: float
    p99: float
    """Milliseconds."""
    workers: dict[str, int]
    """Bytes that each worker holds of its own, by process."""


@dataclass(slots=True)
class Soak:
    """The day so far."""

    slices: list[Slice] = field(default_factory=list)
    first_failure: str = ""

    @property
    def decisions(self) -> int:
        """Decisions answered."""
        return sum(one.decisions for one in self.slices)

    @property
    def warm(self) -> list[Slice]:
        """The slices after the warm-up."""
        return self.slices[int(len(self.slices) * WARM) :]


def growth(values: Sequence[float]) -> float:
    """Give the share by which a series grows from its first value to its last, by the median of the slopes of all pairs.

    Zero for fewer than three values: they say nothing.
    """
    if len(values) < 3:
        return 0.0
    slopes = [(b - a) / (j - i) for (i, a), (j, b) in combinations(enumerate(values), 2)]
    return median(slopes) * (len(values) - 1) / median(values)


def soak(house: House, *, decisions: int, slices: int, seconds: float, told: Callable[[Soak], None] = lambda _: None) -> Soak:
    """Load the service until `decisions` are made or `seconds` have passed."""
    requests = _requests(house, tokens_of(house.settings)["officer"][1])
    found, each, end = Soak(), max(1, decisions // slices), time.monotonic() + seconds
    with Supervised(house.settings) as service:
        deadline = time.monotonic() + LONGEST
        while not is_ready(house.settings.port):
            if time.monotonic() > deadline:
                raise RuntimeError(f"the service did not become ready; its log is {house.settings.home / 'service.log'}")
            time.sleep(0.1)
        while found.decisions < decisions and time.monotonic() < end:
            load = run(house.settings.port, requests, connections=CONNECTIONS, seconds=end - time.monotonic(), at_most=each)
            memory = {str(worker): resident_bytes(worker) or 0 for worker in service.workers}
            found.first_failure = found.first_failure or load.first_failure
            found.slices.append(Slice(load.ok, load.failed, load.per_second, load.percentile(0.5), load.percentile(0.99), memory))
            told(found)
    return found


def _requests(house: House, token: str) -> Callable[[int], bytes]:
    """Firms and products in turn; one request in ten looks for what would change the answer."""
    headers = {"Authorization": f"Bearer {token}"}
    asked = {"amount": 3_000_000, "term_months": 24, "as_of": house.as_of.isoformat()}
    posts = [
        post(
            "/v1/decisions",
            orjson.dumps({**asked, "firm_id": firm, "product": product, "recourse": (place + turn) % WITH_PLANS == 0}),
            headers,
        )
        for turn, product in enumerate(PRODUCTS)
        for place, firm in enumerate(house.firms)
    ]
    return lambda number: posts[number % len(posts)]


def outcome(name: str, found: Soak, *, wanted: int) -> Outcome:
    """Say whether memory and p99 stayed flat."""
    warm = found.warm
    stayed = set.intersection(*(set(one.workers) for one in found.slices)) if found.slices else set()
    memory = max((growth([one.workers[worker] for one in warm]) for worker in stayed), default=float("nan"))
    slower = growth([one.p99 for one in warm])
    figures: dict[str, float] = {
        "decisions": found.decisions,
        "failed": sum(one.failed for one in found.slices),
        "workers that did not stay": len({worker for one in found.slices for worker in one.workers} - stayed),
        "decisions a second, median": median(one.per_second for one in warm) if warm else float("nan"),
        "p50 ms, median": median(one.p50 for one in warm) if warm else float("nan"),
        "p99 ms, median": median(one.p99 for one in warm) if warm else float("nan"),
        "p99 growth %": 100 * slower,
        "memory growth %, worst worker": 100 * memory,
        "most memory of a worker, MB": max((size for one in found.slices for size in one.workers.values()), default=0) / 2**20,
    }
    wrong = [key for key in ("failed", "workers that did not stay") if figures[key]]
    wrong += ["memory growth %, worst worker"] if not memory < GROWN else []
    wrong += ["p99 growth %"] if not slower < SLOWER else []
    more = {"first failure": found.first_failure, "slices": [asdict(one) for one in found.slices]}
    return Outcome(name=name, figures=figures, more=more, wrong=wrong, is_whole=found.decisions >= wanted)


@click.command(context_settings={"max_content_width": 120})
@click.option("--decisions", default=200_000, show_default=True, type=click.IntRange(100))
@click.option("--database", default="sqlite", show_default=True, type=click.Choice(["sqlite", "postgresql"]))
@click.option("--slices", default=40, show_default=True, type=click.IntRange(5), help="Parts after each of which memory is looked at.")
@click.option("--minutes", default=60.0, show_default=True, help="Stop after so many minutes.")
@click.option("--home", default="var/trials", show_default=True, type=click.Path(path_type=Path), help="Folder to work in.")
@click.option("--fresh", is_flag=True, help="Build the province and the database anew.")
@click.option("--record", is_flag=True, help="Write the result to benchmarks/results as well.")
def main(decisions: int, database: str, slices: int, minutes: float, home: Path, *, fresh: bool, record: bool) -> None:
    """Make many decisions through gunicorn on loopback; memory and p99 must stay flat."""
    folder = home.resolve() / f"soak-{database}"
    if database == "postgresql" and not has_postgresql():
        raise click.ClickException("PostgreSQL's server is not installed; install the package postgresql, or try on SQLite")
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(folder / "cluster") if database == "postgresql" else None
    address = ""
    if cluster:
        cluster.start()
        address = cluster.address
    try:
        house = province(Settings(home=folder / "home", database_url=address, port=free_port(), log_level="ERROR"))
        found = soak(house, decisions=decisions, slices=slices, seconds=minutes * 60, told=_tell)
    finally:
        if cluster:
            cluster.stop()
    (folder / "soak.json").write_text(json.dumps(asdict(found), indent=1), "utf-8")
    conclude("soak", "A long day", __doc__ or "", [outcome(database, found, wanted=decisions)], record=record)


def _tell(found: Soak) -> None:
    one = found.slices[-1]
    held = ", ".join(f"{size / 2**20:.1f}" for size in one.workers.values())
    click.echo(f"{found.decisions:,} decisions, {one.per_second:.0f} a second, p99 {one.p99:.1f} ms, workers hold {held} MB", err=True)


if __name__ == "__main__":
    main()
