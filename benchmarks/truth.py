"""What only a simulated province can tell, because its truth is known: `python -m benchmarks.truth`.

Does reject inference help or harm? Do the intervals of a PD hold the true default rate as often as they say? Does the term structure meet
the defaults of later years? Everything here is simulated data. Writes `results/truth.json` and the tables in `docs/training.md`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.special import expit
from scipy.stats import beta

from benchmarks.report import FOLDER, Result, rewrite, write_result
from training.book import Book, Floats, Mask, Targets
from training.boosting import Settings
from training.bundle.doubt import Doubt
from training.bundle.encoding import EPOCH
from training.challengers.contest import paired_differences
from training.evidence import SEGMENTS, EvidenceBook, Segment, application_rows, evidence_book, prepare
from training.fitting import Fitted, fit
from training.metrics import evaluate
from training.rejects import Rejected, RejectInference, with_rejects
from training.simulate import Province, simulate

__all__ = ["MARKS", "main", "table"]

PAGE = Path(__file__).parents[1] / "docs" / "training.md"
MARKS = "<!-- truth: written by python -m benchmarks.truth -->\n", "<!-- end of truth -->"
FIRMS, SEED, UNTIL = 40_000, 5, date(2026, 6, 30)
PARTS: Mapping[str, tuple[str, ...]] = {
    "era": ("same era",),
    "later": ("later and new firms", "hidden evidence", "default by", "hazard against"),
    "rejects": ("rejects, ",),
}
"""What can be measured apart, and how the names of its results are told."""
WAYS: Mapping[str, RejectInference] = {
    "parcelling": RejectInference(method="parcelling"),
    "parcelling, odds doubled": RejectInference(method="parcelling", factor=2.0),
    "fuzzy": RejectInference(method="fuzzy"),
    "fuzzy, odds doubled": RejectInference(method="fuzzy", factor=2.0),
    "propensity": RejectInference(method="propensity"),
}


@dataclass(frozen=True, slots=True)
class Test:
    """Applications of the test period, granted or not, of firms no training row is about, with what became or would have become of them."""

    matrix: Floats
    target: Targets
    known: Floats
    """The true chance of default, along the path that the firm's state takes."""
    granted: Mask
    fails_on: Floats
    """Days from drawing to the firm's default, infinite where none comes before the truth ends."""
    drawn: Floats
    """Day number of the application, near enough to drawing for years."""


def _joined(province: Province, segment: Segment) -> pl.DataFrame:
    """Every decided application of a segment with indicators and truth."""
    loans = province.tables["loans"].filter(pl.col("decision").cast(pl.Utf8) != "withdrawn")
    rows = application_rows(loans, province.tables).filter(pl.col("segment") == segment)
    said = loans.join(province.loan_truth, on=["loan_id", "firm_id"], how="left").join(
        province.truth.select("firm_id", fails="default_on"), on="firm_id", how="left"
    )
    return rows.join(
        said.select(
            application_id=pl.concat_str("firm_id", "loan_id", separator="/"),
            decision=pl.col("decision").cast(pl.Utf8),
            applied=pl.col("applied_on").to_physical().cast(pl.Float64),
            outcome=pl.col("default_12m").cast(pl.Int64),
            known="pd_path",
            fails=pl.col("fails").to_physical().cast(pl.Float64),
            ended=pl.col("closed_on").to_physical().cast(pl.Float64),
        ),
        on="application_id",
        how="left",
    )


def _matrix(frame: pl.DataFrame, book: Book) -> Floats:
    return frame.select(feature.name for feature in book.features).to_numpy().astype(np.float64)


def _sides(rows: pl.DataFrame, book: Book) -> tuple[Rejected, Test]:
    """The declined of the training period, and everybody of the test period whose firm neither side of training knows."""
    cut = date.fromisoformat(book.counts["split"].rsplit(" ", 1)[1]).toordinal() - EPOCH
    before = rows.filter((pl.col("applied") < cut) & (pl.col("decision") == "declined"))
    assert book.firm is not None
    known = {*before["firm_id"].to_list(), *book.firm[book.train].tolist()}
    ripe = UNTIL.toordinal() - EPOCH
    after = rows.filter((pl.col("applied") >= cut) & ~pl.col("firm_id").is_in(list(known)) & (pl.col("applied") < ripe))
    rejected = Rejected(_matrix(before, book), before["firm_id"].to_numpy(), before["applied"].to_numpy())
    fails = (after["fails"] - after["applied"]).fill_null(float("inf")).to_numpy()
    return rejected, Test(
        _matrix(after, book), after["outcome"].to_numpy(), after["known"].to_numpy(), (after["decision"] == "approved").to_numpy(), fails,
        after["applied"].to_numpy(),
    )  # fmt: skip


