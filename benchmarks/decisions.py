"""Decisions per second with the record durable, against a bare Flask route and against `mlflow models serve` with shap values.

All three run on this machine, one after the other in turn, under the same closed-loop load on loopback; what counts is the ratio of
medians. The rival is what a team builds in an afternoon: a pyfunc model that gives a probability and `shap.TreeExplainer` values.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import orjson
import polars as pl

from benchmarks.anatomy import dissect
from benchmarks.load import Load, post, run
from benchmarks.report import Result, write_result
from service.cli.demo import free_port, running_service
from service.cli.province import prepare_province
from service.config import Settings, settings_from
from service.store import open_store
from service.tokens import Role
from service.use_cases.tokens import create_token
from training.shelf import resolve_local

__all__ = ["FIRMS", "SEED", "UNTIL", "asked_decisions", "main"]

FIRMS, SEED, UNTIL = 8_000, 7, date(2026, 10, 31)
CONNECTIONS = (1, 8, 32)
ROUNDS, SECONDS, WARM = 3, 5.0, 4.0
ASKED = 200
PRODUCTS = ("startup-credit", "growth-relay", "loan-investment", "common-growth")
CORES = os.cpu_count() or 1
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Rival:
    """A server under load: its name, port, and the request with a number."""

    name: str
    port: int
    request: Callable[[int], bytes]


def asked_decisions(settings: Settings, *, plans: bool) -> Callable[[int], bytes]:
    """Ask for decisions on firms and products in turn; `plans` also asks what would change each answer, for cases that are not approved."""
    token = _token(settings)
    posts = [post("/v1/decisions", orjson.dumps(body), {"Authorization": f"Bearer {token}"}) for body in _bodies(settings, plans=plans)]
    return lambda number: posts[number % ASKED]


def _token(settings: Settings) -> str:
    store = open_store(settings.database, connections=1, lock_seconds=30)
    token = create_token(store, name="benchmark", role=Role.OFFICER.value).text
    store.close()
    return token


def _bodies(settings: Settings, *, plans: bool) -> list[dict[str, Any]]:
    firms = pl.read_parquet(settings.home / "evidence" / "firms.parquet")["firm_id"].to_list()[:ASKED]
    asked = {"amount": 3_000_000, "term_months": 24, "as_of": UNTIL.isoformat(), "recourse": plans}
    return [{"firm_id": firm, "product": PRODUCTS[place % len(PRODUCTS)], **asked} for place, firm in enumerate(firms)]


def _rows(settings: Settings) -> Callable[[int], bytes]:
    """The same number of rows of indicators, as MLflow's scoring protocol takes them."""
    names = [f["name"] for f in orjson.loads((_bundle(settings) / "manifest.json").read_bytes())["features"]]
    dice = np.random.default_rng(SEED)
    rows = dice.normal(size=(ASKED, len(names)))
    posts = [post("/invocations", orjson.dumps({"dataframe_split": {"columns": names, "data": [row.tolist()]}})) for row in rows]
    return lambda number: posts[number % ASKED]


def _bundle(settings: Settings) -> Path:
    folder = resolve_local(settings.home, "jifen-growth", "champion")
    assert folder is not None
    return folder


@contextmanager
def _process(command: list[str], ready: str, environment: dict[str, str]) -> Iterator[None]:
    """Run a server of ours until it answers, and end it afterwards with its workers."""
    process = subprocess.Popen(
        command, env=os.environ | environment, cwd=HERE.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 120
        while not _answers(ready):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(command)} did not start")
            time.sleep(0.2)
        yield
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2):
            return True
    except (URLError, OSError):
        return False


@contextmanager
def bare_flask(settings: Settings) -> Iterator[Rival]:
    """A Flask route that answers a constant, on the same gunicorn with as many workers and threads."""
    port = free_port(8100)
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", str(settings.workers), "--threads", str(settings.threads)]
    command += ["-b", f"127.0.0.1:{port}", "--keep-alive", "75", "benchmarks.bare:app"]
    with _process(command, f"http://127.0.0.1:{port}/ready", {}):
        constant = post("/decide", b'{"firm_id": "x"}')
        yield Rival("bare Flask route", port, lambda _: constant)


