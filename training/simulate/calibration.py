"""Does the province look as the published numbers say? Measured on what the product itself makes of its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from features.build import build_features
from features.points import build_reference, points_frame, shipped_scheme
from training.book import Book, Floats, Targets
from training.boosting import Settings, cross_validate, dataset_of
from training.evidence import SEGMENTS, EvidenceBook, evidence_book, prepare
from training.folds import make_folds
from training.metrics import auc
from training.simulate.province import Province

__all__ = ["SCHEME", "Finding", "calibration_table", "measure"]

SCHEME: Final = "cn-core-18"
QUICK: Final = Settings(rounds=250, learning_rate=0.08, patience=20, folds=3)
"""The product's own model, searched less finely: the Gini moves by about a hundredth."""
ZEROS: Final = {"pct_applications": "PCT applications in three years", "provincial_awards": "awards", "venture_capital": "venture capital"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One measured number beside the range it should lie in."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    """`%` shows the value times 100."""

    @property
    def fits(self) -> bool:
        """Does the value lie in its range?"""
        return self.low <= self.value <= self.high

    @property
    def shown(self) -> tuple[str, str]:
        """The value and its range as text."""
        factor, digits = (100, 2) if self.unit == "%" else (1, 0 if self.unit == "count" else 2)
        low, high = (f"{bound * factor:,.{digits}f}" if np.isfinite(bound) else "" for bound in (self.low, self.high))
        span = f"{low} to {high}" if high else f"at least {low}"
        return f"{self.value * factor:,.{digits}f}", span


def measure(province: Province) -> tuple[Finding, ...]:
    """Measure the province against its targets; takes about twenty seconds for 20,000 firms on one core."""
    prepared = prepare(province.tables, simulated=True)
    firms = _firms_now(province)
    books = tuple(evidence_book(prepared, segment) for segment in SEGMENTS)
    return (
        *_rates(prepared),
        *_defaults(books),
        *_losses(province),
        *_inventions(firms),
        *_tails(firms),
        _points_power(prepared, firms, province),
        *_model_power(books),
        _limit_of_power(prepared, province),
    )


def calibration_table(findings: Sequence[Finding]) -> str:
    """Write the findings as a Markdown table."""
    lines = [f"| {finding.name} | {finding.shown[0]} | {finding.shown[1]} | {finding.unit} |" for finding in findings]
    return "\n".join(["| measured | value | should be | unit |", "|---|---|---|---|", *lines])


def _mean(values: pl.Series) -> float:
    return float(values.drop_nulls().cast(pl.Float64).to_numpy().mean())


def _firms_now(province: Province) -> pl.DataFrame:
    """Give every firm's indicators on `until`, without a request."""
    ids = province.tables["firms"].select(application_id="firm_id", firm_id="firm_id", as_of=pl.lit(province.until))
    asked = ids.with_columns(pl.lit(None, dtype=pl.Int64).alias(name) for name in ("amount", "term_months"))
    frame: pl.DataFrame = build_features(asked, province.tables)
    return frame


def _rates(prepared: EvidenceBook) -> list[Finding]:
    """Measure one-year default rates of drawn loans."""
    frame = prepared.frame
    stages = {"start-up": (0.030, 0.045), "growth": (0.012, 0.020), "stable": (0.006, 0.012)}
    whole = Finding("one-year default rate, all drawn loans", _mean(frame["target"]), 0.013, 0.019, "%")
    return [whole, *(_rate(frame.filter(pl.col("stage") == stage), stage, *span) for stage, span in stages.items())]


def _rate(frame: pl.DataFrame, stage: str, low: float, high: float) -> Finding:
    return Finding(f"one-year default rate, {stage}", _mean(frame["target"]), low, high, "%")


def _defaults(books: Sequence[Book]) -> list[Finding]:
    """Count the defaults each model learns from."""
    return [Finding(f"defaults in training, {b.segment} model", float(b.target[b.train].sum()), 200, np.inf, "count") for b in books]


def _losses(province: Province) -> list[Finding]:
    """Measure the share lost of defaulted loans that are worked out."""
    loans = province.tables["loans"].join(province.loan_truth.select("loan_id", "pledged"), on="loan_id", how="left")
    lost = loans.filter(pl.col("default_on").is_not_null() & pl.col("loss").is_not_null())
    share = lost.select("pledged", share=pl.col("loss") / pl.col("amount"))
    return [
        Finding(f"loss given default, {name}", _mean(share.filter(pl.col("pledged") == pledged)["share"]), *span, "%")
        for name, pledged, span in (("unsecured", False, (0.40, 0.45)), ("patent pledged", True, (0.25, 0.35)))
    ]


def _inventions(firms: pl.DataFrame) -> list[Finding]:
    """Measure rights held per firm, and how many firms have none of what is rare."""
    zeros = [Finding(f"firms with no {what}", _mean(firms[name].drop_nulls() == 0), 0.70, 0.85, "%") for name, what in ZEROS.items()]
    rights = {"Class I": ("class1_rights", 1.7), "Class II": ("class2_rights", 8.1)}
    held = [
        Finding(f"{name} rights held per firm", _mean(firms[column].drop_nulls()), 0.85 * mean, 1.15 * mean, "rights")
        for name, (column, mean) in rights.items()
    ]
    return held + zeros


def _tails(firms: pl.DataFrame) -> list[Finding]:
    """Measure how much of the whole the largest hundredth of firms has: heavy tails have a fifth or more."""
    found = []
    for name, column in (("revenue", "revenue"), ("R&D expense", "rd_expense"), ("inventions and PCT applications held", "class1_rights")):
        values = np.sort(firms[column].drop_nulls().to_numpy())[::-1]
        top = values[: max(len(values) // 100, 1)].sum() / values.sum()
        found.append(
            Finding(f"share of {name} with the largest 1 % of firms", float(top), 0.10 if column == "class1_rights" else 0.20, 0.75, "%")
        )
    return found


def _gini(name: str, target: Targets, badness: Floats, low: float, high: float) -> Finding:
    return Finding(f"Gini {name}", 2 * auc(target, badness).value - 1, low, high, "")


def _points_power(prepared: EvidenceBook, firms: pl.DataFrame, province: Province) -> Finding:
    """Measure how well points alone tell defaulters apart, against peers of today; unscored loans count as zero points."""
    scheme = shipped_scheme(SCHEME)
    peers = build_reference(firms, scheme, name="calibration", as_of=province.until, simulated=True)
    points = points_frame(scheme, peers, prepared.frame)["total"].fill_null(0).to_numpy()
    return _gini(f"of points alone ({SCHEME})", prepared.frame["target"].to_numpy(), -points.astype(np.float64), 0.25, 0.35)


def _model_power(books: Sequence[Book]) -> list[Finding]:
    """Measure the product's two models on training firms each has not seen (out of fold): together, and one by one."""
    margins = [_out_of_fold(book) for book in books]
    targets = [book.target[book.train] for book in books]
    both = _gini("of the two models together, out of fold", np.concatenate(targets), np.concatenate(margins), 0.50, 0.60)
    each = zip(books, targets, margins, strict=True)
    return [both, *(_gini(f"of the {book.segment} model, out of fold", target, margin, 0.35, 0.65) for book, target, margin in each)]


def _out_of_fold(book: Book) -> Floats:
    firm = None if book.firm is None else book.firm[book.train]
    folds = make_folds(book.target[book.train], firm, folds=QUICK.folds, seed=QUICK.seed)
    return cross_validate(dataset_of(book, QUICK), book, folds, QUICK).margin


def _limit_of_power(prepared: EvidenceBook, province: Province) -> Finding:
    """Measure what a lender who saw every trait and the true state of the day could reach."""
    known = province.loan_truth.select(pl.concat_str("firm_id", "loan_id", separator="/").alias("application_id"), "pd_known")
    frame = prepared.frame.join(known, on="application_id", how="left", maintain_order="left")
    return _gini("of the true PD on the day of drawing", frame["target"].to_numpy(), frame["pd_known"].to_numpy(), 0.60, 0.80)
