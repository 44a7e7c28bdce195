"""A portfolio on an existing Spark cluster: the same expressions, scorer and rows, one partition of firms after another on every core.

Spark commits what it writes as a whole, so a run is done or not: what was interrupted is written anew, and the manifest comes last.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial, reduce
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

import orjson
import polars as pl
import pyarrow as pa

from features.checks import EvidenceFaults, Fault, checked_tables
from features.checks.header import nearest
from features.tables import TABLES
from service.errors import PortfolioRefused, ServiceError
from service.portfolio.cluster import Files, spark_session
from service.portfolio.columns import schema_of
from service.portfolio.crew import Wish, bench_of
from service.portfolio.offers import Bench
from service.portfolio.rows import rows_of
from service.portfolio.run import MANIFEST, Made, Manifest, Report, asked_of, built
from service.portfolio.shipment import Shipment, shipment_of
from service.portfolio.together import tables_in, together
from service.store import open_store
from training.evidence_files import DOCUMENTS

__all__ = ["run_on_spark"]

ROWS = "rows"
"""The folder, below the run's, that Spark writes the part files into."""
SAID = "JIFEN-SAID:"
MOST_FAULTS = 1_000
"""Faults of one partition that are carried to the driver."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """The evidence by its content, whatever files it lies in and in whatever order."""

    checksum: str
    firms: int


def run_on_spark(wish: Wish, evidence: str, folder: str, *, report: Report = lambda _what, _share: None) -> Manifest:
    """Write the portfolio of the Parquet files in `evidence` below `folder`; both are paths or addresses that every executor reaches.

    A finished run of the same is left as it stands. Raises `PortfolioRefused` where PySpark, Java or a place is missing, or the folder
    holds something else; `EvidenceFaults` as the run on one machine does, for the first partition that has any.
    """
    session = spark_session()
    files = Files(session)
    report("read the evidence", 0.0)
    found = _found(files, folder)
    tables = _tables(session, files, evidence)
    store = open_store(wish.settings.database, connections=2, lock_seconds=wish.settings.lock_seconds)
    try:
        bench = bench_of(wish, store)
        shipment = shipment_of(store, bench, with_offers=wish.with_offers)
    finally:
        store.close()
    counted = _counted(tables)
    offers = "all" if wish.with_offers else "none"
    asked = {**asked_of(counted, bench, size=wish.size, offers=offers), "engine": "spark"}
    partitions = max(1, -(-counted.firms // wish.size))
    manifest = found or Manifest(asked=asked, chunks=partitions, firms=counted.firms)
    manifest.refuse_other(asked, folder)
    report("write the rows", 0.1)
    if not manifest.is_finished or not _stands(session, files, folder, manifest):
        files.write(f"{folder}/{MANIFEST}", Manifest(asked=asked, chunks=partitions, firms=counted.firms).body())
        _written(session, tables, shipment, bench, partitions, wish.today, f"{folder}/{ROWS}")
        parts = _parts(session, files, folder)
        manifest = Manifest(asked=asked, chunks=len(parts), firms=counted.firms, parts=dict(enumerate(parts)))
        files.write(f"{folder}/{MANIFEST}", manifest.body())
    report(f"{counted.firms:,} firms", 1.0)
    return manifest


def _tables(session: Any, files: Files, folder: str) -> Mapping[str, Any]:
    """Open the Parquet of each table: a file, or a folder as Spark writes it. Any other file is refused; documents may lie beside them."""
    names = files.names(folder)
    if names is None:
        raise PortfolioRefused(f"there is no folder {folder} that the cluster can read; name the one that holds firms.parquet")
    data = [name for name in names if PurePosixPath(name).suffix not in {"", *DOCUMENTS}]
    strangers = [name for name in data if name not in {f"{table}.parquet" for table in TABLES}]
    if strangers:
        faults = [Fault(name.partition(".")[0], 0, "", name, "unknown-file", _remedy(name)) for name in strangers]
        raise EvidenceFaults(faults)
    if "firms.parquet" not in names:
        raise EvidenceFaults([Fault("firms", 0, "", "", "missing-table", "add firms.parquet; every other table may be absent")])
    tables = {name: session.read.parquet(f"{folder}/{name}.parquet") for name in TABLES if f"{name}.parquet" in names}
    checked_tables({name: _empty(frame) for name, frame in tables.items()})
    return tables


def _remedy(name: str) -> str:
    likely = nearest(name.partition(".")[0], TABLES)
    if likely:
        return f"if it holds {likely}, write it as {likely}.parquet; otherwise move it out of the folder"
    return f"move it out of the folder; the tables are {', '.join(TABLES)}, each as .parquet"


def _empty(frame: Any) -> pl.DataFrame:
    """Give a frame's columns without rows."""
    from pyspark.sql.pandas.types import to_arrow_schema  # noqa: PLC0415 loaded only by runs on Spark

    return pl.DataFrame(pl.from_arrow(to_arrow_schema(frame.schema).empty_table()))


