"""A simulated nation for the portfolio benchmark: provinces of 25,000 firms, each of its own seed, appended to one file a table.

`training.simulate` holds a whole province in memory; block after block, memory stays that of one. No firm is a copy of another: codes are
drawn anew in each block, and a code that came twice is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import polars as pl
from pyarrow.parquet import ParquetWriter

from features.tables import TABLES
from training.simulate import simulate

__all__ = ["BLOCK", "UNTIL", "nation"]

BLOCK, SEED, UNTIL = 25_000, 20_261_125, date(2026, 11, 20)
NOTE = "nation.json"


def nation(folder: Path, firms: int) -> Path:
    """Write evidence of `firms` simulated firms below `folder`, or find it there; the same number gives the same rows."""
    said = {"simulated": True, "firms": firms, "block": BLOCK, "seed": SEED, "until": UNTIL.isoformat()}
    note = folder / NOTE
    if note.is_file() and json.loads(note.read_text("utf-8")) == said:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    note.unlink(missing_ok=True)
    codes = []
    with ExitStack() as stack:
        writers: dict[str, ParquetWriter] = {}
        for tables in _blocks(firms):
            codes.append(tables["firms"]["firm_id"])
            for name, frame in tables.items():
                rows = frame.to_arrow()
                if name not in writers:
                    writers[name] = stack.enter_context(ParquetWriter(folder / f"{name}.parquet", rows.schema, compression="zstd"))
                writers[name].write_table(rows)
    if pl.concat(codes).n_unique() != firms:
        raise SystemExit(f"{folder}: a code was drawn in two blocks; take another SEED in benchmarks/provinces.py")
    note.write_text(json.dumps(said) + "\n", "utf-8")
    return folder


def _blocks(firms: int) -> Iterator[Mapping[str, pl.DataFrame]]:
    """Simulate block after block."""
    for number, first in enumerate(range(0, firms, BLOCK)):
        province = simulate(firms=min(BLOCK, firms - first), seed=SEED + number, until=UNTIL)
        yield {name: province.tables[name] for name in TABLES}
