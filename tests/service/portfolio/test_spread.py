"""Rows of a file go to the chunk of their firm, in their order, whatever batches they come in."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from pyarrow.parquet import ParquetWriter

from service.portfolio import spread
from service.portfolio.spread import CHUNK, ROW

FIRMS = ["b", "a", None, "zz", "c", "d", "a", "b"]
WORDS = ["x", "y", "x", "z", "q", "x", "y", "r"]
CHUNKS = pl.DataFrame({"firm_id": ["a", "b", "c", "d"], CHUNK: [0, 0, 1, 1]}, schema_overrides={CHUNK: pl.Int32})


def written(path: Path, *, as_dictionary: bool) -> Path:
    """A file of four row groups; as a data frame with categories writes it, or with plain texts."""
    columns = {"firm_id": pa.array(FIRMS), "word": pa.array(WORDS)}
    table = pa.table({name: column.dictionary_encode() if as_dictionary else column for name, column in columns.items()})
    with ParquetWriter(path, table.schema) as writer:
        for begin in range(0, table.num_rows, 2):
            writer.write_table(table.slice(begin, 2))
    return path


@pytest.mark.parametrize("as_dictionary", [True, False])
@pytest.mark.parametrize("batch", [1, 3, 100])
def test_every_row_comes_to_its_chunk_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int, *, as_dictionary: bool) -> None:
    """Rows of no firm, or of one that is not known, come to the first chunk, where the checks name them by the row of the file."""
    monkeypatch.setattr(spread, "BATCH", batch)
    spread.spread(written(tmp_path / "rows.parquet", as_dictionary=as_dictionary), tmp_path / "out", CHUNKS)
    found = {path.stem: pl.read_ipc(path).select(ROW, "firm_id", "word").rows() for path in (tmp_path / "out").iterdir()}
    rows = [(number, firm, word) for number, (firm, word) in enumerate(zip(FIRMS, WORDS, strict=True), start=1)]
    assert found == {"00000": [row for row in rows if row[1] not in ("c", "d")], "00001": [row for row in rows if row[1] in ("c", "d")]}


def test_without_a_known_firm_all_rows_come_to_the_first_chunk(tmp_path: Path) -> None:
    """Nothing is lost that way."""
    spread.spread(written(tmp_path / "rows.parquet", as_dictionary=False), tmp_path / "out", CHUNKS.clear())
    (only,) = (tmp_path / "out").iterdir()
    assert (only.stem, pl.read_ipc(only).height) == ("00000", len(FIRMS))
