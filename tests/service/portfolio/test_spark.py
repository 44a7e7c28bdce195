"""A portfolio on Spark: the rows of the run on one machine, the same words about bad evidence, all of it or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from builders_core import core_release
from builders_releases import office_of, released
from builders_spark import small_spark
from polars.testing import assert_frame_equal

from features.checks import EvidenceFaults
from service.clock import system_clock
from service.config import Settings
from service.errors import PortfolioRefused
from service.portfolio import spark as on_spark
from service.portfolio.cluster import Files
from service.portfolio.columns import schema_of
from service.portfolio.crew import Wish, bench_of, made_by, opened
from service.portfolio.leads import leads_of, scanned
from service.portfolio.run import MANIFEST, Made, Manifest, asked_of, parts_of, products_of, run
from service.portfolio.shipment import Shipment, shipment_of
from service.portfolio.spark import rows_in, run_on_spark
from service.portfolio.together import tables_in, together
from service.store import open_store, upgrade
from training.simulate import simulate, write_province

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

FIRMS, TODAY = 120, date(2026, 11, 25)
AS_OF = date(2026, 6, 30)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with small_spark(2) as session:
        yield session


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated province as Parquet."""
    folder = tmp_path_factory.mktemp("province") / "evidence"
    write_province(simulate(firms=FIRMS, seed=5, until=AS_OF), folder, format="parquet")
    return folder


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, migrated: Path, folders: Path) -> Settings:
    """A home with a release in force: small models, the 18 core items and peers."""
    home = tmp_path_factory.mktemp("home")
    shutil.copy(migrated, home / "jifen.db")
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'jifen.db'}")
    store = open_store(settings.database)
    upgrade(store)
    released(office_of(store, home, system_clock), core_release(folders))
    store.close()
    return settings


@pytest.fixture(scope="module")
def wish(settings: Settings) -> Wish:
    return Wish(
        settings=settings, evidence=None, folder=Path(), as_of=AS_OF, today=TODAY, amount=3_000_000, term_months=24, size=FIRMS // 2
    )


