"""Hostile files at every door that takes files or JSON: refused by name, nothing loaded in part, nobody else kept waiting."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median

import orjson
import polars as pl
from sqlalchemy import func, select
from urllib3.filepost import encode_multipart_formdata

from service.store import Store, open_store
from service.store.models import EvidenceVersion, Ingest
from trials.bystander import Bystander
from trials.hostile_packs import JSON, PACKS
from trials.hostile_tables import CSV, PARQUET
from trials.house import House
from trials.supervised import Supervised

__all__ = ["FileFuzz", "fuzz_files", "good_files"]

SAMPLES = Path(__file__).parents[1] / "data_samples"
TABLES = ("firms", "financials", "patents", "talent", "contracts", "conduct")
FIRMS = 12
LIMIT_SECONDS = 30.0
"""Longest any hostile file may keep its own sender waiting."""
TIMEOUT = 120.0
QUIET = 3.0
CREATED, SERVER_ERROR = 201, 500
Sent = tuple[str, bytes, str]
"""Path, body and content type."""
Files = Mapping[str, bytes]


@dataclass(slots=True)
class FileFuzz:
    """What became of the files: answers by kind of mutation, and whatever was not as it must be."""

    sent: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    """Longest answer in seconds, by mutation."""
    wrong: dict[str, str] = field(default_factory=dict)
    quiet: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    """The bystander's answers in milliseconds, before and meanwhile."""
    refused: list[str] = field(default_factory=list)
    most_bytes: int = 0
    deaths: int = 0

    @property
    def slowed(self) -> float:
        """By what factor the bystander's median answer takes longer meanwhile."""
        return median(self.busy) / median(self.quiet) if self.busy and self.quiet else float("nan")


@dataclass(frozen=True, slots=True)
class Doors:
    """The good files and bodies, and how each door takes them."""

    files: Files
    firm: bytes
    decision: bytes

    def mutations(self) -> dict[str, Callable[[random.Random], Sent]]:
        """Every mutation at every door it fits."""
        made: dict[str, Callable[[random.Random], Sent]] = {}
        for name, change in CSV.items():
            made[f"{name} to /v1/ingests"] = lambda dice, change=change: self._loading(change, dice, ".csv")
        for name, change in PARQUET.items():
            made[f"{name} to /v1/ingests"] = lambda dice, change=change: self._loading(change, dice, ".parquet")
        for name, change in CSV.items():
            made[f"{name} to /apply/evidence"] = lambda dice, change=change: self._form("/apply/evidence", change, dice)
        for name, pack in PACKS.items():
            made[f"{name} to /apply/evidence"] = lambda dice, pack=pack: self._pack("/apply/evidence", pack(self.files, dice))
            made[f"{name} to /batches"] = lambda dice, pack=pack: self._pack("/batches", pack(self.files, dice))
        for name, change in CSV.items():
            made[f"{name} to /batches"] = lambda dice, change=change: self._form("/batches", change, dice)
        for name, change in JSON.items():
            made[f"{name} to /v1/firms"] = lambda dice, change=change: ("/v1/firms", change(self.firm, dice), "application/json")
            made[f"{name} to /v1/decisions"] = lambda dice, change=change: (
                "/v1/decisions",
                change(self.decision, dice),
                "application/json",
            )
        made["a form of many parts to /v1/ingests"] = self._parts
        return made

    def _loading(self, change: Callable[[bytes, random.Random], bytes], dice: random.Random, suffix: str) -> Sent:
        hit = dice.choice(TABLES)
        fields = []
        for name, content in self.files.items():
            is_hit = name == f"{hit}.csv"
            sent = f"{hit}{suffix}" if is_hit else name
            fields.append((name.removesuffix(".csv"), (sent, change(content, dice) if is_hit else content)))
        return ("/v1/ingests", *encode_multipart_formdata(fields))

    def _form(self, path: str, change: Callable[[bytes, random.Random], bytes], dice: random.Random) -> Sent:
        fields = [("files", (name, change(content, dice) if name == "firms.csv" else content)) for name, content in self.files.items()]
        return (path, *encode_multipart_formdata(fields))

    def _pack(self, path: str, content: bytes) -> Sent:
        return (
            path,
            *encode_multipart_formdata([("files", ("evidence.zip", content)), ("envelope", "1000000"), ("product", "loan-investment")]),
        )

    def _parts(self, dice: random.Random) -> Sent:
        fields = [(f"f{number}", "x") for number in range(dice.choice((999, 1001, 20_000)))]
        return ("/v1/ingests", *encode_multipart_formdata(fields))