@contextmanager
def mlflow_serve(settings: Settings) -> Iterator[Rival]:
    """`mlflow models serve` of a pyfunc model with `shap.TreeExplainer` on the same booster, with as many workers."""
    port = free_port(8200)
    with TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        subprocess.run([sys.executable, "-m", "benchmarks.rival", str(_bundle(settings)), str(model)], check=True, cwd=HERE.parent)
        mlflow = str(Path(sys.executable).parent / "mlflow")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        command = [mlflow, "models", "serve", "-m", str(model), "-h", "127.0.0.1", "-p", str(port), "-w", str(settings.workers)]
        with _process([*command, "--env-manager", "local"], f"http://127.0.0.1:{port}/ping", {"OMP_NUM_THREADS": "1", "PATH": path}):
            yield Rival("mlflow models serve + shap.TreeExplainer", port, _rows(settings))


def _measured(rival: Rival, connections: int) -> Load:
    load = run(rival.port, rival.request, connections=connections, seconds=SECONDS)
    if load.failed:
        raise RuntimeError(f"{rival.name} answered {load.failed} of {load.ok + load.failed} with an error: {load.first_failure}")
    return load


def _compare(rivals: list[Rival]) -> list[Result]:
    results = []
    for rival in rivals:
        run(rival.port, rival.request, connections=8, seconds=WARM)
    for connections in CONNECTIONS:
        loads: dict[str, list[Load]] = {rival.name: [] for rival in rivals}
        for _ in range(ROUNDS):
            for rival in rivals:
                loads[rival.name].append(_measured(rival, connections))
        for name, found in loads.items():
            rate, p50, p99 = (
                median(values) for values in zip(*((x.per_second, x.percentile(0.5), x.percentile(0.99)) for x in found), strict=True)
            )
            results.append(
                Result(
                    f"{name}, {connections} connections",
                    {"per_second": rate, "p50_ms": p50, "p99_ms": p99, "answers": sum(x.ok for x in found)},
                )
            )
    return results


def main() -> None:
    """Measure and write `benchmarks/results/decisions.json`."""
    home = Path(os.environ.get("JIFEN_HOME", "var")) / "bench"
    settings = replace(settings_from(), home=home, database_url="", port=free_port(8000))
    prepare_province(settings, firms=FIRMS, seed=SEED, until=UNTIL, fresh=False)
    with running_service(settings), bare_flask(settings) as bare, mlflow_serve(settings) as rival:
        ours = Rival("jifen decision, record durable", settings.port, asked_decisions(settings, plans=False))
        whole = Rival("the same with plans what would change it", settings.port, asked_decisions(settings, plans=True))
        results = _compare([ours, whole, bare, rival])
    inside = dissect(settings, _bodies(settings, plans=False), _token(settings))
    rates = {result.name: result.values["per_second"] for result in results}
    at = {c: {name.rsplit(",", 1)[0]: rate for name, rate in rates.items() if name.endswith(f" {c} connections")} for c in CONNECTIONS}
    ratios = {}
    for connections, found in at.items():
        ratios[f"decisions / mlflow serve with shap, {connections} connections"] = found[ours.name] / found[rival.name]
        ratios[f"decisions / bare Flask route, {connections} connections"] = found[ours.name] / found[bare.name]
    of_rival, of_bare = (f"decisions / {name}, 32 connections" for name in ("mlflow serve with shap", "bare Flask route"))
    aims = {of_rival: (25.0, "at least"), of_bare: (0.25, "at least")}
    full = at[32]
    limits = {
        of_rival: f"MLflow answers {full[rival.name]:,.0f} a second here, and 25 times that is {25 * full[rival.name]:,.0f}; a bare Flask "
        f"route, which decides and keeps nothing, answers {full[bare.name]:,.0f}.",
        of_bare: f"A decision takes {inside.whole:.2f} ms of processor, a constant {1000 * CORES / full[bare.name]:.2f} with the server "
        f"around it. Where they go: {inside.said}.",
    }
    shown = [*results, Result("where a decision's milliseconds of processor go", {"whole": inside.whole, **inside.parts})]
    write_result("decisions", "Decisions per second", __doc__ or "", shown, ratios, aims, limits)


if __name__ == "__main__":
    main()
