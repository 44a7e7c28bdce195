"""What a portfolio reads: anything that is not evidence is refused by table, row and remedy, before or in the middle of a run."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from builders_portfolio import Nation, done, rows_in
from polars.testing import assert_frame_equal

from features.checks import EvidenceFaults
from features.errors import EvidenceError
from service.portfolio.run import Manifest, parts_of
from service.portfolio.sources import Filed
from service.store import open_store, upgrade


@pytest.fixture
def evidence(nation: Nation, tmp_path: Path) -> Path:
    """A copy to be spoilt."""
    folder = tmp_path / "evidence"
    shutil.copytree(nation.evidence, folder)
    return folder


def changed(path: Path, row: int, **said: object) -> None:
    """Put other values into a row of a file, counted from 1."""
    frame = pl.read_parquet(path).with_row_index("_row", 1)
    for name, value in said.items():
        frame = frame.with_columns(pl.when(pl.col("_row") == row).then(pl.lit(value)).otherwise(name).cast(frame.schema[name]).alias(name))
    frame.drop("_row").write_parquet(path)


def faults(nation: Nation, folder: Path, evidence: Path) -> list[tuple[str, int, str, str]]:
    """Run on spoilt evidence and give what is wrong with it."""
    with pytest.raises(EvidenceFaults) as found:
        done(nation.wish(folder, evidence=evidence))
    return [(one.table, one.row, one.column, one.rule) for one in found.value.faults]


def test_a_bad_value_is_named_by_the_row_of_its_file(nation: Nation, evidence: Path, rows: pl.DataFrame, tmp_path: Path) -> None:
    """The parts before it stay, the same command says the same again, and mended evidence runs in a folder of its own."""
    table = pl.read_parquet(evidence / "financials.parquet").with_row_index("at", 1)
    row = int(table.filter(pl.col("firm_id").is_in(nation.firms[110:140]))["at"][0])
    whole = (evidence / "financials.parquet").read_bytes()
    changed(evidence / "financials.parquet", row, total_assets=-5)
    for _ in range(2):
        assert faults(nation, tmp_path / "run", evidence) == [("financials", row, "total_assets", "below-range")]
    manifest = Manifest.read(tmp_path / "run")
    assert manifest is not None
    assert sorted(manifest.parts) == [0, 1]
    (evidence / "financials.parquet").write_bytes(whole)
    done(nation.wish(tmp_path / "again", evidence=evidence))
    assert_frame_equal(rows_in(tmp_path / "again"), rows, check_exact=True)


def test_rows_of_no_known_firm_and_codes_that_are_none_are_named(nation: Nation, evidence: Path, tmp_path: Path) -> None:
    """They belong to no chunk, and are not lost: the first one reports them."""
    changed(evidence / "patents.parquet", 17, firm_id="91340100MA2NUWQJ35")
    changed(evidence / "talent.parquet", 3, firm_id=None)
    found = faults(nation, tmp_path / "run", evidence)
    assert found == [("patents", 17, "firm_id", "unknown-firm"), ("talent", 3, "firm_id", "empty")]


def test_a_firm_that_stands_twice_is_named(nation: Nation, evidence: Path, tmp_path: Path) -> None:
    """Both rows come into the same chunk, however far apart they are."""
    firms = pl.read_parquet(evidence / "firms.parquet")
    pl.concat([firms, firms[[0]]]).write_parquet(evidence / "firms.parquet")
    found = faults(nation, tmp_path / "run", evidence)
    assert found == [("firms", firms.height + 1, "firm_id", "duplicate-key")]


def test_anything_but_parquet_is_refused(nation: Nation, evidence: Path, tmp_path: Path) -> None:
    """A table as CSV, a table that is none, a table without a required column, no table of firms."""
    pl.read_parquet(evidence / "talent.parquet").write_csv(evidence / "talent.csv")
    (evidence / "talent.parquet").unlink()
    with pytest.raises(EvidenceError, match=r"a portfolio reads Parquet; talent\.csv in .* are not: write them as \.parquet"):
        done(nation.wish(tmp_path / "run", evidence=evidence))
    (evidence / "talent.csv").unlink()
    pl.DataFrame({"a": [1]}).write_parquet(evidence / "strange.parquet")
    assert faults(nation, tmp_path / "run", evidence)[0][3] == "unknown-file"
    (evidence / "strange.parquet").unlink()
    pl.read_parquet(evidence / "loans.parquet").drop("amount").write_parquet(evidence / "loans.parquet")
    assert faults(nation, tmp_path / "run", evidence) == [("loans", 0, "amount", "missing-column")]
    (evidence / "loans.parquet").unlink()
    (evidence / "firms.parquet").unlink()
    assert [fault[3] for fault in faults(nation, tmp_path / "run", evidence)] == ["missing-table"]
    assert not (tmp_path / "run" / "manifest.json").exists()


def test_evidence_without_loans_is_a_portfolio_too(nation: Nation, evidence: Path, rows: pl.DataFrame, tmp_path: Path) -> None:
    """Nobody knows who has a loan, but where the register was searched."""
    (evidence / "loans.parquet").unlink()
    done(nation.wish(tmp_path / "run", evidence=evidence))
    found = rows_in(tmp_path / "run")
    assert found.schema == rows.schema
    assert found.filter(pl.col("firm_id").is_in(nation.bare))["is_lead"].to_list() == [None] * len(nation.bare)


def test_no_firm_gives_an_empty_part_of_the_same_columns(nation: Nation, evidence: Path, rows: pl.DataFrame, tmp_path: Path) -> None:
    """Well-formed: whoever reads it needs no exception for it; from files and from a database with nothing on file."""
    for path in evidence.glob("*.parquet"):
        pl.read_parquet(path).clear().write_parquet(path)
    manifest = done(nation.wish(tmp_path / "run", evidence=evidence))
    assert (manifest.firms, manifest.chunks, manifest.is_finished) == (0, 1, True)
    (part,) = parts_of(tmp_path / "run")
    assert pl.read_parquet(part).schema == rows.schema
    assert pl.read_parquet(part).height == 0


def test_a_database_with_nothing_on_file_has_one_empty_chunk(tmp_path: Path) -> None:
    """As an empty folder has."""
    store = open_store(f"sqlite:///{tmp_path}/jifen.db", connections=1, lock_seconds=5)
    upgrade(store)
    source = Filed(store, 100)
    source.prepare()
    assert (source.firms, source.chunks) == (0, 1)
    assert {name: frame.height for name, frame in source.read(0).items()} == {"firms": 0}
    store.close()


def test_sorting_that_was_cut_off_begins_again(nation: Nation, rows: pl.DataFrame, tmp_path: Path) -> None:
    """Half-written chunks are thrown away: only a note that stands after the last of them counts."""
    half = tmp_path / "run" / ".work" / "patents"
    half.mkdir(parents=True)
    (half / "00000.arrow").write_bytes(b"half of it")
    done(nation.wish(tmp_path / "run"))
    assert_frame_equal(rows_in(tmp_path / "run"), rows, check_exact=True)