def good_files() -> Files:
    """Evidence of a few firms of the sample province, as CSV files."""
    read = {name: pl.read_csv(SAMPLES / f"{name}.csv", infer_schema=False) for name in TABLES}
    chosen = read["firms"]["firm_id"].head(FIRMS)
    return {f"{name}.csv": frame.filter(pl.col("firm_id").is_in(chosen.implode())).write_csv().encode() for name, frame in read.items()}


def fuzz_files(
    house: House,
    service: Supervised,
    tokens: Mapping[str, tuple[str, str]],
    firm: bytes,
    *,
    files: int,
    seed: int,
    seconds: float,
    quiet_seconds: float = QUIET,
    told: Callable[[FileFuzz], None] = lambda _: None,
) -> FileFuzz:
    """Send `files` hostile files, every mutation in turn, to the running service; stop after `seconds`.

    `firm` is a good body of /v1/firms.
    """
    decision = {"product": "startup-credit", "amount": 2_000_000, "term_months": 24, "evidence": orjson.loads(firm)}
    mutations = Doors(good_files(), firm, orjson.dumps(decision)).mutations()
    found, end = FileFuzz(), time.monotonic() + seconds
    officer = tokens["officer"][0]
    with Bystander(house, officer, lambda: service.workers) as quiet:
        time.sleep(quiet_seconds)
    found.quiet = quiet.milliseconds
    store = open_store(house.settings.database, connections=1, lock_seconds=house.settings.lock_seconds)
    names = sorted(mutations)
    random.Random(seed).shuffle(names)
    with Bystander(house, officer, lambda: service.workers) as bystander:
        workers = set(service.workers)
        for number in range(files):
            if time.monotonic() > end:
                break
            name = names[number % len(names)]
            path, body, media = mutations[name](random.Random(f"{seed} {number}"))
            token = tokens["risk" if path.startswith("/v1/") and "decisions" not in path else "officer"][0]
            _send(found, store, house, name, (path, body, media), token, number)
            now = set(service.workers)
            if now != workers:
                found.deaths += 1
                found.wrong.setdefault(f"a worker died: {name}", f"number {number}")
                workers = now
            told(found)
    found.busy, found.refused, found.most_bytes = bystander.milliseconds, bystander.refused, bystander.most_bytes
    store.close()
    return found


def _send(found: FileFuzz, store: Store, house: House, name: str, sent: Sent, token: str, number: int) -> None:
    before = _filed(store)
    began = time.monotonic()
    status, body = _answer(house.settings.port, sent, token)
    took = time.monotonic() - began
    found.sent += 1
    found.statuses[str(status)] += 1
    found.slowest[name] = max(found.slowest.get(name, 0.0), round(took, 2))
    if status >= SERVER_ERROR or status == 0:
        found.wrong.setdefault(f"server error: {name}", f"number {number}, status {status}: {body[:300]!r}")
    if took > LIMIT_SECONDS:
        found.wrong.setdefault(f"too slow: {name}", f"number {number}, {took:.1f} s")
    trouble = _in_part(before, _filed(store), sent[0], status, body)
    if trouble:
        found.wrong.setdefault(f"in part: {name}", f"number {number}, status {status}: {trouble}")


def _answer(port: int, sent: Sent, token: str) -> tuple[int, bytes]:
    path, body, media = sent
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("POST", path, body, {"Content-Type": media, "Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (BrokenPipeError, ConnectionResetError):
        return _refused_early(connection)
    except (OSError, HTTPException) as error:
        return 0, repr(error).encode()
    finally:
        connection.close()


def _refused_early(connection: HTTPConnection) -> tuple[int, bytes]:
    """Read the answer of a service that would not take the rest of a body."""
    try:
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException) as error:
        return 0, repr(error).encode()


def _filed(store: Store) -> tuple[int, int, str]:
    with store.reading() as unit:
        loadings = unit.scalar(select(func.count()).select_from(Ingest)) or 0
        versions = unit.scalar(select(func.count()).select_from(EvidenceVersion)) or 0
        return loadings, versions, str(unit.scalar(select(func.max(Ingest.ingest_id))))


def _in_part(before: tuple[int, int, str], after: tuple[int, int, str], path: str, status: int, body: bytes) -> str:
    """Say what is wrong with what was put on file, if anything is: all that the answer says, and nothing otherwise."""
    loadings, versions = after[0] - before[0], after[1] - before[1]
    if status == CREATED and path == "/v1/ingests":
        said = orjson.loads(body)
        same = (loadings, versions) == (1, said["firms"]) and said["ingest_id"] == after[2]
        return "" if same else f"it says {said['firms']} firms; {loadings} loadings and {versions} versions are new"
    if status == CREATED and path == "/v1/firms":
        return "" if (loadings, versions) == (1, 1) else f"{loadings} loadings and {versions} versions are new"
    return "" if not loadings and not versions else f"it was refused, and {loadings} loadings and {versions} versions are new"
