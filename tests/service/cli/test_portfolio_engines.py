"""`jifen portfolio`: which options go with which engine, and what a run on Spark is handed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from service.cli import portfolio as command
from service.portfolio import spark
from service.portfolio.crew import Wish
from service.portfolio.run import Made, Manifest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "out"], "say either --evidence FOLDER, or --filed"),
        (["--out", "out", "--filed", "--evidence", "e"], "say either --evidence FOLDER, or --filed"),
        (["--out", "out", "--filed", "--engine", "spark"], "reads Parquet files, not the database"),
        (["--out", "out", "--evidence", "e", "--engine", "spark", "--workers", "2"], "the cluster's cores work side by side"),
        (["--out", "out", "--evidence", "hdfs:///e"], "--evidence hdfs:///e is an address, which only --engine spark reaches"),
        (["--out", "s3a://o", "--evidence", "e"], "--out s3a://o is an address, which only --engine spark reaches"),
    ],
)
def test_options_that_say_nothing_together_are_refused(jifen: Any, words: list[str], said: str) -> None:
    """Exit code 2, and what to say instead."""
    answer = jifen("portfolio", *words)
    assert answer.code == 2
    assert said in answer.err


def test_a_file_is_no_folder(jifen: Any, tmp_path: Path) -> None:
    """A path that is a file is refused as a place to write."""
    (tmp_path / "file").write_text("", "utf-8")
    answer = jifen("portfolio", "--evidence", tmp_path, "--out", tmp_path / "file")
    assert answer.code == 2
    assert "is a file" in answer.err


def test_spark_is_handed_the_addresses_as_they_are(jifen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Amount, term, day and chunk go with them; what was done is told."""
    handed: list[Any] = []

    def ran(wish: Wish, evidence: str, folder: str, **_said: object) -> Manifest:
        handed.extend([wish, evidence, folder])
        return Manifest(asked={}, chunks=1, firms=3, parts={0: Made("rows/a.parquet", 3, "sha256:x")})

    monkeypatch.setattr(spark, "run_on_spark", ran)
    words = ["--evidence", "hdfs:///e", "--out", "s3a://o/p", "--as-of", "2026-06-30", "--amount", "7", "--term", "12", "--chunk", "9"]
    answer = jifen("portfolio", "--engine", "spark", *words, "--offers", "none")
    assert answer.code == 0, answer.err
    assert "3 firms in 1 part files in s3a://o/p" in answer.out
    wish, evidence, folder = handed
    assert (evidence, folder) == ("hdfs:///e", "s3a://o/p")
    assert (wish.as_of, wish.amount, wish.term_months, wish.size, wish.with_offers) == (date(2026, 6, 30), 7, 12, 9, False)


def test_the_usual_chunk_is_the_one_documented() -> None:
    """docs/portfolio.md sizes executors by it."""
    assert f"`--chunk`, {command.CHUNK:,}" in (Path(__file__).parents[3] / "docs" / "portfolio.md").read_text("utf-8")
