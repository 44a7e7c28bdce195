"""The short forms of `make crash`, `make fuzz` and `make soak`: the same code on a small bank, with few rounds."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders_evidence import request
from builders_service import wait_until

from service.app import create_app
from service.store import open_store
from trials.books import lost_of, whole_audit
from trials.callers import Acknowledged
from trials.cluster import Cluster, has_postgresql
from trials.crash import crash
from trials.crash import outcome as of_crash
from trials.fuzz import of_api, of_files
from trials.fuzz_api import fuzz_api
from trials.fuzz_files import fuzz_files, good_files
from trials.hostile_packs import JSON, PACKS
from trials.hostile_tables import CSV, PARQUET
from trials.house import House, tokens_of
from trials.report import Outcome, conclude
from trials.soak import Slice, Soak, growth, soak
from trials.soak import outcome as of_soak
from trials.supervised import Supervised, is_ready

GOOD_FIRM = json.dumps(request()).encode()
SEED = 20261125
pytestmark = pytest.mark.no_cover  # what these are for is not which line was met, and they take a third longer with it


@contextmanager
def cluster_of_our_own() -> Iterator[Cluster]:
    """A PostgreSQL server in a folder that its owner can reach."""
    folder = Path(tempfile.mkdtemp(prefix="jifen-trial-"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "cluster")
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def test_nothing_answered_is_lost_when_anything_of_the_service_dies(house: House) -> None:
    """On SQLite: the worker that is writing, then the first process are killed under load."""
    state = crash(house, None, rounds=2, seed=SEED, seconds=120, deaths=("writer", "service"))
    said = of_crash(house, state, wanted=2)
    assert not said.wrong, said
    assert said.is_whole
    assert said.figures["acknowledged"] > 10


@pytest.mark.skipif(not has_postgresql(), reason="PostgreSQL's server is not installed")
def test_nothing_answered_is_lost_when_the_database_dies(tmp_path: Path, make_house: Callable[..., House]) -> None:
    """On PostgreSQL: one of the server's processes, then all of them are killed under load; the service stays and goes on."""
    with cluster_of_our_own() as cluster:
        house = make_house(tmp_path / "home", cluster.address)
        state = crash(house, cluster, rounds=2, seed=SEED, seconds=120, deaths=("backend", "server"))
        said = of_crash(house, state, wanted=2)
    assert not said.wrong, said
    assert said.is_whole


def test_a_lost_answer_would_be_found(house: House) -> None:
    """The books are held to the record: an answer that is not there, or has other bytes, is told by its key."""
    store = open_store(house.settings.database)
    claimed = Acknowledged("key", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "0" * 64)
    assert lost_of(store, [claimed]) == ("key",)
    store.close()
    assert whole_audit(house.settings, [claimed], ["0" * 12]).lost == ("key",)


@pytest.mark.filterwarnings("default")
def test_the_api_answers_hostile_requests_as_it_says(house: House) -> None:
    """Every operation by every role, with data that fits and data that does not, and hostile texts in every address."""
    app = create_app(house.settings)
    found = fuzz_api(app, tokens_of(house.settings), examples=100, seed=SEED, seconds=600, one_in=30)
    app.extensions["jifen"].store.close()
    said = of_api("sqlite", found, wanted=0)
    assert not said.wrong, said.more["failures"]
    assert found.texts > 30
    assert found.examples >= 100


def test_hostile_files_are_refused_whole_and_nobody_waits(house: House) -> None:
    """Mutated files at every door of the running service, beside an officer who works on."""
    with Supervised(house.settings) as service:
        wait_until(lambda: is_ready(house.settings.port), seconds=180)
        found = fuzz_files(house, service, tokens_of(house.settings), GOOD_FIRM, files=30, seed=SEED, seconds=600, quiet_seconds=1)
    assert not found.wrong, found.wrong
    assert not found.refused
    assert found.deaths == 0
    assert of_files("sqlite", found, wanted=30).figures["files"] == 30


def test_a_long_day_in_small(house: House) -> None:
    """Decisions in slices: none fails, every worker stays, and memory and latency are measured."""
    found = soak(house, decisions=150, slices=6, seconds=600)
    said = of_soak("sqlite", found, wanted=150)
    assert not {"failed", "workers that did not stay"} & set(said.wrong), said
    assert said.figures["decisions"] >= 150
    assert said.figures["most memory of a worker, MB"] > 10


def grown(sizes: list[float]) -> Soak:
    return Soak([Slice(10, 0, 100.0, 1.0, 2.0, {"1": int(size * 2**20)}) for size in sizes])


def test_a_leak_is_told_from_a_spike() -> None:
    """One large slice grows nothing; a slope does, and is an error beyond five in a hundred."""
    flat = [100.0] * 20
    assert growth([*flat[:9], 400.0, *flat[10:]]) == 0
    assert growth([100.0 + n for n in range(21)]) == pytest.approx(20 / 110)
    assert growth([1.0, 2.0]) == 0
    assert "memory growth %, worst worker" not in of_soak("x", grown(flat), wanted=200).wrong
    assert "memory growth %, worst worker" in of_soak("x", grown([100.0 + n for n in range(20)]), wanted=200).wrong


def test_a_wrong_figure_ends_with_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong is printed as such and leaves with 1; a run that is cut short says so."""
    with pytest.raises(SystemExit) as end:
        conclude("x", "X", "", [Outcome(name="n", figures={"lost": 1.0}, wrong=["lost"], is_whole=False)], record=True)
    assert end.value.code == 1
    said = capsys.readouterr().out
    assert "WRONG" in said
    assert "cut short" in said


def test_every_mutation_is_the_same_for_the_same_seed() -> None:
    """A finding can be seen again: chance comes from the seed alone."""
    files = good_files()
    good = files["firms.csv"]
    for name, change in {**CSV, **{key: value for key, value in PARQUET.items() if "bomb" not in key}}.items():
        assert change(good, random.Random(3)) == change(good, random.Random(3)), name
    for name, change in JSON.items():
        assert change(GOOD_FIRM, random.Random(3)) == change(GOOD_FIRM, random.Random(3)), name
    assert len(PACKS) > 10
