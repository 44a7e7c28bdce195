"""Hostile input: Schemathesis over every operation, and mutated files at every door that takes some.

`python -m trials.fuzz --examples 10000 --files 1000`. The same seed sends the same requests. The API is called in this process, the
files go to the running service beside an officer who works on.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import orjson

from service.app import create_app
from service.config import Settings
from service.use_cases.evidence import show_firm
from trials.cluster import Cluster, free_port, has_postgresql
from trials.fuzz_api import ApiFuzz, fuzz_api
from trials.fuzz_files import FileFuzz, fuzz_files
from trials.house import House, province, tokens_of
from trials.report import Outcome, conclude
from trials.supervised import Supervised, is_ready

__all__ = ["of_api", "of_files"]

MUCH = 2**30
"""Bytes that a worker may hold while it reads the largest file."""
SLOWED = 4.0
"""By what factor the bystander's median answer may take longer."""
WAITED = 10_000.0
"""Longest the bystander may wait, in milliseconds."""
TOLD = 250
PLENTY = 1_000_000


def of_api(name: str, found: ApiFuzz, *, wanted: int) -> Outcome:
    """Say what Schemathesis found."""
    figures = {
        "examples": found.examples,
        "hostile texts": found.texts,
        "operations": len(found.operations),
        "failures": len(found.failures),
        "seconds": found.seconds,
        **{f"answers {status}": float(count) for status, count in sorted(found.statuses.items())},
    }
    return Outcome(
        name=f"API on {name}",
        figures=figures,
        more={"cases": dict(found.cases), "failures": found.failures},
        wrong=["failures"] if found.failures else [],
        is_whole=found.examples >= wanted,
    )


def of_files(name: str, found: FileFuzz, *, wanted: int) -> Outcome:
    """Say what the files did."""
    longest = max(found.busy, default=float("nan"))
    figures = {
        "files": found.sent,
        "not as it must be": len(found.wrong),
        "workers that died": found.deaths,
        "longest answer s": max(found.slowest.values(), default=0.0),
        "most memory of a worker, MB": found.most_bytes / 2**20,
        "bystander, answers": len(found.busy),
        "bystander, refused": len(found.refused),
        "bystander, median slower by": found.slowed,
        "bystander, longest ms": longest,
        **{f"answers {status}": float(count) for status, count in sorted(found.statuses.items())},
    }
    wrong = [key for key in ("not as it must be", "workers that died", "bystander, refused") if figures[key]]
    wrong += ["most memory of a worker, MB"] if found.most_bytes > MUCH else []
    wrong += ["bystander, median slower by"] if found.slowed > SLOWED else []
    wrong += ["bystander, longest ms"] if longest > WAITED else []
    slowest = dict(sorted(found.slowest.items(), key=lambda one: -one[1])[:10])
    return Outcome(
        name=f"files on {name}",
        figures=figures,
        more={"slowest": slowest, "wrong": found.wrong},
        wrong=wrong,
        is_whole=found.sent >= wanted,
    )


@contextmanager
def _standing(database: str, folder: Path) -> Iterator[House]:
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(folder / "cluster") if database == "postgresql" else None
    address = ""
    if cluster:
        cluster.start()
        address = cluster.address
    settings = Settings(
        home=folder / "home",
        database_url=address,
        port=free_port(),
        log_level="ERROR",
        sign_ins_by_address=PLENTY,
        sign_ins_by_login=PLENTY,
    )
    try:
        yield province(settings)
    finally:
        if cluster:
            cluster.stop()


def _api(house: House, *, examples: int, seed: int, seconds: float) -> ApiFuzz:
    app = create_app(replace(house.settings, commit_seconds=10))
    last = 0

    def tell(found: ApiFuzz) -> None:
        nonlocal last
        if found.examples - last >= TOLD:
            last = found.examples
            click.echo(f"{found.examples:,} examples, {len(found.failures)} failures, {dict(sorted(found.statuses.items()))}", err=True)

    try:
        return fuzz_api(app, tokens_of(house.settings), examples=examples, seed=seed, seconds=seconds, told=tell)
    finally:
        app.extensions["jifen"].store.close()


def _good_firm(house: House) -> bytes:
    """A firm's evidence that is on file, as a body of /v1/firms."""
    app = create_app(house.settings)
    evidence = show_firm(app.extensions["jifen"], house.firms[0], None).evidence
    app.extensions["jifen"].store.close()
    rest = {table: rows for table, rows in evidence.items() if table != "firms"}
    return orjson.dumps({"firm": evidence["firms"][0], **rest})


def _files(house: House, *, files: int, seed: int, seconds: float) -> FileFuzz:
    def tell(found: FileFuzz) -> None:
        if found.sent % TOLD == 0:
            click.echo(f"{found.sent:,} files, {len(found.wrong)} wrong, {dict(sorted(found.statuses.items()))}", err=True)

    with Supervised(house.settings) as service:
        end = time.monotonic() + 120
        while not is_ready(house.settings.port):
            if time.monotonic() > end:
                raise click.ClickException(f"the service did not become ready; its log is {house.settings.home / 'service.log'}")
            time.sleep(0.1)
        return fuzz_files(house, service, tokens_of(house.settings), _good_firm(house), files=files, seed=seed, seconds=seconds, told=tell)


@click.command(context_settings={"max_content_width": 120})
@click.option("--examples", default=10_000, show_default=True, type=click.IntRange(0), help="Cases of Schemathesis.")
@click.option("--files", default=1_000, show_default=True, type=click.IntRange(0), help="Mutated files.")
@click.option("--database", default="sqlite", show_default=True, type=click.Choice(["sqlite", "postgresql", "both"]))
@click.option("--minutes", default=60.0, show_default=True, help="Stop each of the two parts after so many minutes, on each database.")
@click.option("--seed", default=20261125, show_default=True, help="The same seed sends the same.")
@click.option("--home", default="var/trials", show_default=True, type=click.Path(path_type=Path), help="Folder to work in.")
@click.option("--fresh", is_flag=True, help="Build the province and the database anew.")
@click.option("--record", is_flag=True, help="Write the result to benchmarks/results as well.")
def main(examples: int, files: int, database: str, minutes: float, seed: int, home: Path, *, fresh: bool, record: bool) -> None:
    """Send what nobody should send; no server error, no answer the document does not promise, nothing loaded in part."""
    found = []
    for one in ("sqlite", "postgresql") if database == "both" else (database,):
        if one == "postgresql" and not has_postgresql():
            raise click.ClickException("PostgreSQL's server is not installed; install the package postgresql, or try on SQLite")
        folder = home.resolve() / f"fuzz-{one}"
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        with _standing(one, folder) as house:
            if files:
                found.append(of_files(one, _files(house, files=files, seed=seed, seconds=minutes * 60), wanted=files))
            if examples:
                found.append(of_api(one, _api(house, examples=examples, seed=seed, seconds=minutes * 60), wanted=examples))
    conclude("fuzz", "Hostile input", __doc__ or "", found, record=record)


if __name__ == "__main__":
    main()
