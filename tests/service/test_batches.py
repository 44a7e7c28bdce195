"""Batch files: what they may hold, and every wrong row by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import orjson
import pytest
from builders_allocation import candidate, firm_code

from service.batches import read_batch, read_candidates
from service.domain.allocation import BatchFaults

TODAY = date(2026, 11, 23)
ONE, TWO = firm_code(1), firm_code(2)
FIRMS = f"firm_id,amount,term_months\n{ONE},2000000,24\n{TWO},3000000,36\n"
ROUNDS = f"firm_id,investor,round,amount,closed_on,known_on\n{ONE},启航创投,a,30000000,2026-03-01,2026-03-15\n"
INVESTORS = "investor,tier\n启航创投,top\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("firms", FIRMS), ("rounds", ROUNDS), ("investors", INVESTORS)):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


def faults(path: Path) -> list[str]:
    with pytest.raises(BatchFaults) as refused:
        read_batch(path, TODAY)
    assert all(fault.remedy for fault in refused.value.faults)
    assert "nothing was allocated" in str(refused.value)
    return [f"{fault.table} {fault.row} {fault.column}" for fault in refused.value.faults]


def test_csv_and_json_say_the_same(folder: Path, tmp_path: Path) -> None:
    """Three CSV files and one JSON file give the same batch, byte order mark or not."""
    batch = read_batch(folder, TODAY)
    assert [(one.firm_id, one.amount, one.term_months) for one in batch.firms] == [(ONE, 2_000_000, 24), (TWO, 3_000_000, 36)]
    assert batch.product == "loan-investment"
    path = tmp_path / "batch.json"
    path.write_bytes(orjson.dumps(batch.model_dump(mode="json")))
    assert read_batch(path, TODAY) == batch
    (folder / "firms.csv").write_text("\ufeff" + FIRMS + "\n", "utf-8")
    assert read_batch(folder, TODAY) == batch


def test_rounds_and_investors_may_be_absent(folder: Path) -> None:
    """A file of firms alone is a batch; so is a folder with nothing else in it."""
    alone = read_batch(folder / "firms.csv", TODAY)
    assert (len(alone.firms), alone.rounds, alone.investors) == (2, (), ())
    (folder / "rounds.csv").unlink()
    assert read_batch(folder, TODAY).rounds == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("firms", ONE, "91340100MA2NUWQJ3X", "firms 1 firm_id"),
        ("firms", "2000000", "2 million", "firms 1 amount"),
        ("firms", "36", "361", "firms 2 term_months"),
        ("firms", "3000000", "", "firms 2 amount"),
        ("firms", TWO, ONE, "firms 2 firm_id"),
        ("firms", "term_months", "term", "firms 0 term_months"),
        ("firms", ",36", ",36,9", "firms 2 "),
        ("rounds", ",a,", ",seedling,", "rounds 1 round"),
        ("rounds", "启航创投", "无名", "rounds 1 investor"),
        ("rounds", "2026-03-01", "2026-04-01", "rounds 1 known_on"),
        ("rounds", "2026-03", "2027-03", "rounds 1 closed_on"),
        ("rounds", ONE, firm_code(3), "rounds 1 firm_id"),
        ("rounds", ROUNDS, ROUNDS + ROUNDS.splitlines()[1], "rounds 2 round"),
        ("investors", "top", "big", "investors 1 tier"),
        ("investors", INVESTORS, INVESTORS + "启航创投,other", "investors 2 investor"),
    ],
)
def test_every_wrong_row_is_named(folder: Path, file: str, old: str, new: str, place: str) -> None:
    """Table, row (the first under the header is 1) and column, for wrong values, strangers, repetitions and clocks."""
    path = folder / f"{file}.csv"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert place in faults(folder)


def test_files_that_cannot_be_read_are_named(folder: Path, tmp_path: Path) -> None:
    """A missing file of firms, bytes that are no UTF-8, JSON that is none, a batch of nobody."""
    (folder / "rounds.csv").write_bytes("启航".encode("gb18030"))
    assert faults(folder) == ["rounds 0 "]
    (folder / "firms.csv").unlink()
    assert "firms 0 " in faults(folder)
    path = tmp_path / "batch.json"
    path.write_text('{"firms": [', "utf-8")
    assert faults(path) == ["batch 0 "]
    path.write_text('{"firms": []}', "utf-8")
    assert faults(path) == ["firms 0 "]


def test_many_faults_are_counted() -> None:
    """The message shows twenty and counts the rest; the error holds all."""
    many = BatchFaults([*_many(25)])
    assert str(many).endswith("... and 5 more")
    assert len(many.faults) == 25


def _many(count: int) -> list[object]:
    from features.checks import Fault  # noqa: PLC0415

    return [Fault("firms", row, "amount", "x", "must be a whole number", "write digits") for row in range(1, count + 1)]


def test_candidates_come_from_csv_or_json(tmp_path: Path) -> None:
    """Both forms give the same candidates; PD stays the text it was."""
    said = candidate().model_dump(mode="json", exclude={"pd_units"})
    (tmp_path / "c.json").write_bytes(orjson.dumps({"candidates": [said]}))
    (tmp_path / "c.csv").write_text(",".join(said) + "\n" + ",".join(str(value) for value in said.values()) + "\n", "utf-8")
    assert read_candidates(tmp_path / "c.csv") == read_candidates(tmp_path / "c.json") == (candidate(),)


def test_a_candidate_that_is_named_twice_or_wrong_is_refused(tmp_path: Path) -> None:
    """The row that repeats is named; so is one whose bounds are in the wrong order."""
    said = candidate().model_dump(mode="json")
    path = tmp_path / "c.json"
    for rows, place in (
        ([said, said], (2, "firm_id")),
        ([said | {"max_rate_bp": 1}], (1, "max_rate_bp")),
        ([said | {"pd": 0.01}], (1, "pd")),
    ):
        path.write_bytes(orjson.dumps({"candidates": rows}))
        with pytest.raises(BatchFaults) as refused:
            read_candidates(path)
        assert [(fault.row, fault.column) for fault in refused.value.faults] == [place]