def _values(test: Test, kept: Mask, said: Floats, base: Floats) -> dict[str, float]:
    """Metrics of one way on some test rows, and it less the model of the granted alone, with the paired interval."""
    target, found = test.target[kept], evaluate(test.target[kept], said[kept])
    gaps = paired_differences(target, said[kept], base[kept], seed=0)
    values: dict[str, float] = {"n": found.n, "defaults": found.defaults, "mean PD": round(found.mean_pd, 4)}
    for name, title in (("auc", "AUC"), ("brier", "Brier"), ("ece", "ECE"), ("calibration_intercept", "intercept")):
        values |= {title: round(found.metrics[name].value, 4), f"{title} low": round(found.metrics[name].low, 4),
                   f"{title} high": round(found.metrics[name].high, 4)}  # fmt: skip
    for name, title in (("auc", "AUC gain"), ("log_loss", "log loss gap")):
        values |= {title: round(gaps[name].value, 5), f"{title} low": round(gaps[name].low, 5), f"{title} high": round(gaps[name].high, 5)}
    return values


def _rejects(segment: str, book: Book, rejected: Rejected, test: Test, plain: Fitted) -> list[Result]:
    base, everybody = plain.log_odds(test.matrix), np.ones(len(test.target), dtype=np.bool_)
    found = {"granted only": base}
    pd = expit(plain.log_odds(rejected.matrix))
    for name, plan in WAYS.items():
        found[name] = fit(with_rejects(book, rejected, pd, plan), Settings()).log_odds(test.matrix)
    return [
        Result(f"rejects, {segment}, {who}: {name}", _values(test, kept, said, base))
        for who, kept in (("all applicants", everybody), ("granted", test.granted))
        for name, said in found.items()
    ]


def _same_era(segment: Segment, book: Book, prepared: EvidenceBook, province: Province) -> list[Result]:
    """The intervals where they claim to hold: 30 % of the training firms held out, at random, in the training era."""
    frame = prepared.frame.filter(pl.col("segment") == segment).head(len(book.train))
    truth = province.loan_truth.with_columns(application_id=pl.concat_str("firm_id", "loan_id", separator="/"))
    chance = frame.select("application_id").join(truth, on="application_id", how="left", maintain_order="left")["pd_path"].to_numpy()
    assert book.firm is not None
    assert np.array_equal(frame["target"].to_numpy(), book.target[book.train])
    firm = book.firm[book.train]
    names = np.unique(firm)
    held = np.isin(firm, np.random.default_rng(SEED).choice(names, round(0.3 * len(names)), replace=False))
    part = replace(book, matrix=book.matrix[book.train], target=book.target[book.train], firm=firm, test=held, spells=None, days=None)
    granted = np.ones(int(held.sum()), dtype=np.bool_)
    blank = np.zeros(int(held.sum()))
    return _coverage(
        f"{segment}, same era", fit(part, Settings()), Test(part.matrix[held], part.target[held], chance[held], granted, blank, blank)
    )


