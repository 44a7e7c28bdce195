"""Does an innovation score mean anything? `python -m benchmarks.innovation`: points of a year against what followed three years on.

`inst_innovation_panel` (803 US firms, 1991-1999) beside the project; skipped with the reason where it is absent. Points come from the
product's own engine and illustrative scheme, on the indicators that the panel has (R&D, its growth and its share of sales, patents, sales
and their growth); all others are unknown and score nothing. `cites` counts what the patents of a year collected later, so it is an
outcome and never a part of the score. Writes `results/innovation.json` and the table in `docs/training.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import rankdata

from benchmarks.report import FOLDER, Result, rewrite, write_result
from features.points import build_reference, points_frame, shipped_scheme

__all__ = ["MARKS", "main", "panel_scores", "rank_correlations", "table"]

FILE = Path(__file__).parents[2] / "shared" / "data" / "inst_innovation_panel.csv.gz"
PAGE = Path(__file__).parents[1] / "docs" / "training.md"
MARKS = "<!-- innovation: written by python -m benchmarks.innovation -->\n", "<!-- end of innovation -->"
SCHEME = "cn-core-18"
AHEAD = 3
DRAWS = 500
SCORES = {
    "points": "all points",
    "technology": "technology points",
    "rd_intensity": "R&D over sales alone",
    "patents": "patents alone",
}
OUTCOMES = {
    "later_cites": "citations of the patents of three years later",
    "later_cites_each": "the same for each such patent",
    "value_growth": "growth of market value in three years",
    "sales_growth": "growth of sales in three years",
}
Floats = npt.NDArray[np.float64]


def _with_growth(panel: pl.DataFrame) -> pl.DataFrame:
    """Each firm-year with the year before it, and the one three years later where it is there."""
    keys = ["company", "year"]
    before = panel.select("company", (pl.col("year") + 1).alias("year"), sales_before="sales", randd_before="randd")
    after = panel.select(
        "company",
        (pl.col("year") - AHEAD).alias("year"),
        later_cites="cites",
        later_cites_each=pl.when(pl.col("patents") > 0).then(pl.col("cites") / pl.col("patents")),
        later_value="value",
        later_sales="sales",
    )
    joined = panel.join(before, on=keys, how="left").join(after, on=keys, how="inner")
    return joined.with_columns(
        value_growth=(pl.col("later_value") / pl.col("value")).log(),
        sales_growth=(pl.col("later_sales") / pl.col("sales")).log(),
        rd_expense=pl.when(pl.col("drandd") == 0).then(pl.col("randd")).otherwise(0.0),
        field=pl.col("industry").cast(pl.String).str.slice(0, 2),
    ).with_columns(
        rd_intensity=pl.col("rd_expense") / pl.col("sales"),
        rd_expense_growth=pl.when(pl.col("randd_before") > 0).then(pl.col("rd_expense") / pl.col("randd_before") - 1),
        revenue="sales",
        revenue_growth=pl.col("sales") / pl.col("sales_before") - 1,
        invention_applications=pl.col("patents").cast(pl.Float64),
    )


def panel_scores(panel: pl.DataFrame) -> pl.DataFrame:
    """Points of every firm-year against the peers of its own year, beside what followed."""
    scheme, parts = shipped_scheme(SCHEME), []
    rows = _with_growth(panel)
    absent = [name for name in scheme.indicators if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in absent)
    for (year,), group in rows.sort("year", "company").group_by(["year"], maintain_order=True):
        peers = build_reference(group, scheme, name=f"panel-{year}", as_of=date(int(str(year)), 12, 31))
        scored = points_frame(scheme, peers, group).select(points="total", technology="technology")
        parts.append(pl.concat([group, scored], how="horizontal"))
    return pl.concat(parts)


def _ranks(values: Floats, group: npt.NDArray[np.int64]) -> Floats:
    """Ranks within each group, 0 to 1."""
    found = np.empty(len(values))
    for one in np.unique(group):
        mine = group == one
        found[mine] = (rankdata(values[mine]) - 0.5) / mine.sum()
    return found - 0.5


def _left(values: Floats, controls: Floats) -> Floats:
    """What a straight line in the controls leaves of the values."""
    design = np.column_stack([np.ones(len(values)), controls])
    left: Floats = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    return left


def _correlation(one: Floats, other: Floats) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def rank_correlations(rows: pl.DataFrame, score: str, outcome: str) -> dict[str, float]:
    """Spearman's correlation within years, plain and at equal sales, with 95 % intervals from drawing whole companies."""
    known = rows.filter(pl.col(score).is_not_null() & pl.col(outcome).is_finite())
    year = known["year"].to_numpy()
    x, y, size = (_ranks(known[name].to_numpy().astype(np.float64), year) for name in (score, outcome, "sales"))
    firm = np.unique(known["company"].to_numpy(), return_inverse=True)[1]
    rows_of = [np.flatnonzero(firm == one) for one in range(int(firm.max()) + 1)]
    dice, draws = np.random.default_rng(0), []
    for _ in range(DRAWS):
        drawn = np.concatenate([rows_of[one] for one in dice.integers(0, len(rows_of), len(rows_of))])
        draws.append(_pair(x[drawn], y[drawn], size[drawn]))
    plain, partial = _pair(x, y, size)
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    names = ("plain", "at equal sales")
    values: dict[str, float] = {"n": len(x), "firms": len(rows_of)}
    for position, (name, value) in enumerate(zip(names, (plain, partial), strict=True)):
        values |= {name: round(value, 3), f"{name} low": round(float(low[position]), 3), f"{name} high": round(float(high[position]), 3)}
    return values


def _pair(x: Floats, y: Floats, size: Floats) -> tuple[float, float]:
    return _correlation(x, y), _correlation(_left(x, size), _left(y, size))


def _results(rows: pl.DataFrame) -> Iterator[Result]:
    for score, title in SCORES.items():
        for outcome, said in OUTCOMES.items():
            yield Result(f"{title} and {said}", rank_correlations(rows, score, outcome))


ABOUT = """Rank correlations within years (Spearman), 95 % intervals from 500 draws of whole companies; at equal sales: of what ranks of
sales leave of both. Peers are the firms of the same year and two-digit industry. The scheme's weights are illustrative and 12 of its 18
indicators are unknown here, so this tests the idea of points more than the official table. Firms that left the panel within the three
years are not in it."""


def table(results: Sequence[Mapping[str, Any]]) -> str:
    """Markdown, a row a score and outcome, 95 % intervals in brackets."""
    lines = ["| score and what followed | n | firms | rank correlation | at equal sales |", "|---|---|---|---|---|"]
    for row in results:
        values = row["values"]
        cells = (f"{values[n]:.2f} ({values[f'{n} low']:.2f} to {values[f'{n} high']:.2f})" for n in ("plain", "at equal sales"))
        lines.append(f"| {row['name']} | {values['n']:,} | {values['firms']:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the result."""
    if not FILE.exists():
        print(f"innovation panel: skipped, {FILE} is not there")
        return
    panel = pl.read_csv(FILE, null_values="NA", infer_schema_length=None)
    write_result("innovation", "Does the innovation score mean anything?", ABOUT, list(_results(panel_scores(panel))), {}, {})
    rewrite(PAGE, MARKS, table(json.loads((FOLDER / "innovation.json").read_text("utf-8"))["results"]))


if __name__ == "__main__":
    main()
