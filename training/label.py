"""The outcome of a loan: 90 days past due within twelve months of drawing, with the window checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import polars as pl

from features.vocabulary import LoanDecision

__all__ = ["HORIZON_DAYS", "MEANING", "LabelCounts", "label_loans"]

HORIZON_DAYS = 365
MEANING = "90 days past due within 12 months of drawing"


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """What became of every application in the book."""

    applications: int
    not_drawn: int
    """Declined, withdrawn or approved and never drawn: no outcome."""
    too_recent: int
    """Drawn less than twelve months before the book ends: left out whether they failed already or not."""
    too_recent_defaults: int
    """Of those, the ones that failed already. Keeping them alone would make the newest loans look like failures only."""
    lost_sight_of: int
    """Older, not in default, but watched for less than twelve months."""
    labelled: int
    defaults: int

    def to_dict(self) -> dict[str, int]:
        """JSON-safe form."""
        return asdict(self)


def label_loans(loans: pl.DataFrame) -> tuple[pl.DataFrame, LabelCounts]:
    """Give the labelled loans with their `target` (1 = default), and the counts.

    The book ends on its latest `observed_until`. A loan is labelled when it was drawn, its twelve months are over by then, and
    it either went 90 days past due on or before day 365 after drawing or was watched to that day at least. A later default is
    a payer within the horizon. `loans` is the evidence table with `Date` columns.
    """
    end = pl.col("drawn_on") + pl.duration(days=HORIZON_DAYS)
    failed = (pl.col("default_on") <= end).fill_null(value=False)
    drawn = loans.filter((pl.col("decision").cast(pl.Utf8) == LoanDecision.APPROVED.value) & pl.col("drawn_on").is_not_null())
    drawn = drawn.with_columns(target=failed.cast(pl.Int64))
    ripe = drawn.filter((end <= loans["observed_until"].max()).fill_null(value=False))
    labelled = ripe.filter((pl.col("target") == 1) | (pl.col("observed_until") >= end).fill_null(value=False))
    counts = LabelCounts(
        applications=loans.height,
        not_drawn=loans.height - drawn.height,
        too_recent=drawn.height - ripe.height,
        too_recent_defaults=_defaults(drawn) - _defaults(ripe),
        lost_sight_of=ripe.height - labelled.height,
        labelled=labelled.height,
        defaults=_defaults(labelled),
    )
    return labelled, counts


def _defaults(loans: pl.DataFrame) -> int:
    return loans.filter(pl.col("target") == 1).height
