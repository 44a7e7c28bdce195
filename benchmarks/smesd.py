"""One row a firm from the two published files of SMEsD, lawsuits counted: `python -m benchmarks.smesd [OUT.csv]`.

Columns are those of `training/contracts/smesd.toml`. 51 firms are listed in two or three splits, each time with all their lawsuits
repeated; their counts are divided by the number of listings. A firm without a lawsuit has zero of them: the register was searched.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

__all__ = ["firm_table", "main"]

DATA = Path(__file__).parents[2] / "shared" / "data"
PROPERTY, DEFENDANT, LOST, WON = 6, (2, 3), 3, 0
YEAR = 12


def _counted(lawsuits: pl.DataFrame, listings: pl.DataFrame) -> pl.DataFrame:
    recent, defending = pl.col("months_before") <= YEAR, pl.col("result").is_in(DEFENDANT)
    counts = {
        "lawsuits": pl.len(),
        "lawsuits_12m": recent.sum(),
        "as_defendant": defending.sum(),
        "as_defendant_12m": (defending & recent).sum(),
        "as_plaintiff": (~defending).sum(),
        "defences_lost": (pl.col("result") == LOST).sum(),
        "claims_won": (pl.col("result") == WON).sum(),
        "higher_courts": (pl.col("court") > 0).sum(),
        "intellectual_property": (pl.col("cause") == PROPERTY).sum(),
    }
    others = {
        "causes": pl.col("cause").n_unique(),
        "months_since_last": pl.col("months_before").min(),
        "months_since_last_lost": pl.col("months_before").filter(pl.col("result") == LOST).min(),
    }
    grouped = lawsuits.group_by("firm").agg(**counts, **others).join(listings, on="firm", how="left")
    return grouped.with_columns((pl.col(name) // pl.col("listings")) for name in counts)


def firm_table(folder: Path = DATA) -> pl.DataFrame:
    """Join firms and counted lawsuits; in the order of the published file."""
    firms = pl.read_csv(folder / "smesd_firms.csv.gz")
    lawsuits = pl.read_csv(folder / "smesd_lawsuits.csv.gz")
    counted = _counted(lawsuits, firms.group_by("firm").len("listings")).drop("listings")
    kept = ("causes", "months_since_last", "months_since_last_lost", "firm")
    zeros = [pl.col(name).fill_null(0) for name in counted.columns if name not in kept]
    joined = firms.join(counted, on="firm", how="left", maintain_order="left").with_columns(*zeros, pl.col("causes").fill_null(0))
    return joined.with_columns(
        qualifications=pl.col("qualify").str.split("|").list.len().fill_null(0),
        defences_lost_share=pl.col("defences_lost") / pl.col("as_defendant").replace(0, None),
        claims_won_share=pl.col("claims_won") / pl.col("as_plaintiff").replace(0, None),
    ).drop("qualify", "claims_won")


def main() -> None:
    """Write the table where the caller says, outside this project."""
    firm_table().write_csv(sys.argv[1] if len(sys.argv) > 1 else "smesd.csv")


if __name__ == "__main__":
    main()
