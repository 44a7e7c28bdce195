"""From evidence, or from a table with its contract, to the rows a bundle is validated on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import polars as pl

from features.firm_row import build_firms
from features.indicators import catalogue_hash
from features.sizes import age_band, size_of
from training.bundle import Bundle
from training.bundle.encoding import EPOCH
from training.errors import BookError
from training.evidence import NAMES, EvidenceBook, Segment, SegmentRows, evidence_book, segment_rows
from training.loanbook import book_of, load_contract, read_table
from training.validation.gaming import Asking
from training.validation.sample import Labels, Sample, sample_of

__all__ = ["asking_firms", "evidence_sample", "table_sample"]

TRIED: Final = 150
"""Firms whose tricks are tried."""
TERM: Final = 24
YUAN: Final = 10_000


def _labels(rows: pl.DataFrame) -> dict[str, Labels]:
    """Dimensions of the reports; what is not known is `unknown`."""
    said: dict[str, Sequence[Any]] = {by: rows[by].fill_null("unknown").to_list() for by in ("stage", "field", "region", "ownership")}
    said["size"] = [size_of(None if value is None else value * YUAN) for value in rows["revenue"].to_list()]
    said["age"] = [age_band(value) for value in rows["firm_age_years"].to_list()]
    return {by: np.array(labels, dtype=str) for by, labels in said.items()}


def _first_test_day(bundle: Bundle) -> date | None:
    said = bundle.manifest.training.get("test_from")
    return None if said is None else date.fromisoformat(said)


def evidence_sample(prepared: EvidenceBook, bundle: Bundle) -> Sample:
    """Held-out loans of the bundle's segment: those applied for since its test began, without firms that applied before.

    On the evidence it was trained on these are its own test rows. Raises `BookError` for another segment or other indicators.
    """
    if bundle.segment not in NAMES:
        raise BookError(f"{bundle.name} was trained for {bundle.segment!r}, not on evidence tables; validate it with its contract")
    if bundle.manifest.hashes.catalogue != catalogue_hash():
        raise BookError(f"{bundle.name} {bundle.version} was trained on other definitions of the indicators; train it again")
    segment, first = cast("Segment", bundle.segment), _first_test_day(bundle)
    book = evidence_book(prepared, segment, test_from=first, suspect=False)
    split: SegmentRows = segment_rows(prepared, segment, test_from=first)
    rows = split.frame.filter(pl.Series(split.held))
    return sample_of(
        book,
        bundle,
        groups=_labels(rows),
        days=rows["applied"].to_numpy().astype(np.float64),
        amounts=rows["asked"].to_numpy().astype(np.float64),
    )


def table_sample(contract: Path, bundle: Bundle, *, file: Path | None = None) -> Sample:
    """Held-out rows of a labelled table, split as its contract says.

    A table whose categories differ from those frozen at training is refused: its codes would mean something else.
    """
    said = load_contract(contract)
    book = book_of(said, read_table(file or contract.parent / said.book.file))
    mine, theirs = ({feature.name: feature.categories for feature in one} for one in (book.features, bundle.manifest.features))
    other = [name for name, categories in mine.items() if theirs.get(name, categories) != categories]
    if other:
        raise BookError(
            f"{bundle.name}: the categories of {', '.join(other)} are not those of training; validate on the table it was trained on"
        )
    return sample_of(book, bundle)


def asking_firms(prepared: EvidenceBook, tables: Mapping[str, pl.DataFrame], bundle: Bundle, *, most: int = TRIED) -> list[Asking]:
    """Up to `most` firms of the held-out rows, evenly spread, as they stand on the last day of application, asking what they asked."""
    split = segment_rows(prepared, bundle.segment, test_from=_first_test_day(bundle))
    rows = split.frame.filter(pl.Series(split.held)).unique("firm_id", keep="last", maintain_order=True)
    if rows.is_empty():
        return []
    chosen = rows[np.unique(np.linspace(0, rows.height - 1, min(most, rows.height)).astype(int)).tolist()]
    amounts = dict(chosen.select("firm_id", "asked").iter_rows())
    own = {name: frame.filter(pl.col("firm_id").is_in(list(amounts))) for name, frame in tables.items()}
    day = date.fromordinal(int(split.days.max()) + EPOCH)
    return [Asking(firm, amounts[firm.firm_id], TERM) for firm in build_firms(own, day.toordinal() - EPOCH)]