def _counted(tables: Mapping[str, Any]) -> _Counted:
    """Count the firms, and hash the rows of every table: a 64-bit sum that tells accident, not intent."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    def summed(name: str, frame: Any) -> Any:
        cells = [part for column in sorted(frame.columns) for part in (F.col(f"`{column}`"), F.col(f"`{column}`").isNull())]
        said = F.lit(f"{name} {','.join(sorted(frame.columns))}").alias("table")
        return (
            frame.select(F.xxhash64(*cells).cast("decimal(20,0)").alias("h"))
            .agg(F.count("h").alias("n"), F.sum("h").alias("h"))
            .select(said, "n", "h")
        )

    found = reduce(lambda one, other: one.union(other), [summed(name, frame) for name, frame in tables.items()]).collect()
    lines = sorted(f"{table} {rows} {total}" for table, rows, total in found)
    firms = tables["firms"].select(F.col("firm_id").cast("string").alias("code")).na.drop().distinct().count()
    return _Counted("rows-xxhash64:" + sha256("\n".join(lines).encode()).hexdigest(), int(firms))


def _found(files: Files, folder: str) -> Manifest | None:
    """Read the manifest that stands there; `PortfolioRefused` where the folder holds something else."""
    content = files.read(f"{folder}/{MANIFEST}")
    if content is not None:
        return Manifest.parsed(content, f"{folder}/{MANIFEST}")
    strangers = files.names(folder)
    if strangers:
        raise PortfolioRefused(f"{folder} holds {strangers[0]} and no manifest; choose an empty folder")
    return None


def _written(session: Any, tables: Mapping[str, Any], shipment: Shipment, bench: Bench, partitions: int, today: date, place: str) -> None:
    """Write the rows of every partition; all of them, or none that a manifest names."""
    from pyspark.errors import PySparkException  # noqa: PLC0415
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema  # noqa: PLC0415

    made = pl.DataFrame(schema=schema_of(bench.active, with_offers=shipment.with_offers)).to_arrow().schema
    schema = from_arrow_schema(made)
    packed = session.sparkContext.broadcast(shipment.packed())
    job = partial(rows_in, packed=packed, today=today, schema=to_arrow_schema(schema))
    try:
        together(tables, partitions).mapInArrow(job, schema).write.mode("overwrite").option("compression", "zstd").parquet(place)
    except PySparkException as error:
        raise _heard(str(error)) from error
    finally:
        packed.destroy()


def rows_in(batches: Iterator[pa.RecordBatch], *, packed: Any, today: date, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Turn one partition of `together` into rows of the portfolio; runs on the executors."""
    try:
        tables = tables_in(batches, today)
        if tables is not None:
            bench, with_offers = _bench(packed.value)
            yield from rows_of(built(tables, bench), bench, with_offers=with_offers).to_arrow().cast(schema).to_batches()
    except EvidenceFaults as error:
        raise RuntimeError(_said("faults", [list(fault) for fault in error.faults[:MOST_FAULTS]])) from None
    except ServiceError as error:
        raise RuntimeError(_said("refused", str(error))) from None


@cache
def _bench(packed: bytes) -> tuple[Bench, bool]:
    """Lay the bench once in each process of an executor."""
    shipment = Shipment.unpacked(packed)
    return shipment.bench(), shipment.with_offers


def _said(kind: str, what: Any) -> str:
    """Write what an executor found so that it comes through Spark's own words unharmed."""
    return SAID + b64encode(zlib.compress(orjson.dumps([kind, what]))).decode() + ":"


def _heard(words: str) -> Exception:
    """Give the error that an executor meant, or one about what Spark says."""
    _, mark, rest = words.partition(SAID)
    if not mark:
        last = next((line.strip() for line in reversed(words.splitlines()) if line.strip()), "no reason given")
        return PortfolioRefused(
            f"the Spark job failed, and nothing was written that counts: {last[:300]}; its log tells more. Where a module is not found, "
            "every executor needs jifen and its libraries (docs/portfolio.md); where memory ran out, take a smaller --chunk"
        )
    kind, what = orjson.loads(zlib.decompress(b64decode(rest.partition(":")[0])))
    return EvidenceFaults([Fault(*one) for one in what]) if kind == "faults" else PortfolioRefused(what)


def _hashed(session: Any, place: str) -> Mapping[str, str]:
    """Hash every part file where it lies."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    frame = session.read.format("binaryFile").load(place).filter(F.col("path").endswith(".parquet"))
    found = frame.select(F.element_at(F.split("path", "/"), -1).alias("name"), F.sha2("content", 256).alias("sha256")).collect()
    return {row.name: f"sha256:{row.sha256}" for row in found}


def _parts(session: Any, files: Files, folder: str) -> list[Made]:
    """Describe the part files that were written, in the order of their names."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    place = f"{folder}/{ROWS}"
    hashes = _hashed(session, place)
    counted = session.read.parquet(place).groupBy(F.col("_metadata.file_name").alias("name")).count().collect()
    rows: dict[str, int] = {row["name"]: row["count"] for row in counted}
    names = [name for name in files.names(place) or () if name.endswith(".parquet")]
    return [Made(f"{ROWS}/{name}", rows.get(name, 0), hashes[name]) for name in names]


def _stands(session: Any, files: Files, folder: str, manifest: Manifest) -> bool:
    """Is every part there, as the manifest has it?"""
    if files.names(f"{folder}/{ROWS}") is None:
        return False
    found = _hashed(session, f"{folder}/{ROWS}")
    return all(found.get(one.file.removeprefix(f"{ROWS}/")) == one.sha256 for one in manifest.parts.values())
