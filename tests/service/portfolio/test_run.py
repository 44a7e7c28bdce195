"""A run goes on where it stood: whatever interrupts it, no firm is missing or there twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
import polars as pl
import pytest
from builders_portfolio import DAY, Nation, done, rows_in
from builders_service import wait_until
from polars.testing import assert_frame_equal

from service.errors import PortfolioRefused
from service.portfolio.crew import bench_of, made_by, opened
from service.portfolio.run import MANIFEST, Made, Manifest, asked_of, parts_of, run
from service.store import open_store


def parts(folder: Path) -> dict[str, float]:
    """When each part file was written."""
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("part-*.parquet")}


def test_every_firm_has_one_row_in_the_order_of_codes(nation: Nation, whole: Path, rows: pl.DataFrame) -> None:
    """210 firms in five parts of at most fifty; the manifest counts them and says what was asked."""
    assert rows["firm_id"].to_list() == list(nation.firms)
    said = orjson.loads((whole / MANIFEST).read_bytes())
    assert (said["finished"], said["firms"], said["chunks"]) == (True, 210, 5)
    assert [one["rows"] for one in said["parts"].values()] == [50, 50, 50, 50, 10]
    assert (said["asked"]["as_of"], said["asked"]["amount"], said["asked"]["term_months"]) == (DAY.isoformat(), 3_000_000, 24)


def test_neither_the_chunk_nor_the_order_of_rows_matters(nation: Nation, rows: pl.DataFrame, tmp_path: Path) -> None:
    """Every table shuffled, 37 firms at a time: the same rows to the last bit."""
    shuffled = tmp_path / "evidence"
    shuffled.mkdir()
    for number, path in enumerate(sorted(nation.evidence.glob("*.parquet"))):
        pl.read_parquet(path).sample(fraction=1.0, shuffle=True, seed=number).write_parquet(shuffled / path.name)
    done(nation.wish(tmp_path / "run", evidence=shuffled, size=19))
    assert_frame_equal(rows_in(tmp_path / "run"), rows, check_exact=True)


def test_two_processes_make_the_same_rows(nation: Nation, rows: pl.DataFrame, tmp_path: Path) -> None:
    """Each opens the release and the evidence for itself."""
    done(nation.wish(tmp_path / "run"), workers=2)
    assert_frame_equal(rows_in(tmp_path / "run"), rows, check_exact=True)


def test_what_is_on_file_gives_the_same_rows(nation: Nation, rows: pl.DataFrame, tmp_path: Path) -> None:
    """The firms were put on file from the same tables."""
    done(nation.wish(tmp_path / "run", evidence=None))
    assert_frame_equal(rows_in(tmp_path / "run"), rows, check_exact=True)


def test_a_run_that_was_killed_goes_on_where_it_stood(nation: Nation, rows: pl.DataFrame, tmp_path: Path) -> None:
    """Kill -9 in the middle; the parts that were done stay as they are, and in the end all is as without."""
    folder = tmp_path / "run"
    words = ["portfolio", "--evidence", nation.evidence, "--out", folder, "--as-of", DAY, "--amount", 3_000_000, "--term", 24]
    command = [sys.executable, "-c", "from service.cli import main; main()", *map(str, words), "--chunk", "20"]
    environment = os.environ | {"JIFEN_HOME": str(nation.settings.home)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: len(parts(folder)) >= 3, seconds=60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    known = Manifest.read(folder)
    assert known is not None
    assert not known.is_finished
    survived = {one.file: parts(folder)[one.file] for one in known.parts.values()}
    assert survived
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert "210 firms in 11 part files" in finished.stdout
    assert {name: made for name, made in parts(folder).items() if name in survived} == survived
    assert_frame_equal(rows_in(folder), rows, check_exact=True)


def test_a_part_that_is_gone_or_damaged_is_made_again(nation: Nation, rows: pl.DataFrame, tmp_path: Path) -> None:
    """Its hash is in the manifest; the other parts are left alone."""
    folder = tmp_path / "run"
    done(nation.wish(folder))
    before = parts(folder)
    (folder / "part-00001.parquet").unlink()
    content = bytearray((folder / "part-00003.parquet").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "part-00003.parquet").write_bytes(content)
    done(nation.wish(folder))
    assert_frame_equal(rows_in(folder), rows, check_exact=True)
    changed = {name for name, when in parts(folder).items() if when != before[name]}
    assert changed == {"part-00001.parquet", "part-00003.parquet"}


def test_a_finished_run_is_not_made_again(nation: Nation, tmp_path: Path) -> None:
    """The same command finds all parts done, and sorts nothing."""
    folder = tmp_path / "run"
    done(nation.wish(folder))
    before = parts(folder)
    assert done(nation.wish(folder)).is_finished
    assert parts(folder) == before


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"amount": 3_000_001}, "amount"),
        ({"term_months": 25, "size": 99}, "size, term_months"),
        ({"with_offers": False}, "offers"),
        ({"evidence": None}, "evidence"),
    ],
)
def test_the_folder_of_another_run_is_refused(nation: Nation, whole: Path, said: dict[str, object], named: str) -> None:
    """What differs is named, and nothing is touched."""
    before = parts(whole)
    with pytest.raises(PortfolioRefused, match=f"holds a run with another {named};"):
        done(nation.wish(whole, **said))
    assert parts(whole) == before


def test_a_folder_with_anything_else_is_refused(nation: Nation, tmp_path: Path) -> None:
    """Files that are not ours are neither joined nor replaced; nor is a manifest of another format, or none at all."""
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(PortfolioRefused, match=r"holds thesis\.docx and no manifest; choose an empty folder"):
        done(nation.wish(tmp_path))
    folder = tmp_path / "other"
    folder.mkdir()
    for content, named in (
        (b'{"format": "portfolio/0"}', "is of format 'portfolio/0'"),
        (b"{", "is no manifest"),
        (b"[]", "is no manifest"),
    ):
        (folder / MANIFEST).write_bytes(content)
        with pytest.raises(PortfolioRefused, match=named):
            done(nation.wish(folder))


def test_one_process_at_a_time_works_in_a_folder(nation: Nation, tmp_path: Path) -> None:
    """A second one is refused while the first works, and goes on after it."""
    folder = tmp_path / "run"
    wish = nation.wish(folder)
    refused = []
    with opened(wish) as own:

        def made(numbers: Iterable[int]) -> Iterator[tuple[int, Made]]:
            with pytest.raises(PortfolioRefused, match="another process works in") as error:
                done(wish)
            refused.append(error)
            yield from made_by(wish, own, 1, numbers)

        run(asked_of(own.source, own.bench, size=wish.size, offers="True"), own.source, folder, made)
    assert refused
    assert done(wish).is_finished


def test_another_release_in_the_middle_ends_the_run(nation: Nation) -> None:
    """Parts of two releases would stand beside each other."""
    wish = nation.wish(Path("nowhere"), release_id="01JDC0V9T7Q2M4X8K6Z3B5N1RA")
    store = open_store(nation.settings.database, connections=1, lock_seconds=5)
    with pytest.raises(PortfolioRefused, match="came into force while a run under 01JDC0V9T7Q2M4X8K6Z3B5N1RA was under way; begin anew"):
        bench_of(wish, store)
    store.close()


def test_a_failing_chunk_keeps_what_is_done(nation: Nation, rows: pl.DataFrame, tmp_path: Path) -> None:
    """One chunk of five cannot be made: the error comes out, the parts before it are kept, and the next run makes the rest."""
    folder = tmp_path / "run"
    wish = nation.wish(folder)
    with opened(wish) as own:

        def made(numbers: Iterable[int]) -> Iterator[tuple[int, Made]]:
            for number, one in made_by(wish, own, 1, numbers):
                if number == 2:
                    raise OSError("the disk is full")
                yield number, one

        with pytest.raises(OSError, match="the disk is full"):
            run(asked_of(own.source, own.bench, size=wish.size, offers="True"), own.source, folder, made)
    with pytest.raises(PortfolioRefused, match="holds no finished portfolio"):
        parts_of(folder)
    before = parts(folder)
    done(wish)
    assert {name for name in ("part-00000.parquet", "part-00001.parquet") if parts(folder)[name] == before[name]} == {
        "part-00000.parquet",
        "part-00001.parquet",
    }
    assert_frame_equal(rows_in(folder), rows, check_exact=True)
