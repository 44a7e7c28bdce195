"""Whom to call on: firms without a running loan that a product would lend to, by what the loan is expected to earn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from service.domain.policy import Outcome
from service.portfolio.columns import OFFER, prefix_of
from service.spreadsheet import csv_bytes

__all__ = ["LEADS", "leads_csv", "leads_of", "leads_section", "scanned"]

OFFERED = ("outcome", "amount", "term_months", "rate_bp", "collateral", "authority", "income_fen")
FIRM = ("firm_id", "as_of", "field", "region", "industry", "ownership", "stage", "points", "tier", "grade", "pd", "reasons_for", "warnings")
LEADS: Mapping[str, str] = {
    "product": "The product",
    "rank": "Place among the product's leads, 1 the best: by expected income, then points, then the code",
    **dict.fromkeys(FIRM, "As in the portfolio"),
    **{column.name: column.meaning for column in OFFER if column.name in OFFERED},
}
"""Columns of a list of leads and their meaning."""


def leads_of(parts: Iterable[pl.DataFrame | pl.LazyFrame], products: Sequence[str], *, top: int) -> pl.DataFrame:
    """Rank the leads of each product, at most `top` of each; the same rows in other parts or another order give the same list.

    A lead has no loan running on record, an offer, and an expected income above zero.
    """
    frames = [_of_part(part.lazy(), product, top) for part in parts for product in products]
    if not frames:
        return pl.DataFrame(schema=dict.fromkeys(LEADS, pl.String))
    together = pl.concat(frames)
    ranked = together.sort("product", "income_fen", "points", "firm_id", descending=[False, True, True, False])
    numbered = ranked.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("product").alias("rank"))
    return numbered.filter(pl.col("rank") <= top).select(*LEADS)


def _of_part(part: pl.LazyFrame, product: str, top: int) -> pl.DataFrame:
    """Keep of a part what may still be among the best of all."""
    prefix = prefix_of(product)
    seen = {name: pl.col(f"{prefix}{name}") for name in (*OFFERED, "points", "pd", "grade")}
    columns = [seen.get(name, pl.col(name)).alias(name) for name in (*FIRM, *OFFERED)]
    offered = pl.col("outcome").is_in([str(Outcome.APPROVE), str(Outcome.COUNTER)]) & (pl.col("income_fen") > 0)
    picked = part.filter(pl.col("is_lead")).select(pl.lit(product).alias("product"), *columns).filter(offered)
    return picked.sort("income_fen", "points", "firm_id", descending=[True, True, False]).head(top).collect()


def leads_csv(leads: pl.DataFrame) -> bytes:
    """Write leads for a spreadsheet: no cell runs as a formula, Chinese is read, lists are joined by spaces."""
    flat = leads.with_columns(pl.col(name).list.join(" ") for name, kind in leads.schema.items() if isinstance(kind, pl.List))
    rows: Iterable[Sequence[Any]] = flat.with_columns(pl.col(pl.Date).dt.to_string("iso")).iter_rows()
    return csv_bytes(flat.columns, rows)


def scanned(paths: Iterable[Path]) -> Iterable[pl.LazyFrame]:
    """Read parts as they are asked for, and of each only what a list needs."""
    return (pl.scan_parquet(path) for path in paths)


def leads_section() -> str:
    """Write the columns of a list of leads down, as the last part of the document about columns."""
    about = (
        "A file of `jifen leads` or `/v1/leads` has a row for each lead; what a product says stands without the product's name in front."
    )
    lines = ["", "## A list of leads", "", about, "", "| column | meaning |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {meaning} |" for name, meaning in LEADS.items())]) + "\n"
