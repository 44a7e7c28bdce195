"""Computing the indicators of all firms on file for a day, so that the first request of the day finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from features.evidence import gathered_frames
from features.firm_row import build_firms
from features.indicators import catalogue_hash
from service.rows import day_number
from service.store.blobs import get_blob
from service.store.engine import Store
from service.store.evidence import Version, latest_versions
from service.store.firm_rows import RowKey, as_entry, drop_rows_before, kept_keys, put_rows
from service.use_cases.ingest import Report

__all__ = ["materialise"]

BATCH = 500
"""Firms computed together and written in one transaction, so that decisions are never kept waiting long."""


def materialise(store: Store, as_of: date, *, report: Report = lambda _what, _share: None) -> int:
    """Compute and keep what is not there yet, forget earlier days, and say how many firms were computed."""
    day = day_number(as_of)
    with store.reading() as unit:
        there = kept_keys(unit, day, catalogue_hash())
        wanted = [version for version in latest_versions(unit).values() if (version.firm_id, version.sha256) not in there]
    entries = _entries(store, wanted, day)
    done = 0
    while batch := list(islice(entries, BATCH)):
        with store.writing() as unit:
            put_rows(unit, batch)
        done += len(batch)
        report("indicators", done / len(wanted))
    with store.writing() as unit:
        drop_rows_before(unit, day)
    return done


def _entries(store: Store, wanted: list[Version], day: int) -> Iterator[Mapping[str, Any]]:
    catalogue = catalogue_hash()
    for batch in _batched(wanted, BATCH):
        with store.reading() as unit:
            evidence = gathered_frames(get_blob(unit, version.sha256) for version in batch)
        for version, row in zip(batch, build_firms(evidence, day), strict=True):
            yield as_entry(RowKey(version.firm_id, day, version.sha256, catalogue), row.to_json())


def _batched(versions: Sequence[Version], size: int) -> Iterator[Sequence[Version]]:
    """Cut a sequence into runs of at most `size`."""
    return (versions[start : start + size] for start in range(0, len(versions), size))