def _coverage(segment: str, fitted: Fitted, test: Test) -> list[Result]:
    """Bins of test rows by missing evidence and PD: how often the mean interval holds the mean true chance, and how wide it is."""
    doubt: Doubt = fitted.doubt
    log_odds = fitted.log_odds(test.matrix)
    margin = (log_odds - fitted.calibration.intercept) / fitted.calibration.slope
    interval, weight = doubt.interval(test.matrix, margin, log_odds), doubt.missing_weight(test.matrix)
    classes = np.searchsorted(np.array([band.below for band in doubt.by_missing[:-1]], dtype=np.float64), weight)
    rows, total = [], {"n": 0, "bins": 0, "held": 0}
    for number in range(len(doubt.by_missing)):
        mine = np.flatnonzero(test.granted & (classes == number))
        bins = [
            part
            for part in np.array_split(mine[np.argsort(log_odds[mine], kind="stable")], max(1, min(10, len(mine) // 100)))
            if len(part) > 50
        ]
        if not bins:
            continue
        held = [interval[part, 0].mean() <= test.known[part].mean() <= interval[part, 1].mean() for part in bins]
        width = float(np.median(interval[mine, 1] / interval[mine, 0]))
        total = {"n": total["n"] + len(mine), "bins": total["bins"] + len(bins), "held": total["held"] + int(sum(held))}
        values = {"n": len(mine), "bins": len(bins), "held": int(sum(held)), "median upper over lower PD": round(width, 3),
                  "share of n": round(len(mine) / int(test.granted.sum()), 3)}  # fmt: skip
        rows.append(Result(f"interval, {segment}, missing weight {_upto(doubt, number)}", values))
    return [*rows, Result(f"interval, {segment}, all classes", total)]


def _upto(doubt: Doubt, number: int) -> str:
    edge = doubt.by_missing[number].below
    return "more" if edge is None else f"up to {edge:.0%}"


def _hidden(segment: str, fitted: Fitted, test: Test) -> list[Result]:
    """Complete cases lose evidence as other test rows lack it, and get it back: how often is the complete PD inside the interval?"""
    doubt, dice = fitted.doubt, np.random.default_rng(1)
    weight = doubt.missing_weight(test.matrix)
    whole = np.flatnonzero(weight <= doubt.by_missing[0].below) if (weight <= doubt.by_missing[0].below).any() else np.argsort(weight)[:500]
    donors = np.isnan(test.matrix[dice.choice(len(weight), len(whole))])
    partly = np.where(donors, np.nan, test.matrix[whole])
    complete, log_odds = fitted.log_odds(test.matrix[whole]), fitted.log_odds(partly)
    margin = (log_odds - fitted.calibration.intercept) / fitted.calibration.slope
    interval, moved = doubt.interval(partly, margin, log_odds), doubt.missing_weight(partly) > doubt.by_missing[0].below
    pd = expit(complete)
    inside = (interval[:, 0] <= pd) & (pd <= interval[:, 1])
    values = {"n": int(moved.sum()), "stated": doubt.level, **_share("held", int(inside[moved].sum()), int(moved.sum()))}
    return [Result(f"hidden evidence brought back, {segment}", values)]


def _share(name: str, held: int, n: int) -> dict[str, float]:
    """A share with its Clopper-Pearson interval at 95 %."""
    low, high = (
        (float(beta.ppf(0.025, held, n - held + 1)) if held else 0.0),
        (float(beta.ppf(0.975, held + 1, n - held)) if held < n else 1.0),
    )
    return {name: round(held / max(n, 1), 4), f"{name} low": round(low, 4), f"{name} high": round(high, 4)}


def _later(segment: str, fitted: Fitted, test: Test) -> list[Result]:
    """Predicted against true cumulative default of test firms by the end of year 1, 2 and 3, where the truth reaches so far."""
    term = fitted.term_structure
    if term is None:
        return []
    log_odds, end, rows = fitted.log_odds(test.matrix), UNTIL.toordinal() - EPOCH + 365, []
    cumulative = term.cumulative(log_odds, expit(log_odds), 3)
    flat = 1 - np.power(1 - cumulative[:, :1], np.arange(1, 4))
    for year in (1, 2, 3):
        seen = test.granted & (test.drawn + 365 * year + 40 <= end)
        if int(seen.sum()) < 200:
            continue
        failed = int((test.fails_on[seen] <= 365 * year + 20).sum())
        said = {"predicted": cumulative[seen, year - 1].mean(), "with a constant hazard": flat[seen, year - 1].mean()}
        counted = {"n": int(seen.sum()), "defaults": failed} | {name: round(float(value), 4) for name, value in said.items()}
        values = counted | _share("true", failed, int(seen.sum()))
        rows.append(Result(f"default by the end of year {year}, {segment}", values))
    hazards = {f"year {one.year}": float(one.multiplier_bp) for one in term.years}
    bounds = {f"year {one.year} {side}": float(getattr(one, f"{side}_bp")) for one in term.years for side in ("low", "high")}
    return [*rows, Result(f"hazard against year 1 in basis points, {segment}", hazards | bounds)]


def _results(province: Province, prepared: EvidenceBook, segment: Segment, parts: Sequence[str]) -> list[Result]:
    book, found = evidence_book(prepared, segment), list[Result]()
    if "era" in parts:
        found += _same_era(segment, book, prepared, province)
    if parts == ("era",):
        return found
    rejected, test = _sides(_joined(province, segment), book)
    plain = fit(book, Settings())
    print(f"{segment}: {len(book.train):,} training rows, {len(rejected.matrix):,} declined, {len(test.target):,} test rows", flush=True)
    if "later" in parts:
        found += [*_coverage(f"{segment}, later and new firms", plain, test), *_hidden(segment, plain, test), *_later(segment, plain, test)]
    return [*found, *_rejects(segment, book, rejected, test, plain)] if "rejects" in parts else found


def _place(row: Result) -> int:
    """Results of one part stand together, in the order of the parts."""
    return next(number for number, marks in enumerate(PARTS.values()) if any(mark in row.name for mark in marks))


def _bounded(values: Mapping[str, float], name: str, digits: int = 3) -> str:
    return f"{values[name]:.{digits}f} ({values[f'{name} low']:.{digits}f} to {values[f'{name} high']:.{digits}f})"


def _rejects_table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| reject inference | n | defaults | mean PD | AUC | AUC gained | log loss changed | intercept |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        v = row["values"]
        cells = (_bounded(v, "AUC"), _bounded(v, "AUC gain", 4), _bounded(v, "log loss gap", 5), _bounded(v, "intercept", 2))
        yield (
            f"| {row['name'].removeprefix('rejects, ')} | {v['n']:,} | {v['defaults']:,} | {v['mean PD']:.4f} | " + " | ".join(cells) + " |"
        )


def _interval_table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| interval of a PD | n | bins | bins that hold the true mean | share | median upper over lower PD |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        v = row["values"]
        width = v.get("median upper over lower PD")
        said, share = "" if width is None else f"{width:.2f}", _bounded(_share("share", v["held"], v["bins"]), "share", 2)
        yield f"| {row['name'].removeprefix('interval, ')} | {v['n']:,} | {v['bins']} | {v['held']} | {share} | {said} |"


def _hidden_table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| hidden evidence brought back | n | stated | held |"
    yield "|---|---|---|---|"
    for row in rows:
        v = row["values"]
        yield f"| {row['name'].rsplit(', ', 1)[1]} | {v['n']:,} | {v['stated']:.2f} | {_bounded(v, 'held')} |"


def _later_table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| default by the end of | n | defaults | predicted | with a constant hazard | true |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        v = row["values"]
        predicted = f"{v['predicted']:.4f} | {v['with a constant hazard']:.4f}"
        who = row["name"].removeprefix("default by the end of ")
        yield f"| {who} | {v['n']:,} | {v['defaults']:,} | {predicted} | {_bounded(v, 'true', 4)} |"


def table(results: Sequence[Mapping[str, Any]]) -> str:
    """Markdown of every result, a table a question."""
    parts = (("rejects", _rejects_table), ("interval", _interval_table), ("hidden", _hidden_table), ("default by", _later_table))
    found = (make([row for row in results if row["name"].startswith(start)]) for start, make in parts)
    return "\n\n".join("\n".join(lines) for lines in found) + "\n"


def _kept(parts: Sequence[str]) -> list[Result]:
    """Rows on file of the parts that are not measured anew."""
    path, starts = FOLDER / "truth.json", {name for part in parts for name in PARTS[part]}
    rows = json.loads(path.read_text("utf-8"))["results"] if path.exists() else []
    return [Result(row["name"], row["values"]) for row in rows if not any(mark in row["name"] for mark in starts)]


def main(parts: Sequence[str] = ()) -> None:
    """Simulate, measure all parts or those named, write the results and the tables."""
    asked = tuple(parts or PARTS)
    province = simulate(firms=FIRMS, seed=SEED, until=UNTIL)
    prepared = prepare(province.tables, simulated=True)
    results = [row for segment in SEGMENTS for row in _results(province, prepared, segment, asked)]
    for row in results:
        print(row.name, dict(row.values))
    about = (
        f"SIMULATED: a province of {FIRMS:,} firms (seed {SEED}); outcomes of declined applications and later years are in its truth file."
    )
    write_result("truth", "What the simulated truth says", about, sorted([*_kept(asked), *results], key=_place), {}, {})
    rewrite(PAGE, MARKS, table(json.loads((FOLDER / "truth.json").read_text("utf-8"))["results"]))


if __name__ == "__main__":
    main(sys.argv[1:])