@pytest.fixture(scope="module")
def local(wish: Wish, province: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run on this machine."""
    folder = tmp_path_factory.mktemp("portfolio") / "local"
    asked = replace(wish, evidence=province, folder=folder)
    with opened(asked) as own:

        def made(numbers: Iterable[int]) -> Iterator[tuple[int, Made]]:
            return made_by(asked, own, 1, numbers)

        run(asked_of(own.source, own.bench, size=asked.size, offers="all"), own.source, folder, made)
    return folder


@dataclass(frozen=True)
class Ran:
    """A run on Spark that is done: its folder, manifest and what it reported."""

    folder: Path
    manifest: Manifest
    told: list[tuple[str, float]]


@pytest.fixture(scope="module")
def done(spark: Any, wish: Wish, province: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("portfolio") / "spark"
    told: list[tuple[str, float]] = []
    manifest = run_on_spark(wish, str(province), str(folder), report=lambda what, share: told.append((what, share)))
    return Ran(folder, manifest, told)


def rows_at(folder: Path) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(path) for path in parts_of(folder)).sort("firm_id")


def test_every_value_of_every_row_is_the_local_one(done: Ran, local: Path) -> None:
    """Same firms, same columns and types, and every value equal to the last bit."""
    rows = rows_at(done.folder)
    assert rows.height == FIRMS
    assert_frame_equal(rows, rows_at(local), check_exact=True)


def test_the_manifest_pins_what_a_local_run_pins(done: Ran, local: Path) -> None:
    """Evidence and engine differ, nothing else of what was asked; every part is named with its rows and its hash."""
    here, there = Manifest.read(local), Manifest.read(done.folder)
    assert here is not None
    assert there == done.manifest
    assert {name for name in {*here.asked, *there.asked} if here.asked.get(name) != there.asked.get(name)} == {"evidence", "engine"}
    assert there.is_finished
    assert sum(one.rows for one in there.parts.values()) == there.firms == FIRMS
    assert len(there.parts) == 2
    assert [share for _, share in done.told] == [0.0, 0.1, 1.0]


def test_leads_are_ranked_from_either_run(done: Ran, local: Path) -> None:
    """The order of parts and rows within them does not matter to a list of leads."""
    there, here = (leads_of(scanned(parts_of(folder)), products_of(parts_of(folder)), top=20) for folder in (done.folder, local))
    assert there.height >= 20
    assert_frame_equal(there, here)


def test_a_finished_run_is_left_alone_and_a_damaged_one_is_written_anew(spark: Any, done: Ran, wish: Wish, province: Path) -> None:
    """Asked again, nothing is written; where a part is not as its hash says, all parts are."""
    before = sorted((done.folder / "rows").glob("*.parquet"))
    assert run_on_spark(wish, str(province), str(done.folder)) == done.manifest
    assert sorted((done.folder / "rows").glob("*.parquet")) == before
    (done.folder / "rows" / f".{before[0].name}.crc").unlink()
    before[0].write_bytes(before[0].read_bytes()[:-1])
    again = run_on_spark(wish, str(province), str(done.folder))
    assert sorted((done.folder / "rows").glob("*.parquet")) != before
    assert [one.rows for one in again.parts.values()] == [one.rows for one in done.manifest.parts.values()]
    assert rows_at(done.folder).height == FIRMS


def test_another_run_is_refused_its_folder(spark: Any, done: Ran, wish: Wish, province: Path) -> None:
    """What differs is named, and nothing is touched."""
    with pytest.raises(PortfolioRefused, match="another amount"):
        run_on_spark(replace(wish, amount=1_000_000), str(province), str(done.folder))


def test_a_folder_with_other_things_is_refused(spark: Any, wish: Wish, province: Path, tmp_path: Path) -> None:
    """A folder without a manifest that is not empty belongs to somebody else."""
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(PortfolioRefused, match=r"holds notes\.txt and no manifest"):
        run_on_spark(wish, str(province), str(tmp_path))


def test_evidence_that_is_not_there_is_refused(spark: Any, wish: Wish, tmp_path: Path) -> None:
    """No folder, no firms, a table of another name: each says what to do."""
    with pytest.raises(PortfolioRefused, match="there is no folder"):
        run_on_spark(wish, str(tmp_path / "none"), str(tmp_path / "out"))
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    with pytest.raises(EvidenceFaults, match=r"add firms\.parquet"):
        run_on_spark(wish, str(evidence), str(tmp_path / "out"))
    for name in ("patent.parquet", "zebra.orc"):
        (evidence / name).write_bytes(b"")
    with pytest.raises(EvidenceFaults) as found:
        run_on_spark(wish, str(evidence), str(tmp_path / "out"))
    assert [(one.rule, one.value) for one in found.value.faults] == [("unknown-file", "patent.parquet"), ("unknown-file", "zebra.orc")]
    assert "write it as patents.parquet" in found.value.faults[0].remedy
    assert "move it out of the folder; the tables are firms" in found.value.faults[1].remedy


def test_bad_evidence_is_told_in_the_words_of_the_local_run(spark: Any, wish: Wish, province: Path, tmp_path: Path) -> None:
    """Table, row of the file, column, value, rule and remedy come from the executor to the driver as they are."""
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    shutil.copy(province / "firms.parquet", evidence)
    patents = pl.read_parquet(province / "patents.parquet")
    patents[4, "claims"] = -3
    patents.write_parquet(evidence / "patents.parquet")
    with pytest.raises(EvidenceFaults) as there:
        run_on_spark(replace(wish, size=FIRMS), str(evidence), str(tmp_path / "out"))
    with opened(replace(wish, evidence=evidence, folder=tmp_path / "local", size=FIRMS)) as own:
        own.source.prepare()
        with pytest.raises(EvidenceFaults) as here:
            own.source.read(0)
    assert there.value.faults == here.value.faults
    assert [(one.table, one.row, one.column) for one in there.value.faults] == [("patents", 5, "claims")]
    kept = Manifest.read(tmp_path / "out")
    assert kept is not None
    assert not kept.is_finished


@pytest.fixture(scope="module")
def gathered(spark: Any, province: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Two tables of Spark, one of them in two files."""
    folder = tmp_path_factory.mktemp("split")
    firms = pl.read_parquet(province / "firms.parquet")
    (folder / "firms.parquet").mkdir()
    firms[:50].write_parquet(folder / "firms.parquet" / "part-0.parquet")
    firms[50:].write_parquet(folder / "firms.parquet" / "part-1.parquet")
    return {
        "firms": spark.read.parquet(str(folder / "firms.parquet")),
        "loans": spark.read.parquet(str(province / "loans.parquet")),
    }


def test_rows_of_a_firm_come_together_in_their_order(gathered: Mapping[str, Any], province: Path) -> None:
    """What went in comes out, typed and checked: every row once, in the order of the files."""
    batches = together(gathered, 1).toArrow().to_batches()
    tables = tables_in(batches, TODAY)
    assert tables is not None
    for name, frame in tables.items():
        assert_frame_equal(
            frame.select(pl.read_parquet(province / f"{name}.parquet").columns), pl.read_parquet(province / f"{name}.parquet")
        )


def test_a_fault_in_a_table_of_several_files_names_the_file(gathered: Mapping[str, Any]) -> None:
    """The row is counted within the file it stands in."""
    batches = together(gathered, 1).toArrow().to_batches()
    with pytest.raises(EvidenceFaults) as found:
        tables_in(batches, date(2001, 1, 1))
    late = [one for one in found.value.faults if one.table == "firms"]
    assert any(one.remedy.endswith("(row of the file part-1.parquet)") for one in late)
    assert max(one.row for one in late) <= 140


@dataclass(frozen=True)
class Sent:
    """Stands in for a broadcast."""

    value: bytes


def test_executors_write_the_rows_and_say_what_is_wrong(gathered: Mapping[str, Any], wish: Wish) -> None:
    """A partition becomes rows; without rows it becomes none; faults and another program are said so that the driver can hear it."""
    store = open_store(wish.settings.database)
    bench = bench_of(wish, store)
    shipment = shipment_of(store, bench, with_offers=False)
    store.close()
    schema = pl.DataFrame(schema=schema_of(bench.active, with_offers=False)).to_arrow().schema
    batches = together(gathered, 1).toArrow().to_batches()

    def rows(packed: Shipment, today: date = TODAY, some: Any = batches) -> int:
        made = rows_in(iter(some), packed=Sent(packed.packed()), today=today, schema=schema)
        return sum(batch.num_rows for batch in made)

    assert rows(shipment) == FIRMS
    assert rows(shipment, some=[]) == 0
    with pytest.raises(RuntimeError) as said:
        rows(shipment, today=date(2001, 1, 1))
    assert isinstance(on_spark._heard(f"Traceback ...\nRuntimeError: {said.value}\n\tat java"), EvidenceFaults)
    with pytest.raises(RuntimeError) as said:
        rows(replace(shipment, program="0.0.1+sha256.0"))
    heard = on_spark._heard(str(said.value))
    assert isinstance(heard, PortfolioRefused)
    assert "give every executor the driver's jifen" in str(heard)


def test_an_artefact_that_is_not_on_file_is_not_shipped(wish: Wish, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver says so before the cluster begins."""
    store = open_store(wish.settings.database)
    bench = bench_of(wish, store)
    monkeypatch.setattr("service.portfolio.shipment.source_of", lambda _store: lambda _kind, _pin: None)
    with pytest.raises(Exception, match="is not on file"):
        shipment_of(store, bench, with_offers=True)
    store.close()


def test_what_spark_says_itself_is_passed_on() -> None:
    """A failure that is none of ours names Spark's last word and what to look at."""
    heard = on_spark._heard("first\nModuleNotFoundError: No module named 'polars'\n\n")
    assert "No module named 'polars'" in str(heard)
    assert "every executor needs jifen" in str(heard)
    assert "no reason given" in str(on_spark._heard(""))


def test_small_files_are_replaced_whole(spark: Any, tmp_path: Path) -> None:
    """A second writing takes the place of the first; a folder that is none has no names."""
    files = Files(spark)
    for content in (b"one", b"two"):
        files.write(f"{tmp_path}/note.json", content)
        assert files.read(f"{tmp_path}/note.json") == content
    assert files.names(str(tmp_path)) == ["note.json"]
    assert files.names(f"{tmp_path}/note.json") is None
    assert files.read(f"{tmp_path}/none") is None


def test_a_manifest_that_stands_and_rows_that_do_not_are_not_a_run(spark: Any, done: Ran, tmp_path: Path) -> None:
    """Where the folder of rows is gone, nothing stands."""
    (tmp_path / MANIFEST).write_bytes(orjson.dumps({}))
    assert not on_spark._stands(spark, Files(spark), str(tmp_path), done.manifest)
